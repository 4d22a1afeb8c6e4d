using BtcChannels.Benchmarks.Fuzzing;
using NBitcoin;

namespace BtcChannels.Tests.Domain;

/// <summary>The fast way to what a payment signs, held against the transaction itself.</summary>
public class PaymentTemplateTests
{
    private static readonly byte[] s_hash = [.. Enumerable.Range(1, 32).Select(it => (byte)it)];

    private static readonly IReadOnlyDictionary<string, Script> s_scripts = new Dictionary<string, Script>
    {
        ["P2PKH"] = new KeyId(s_hash[..20]).ScriptPubKey,
        ["P2SH"] = new ScriptId(s_hash[..20]).ScriptPubKey,
        ["P2WPKH"] = new WitKeyId(s_hash[..20]).ScriptPubKey,
        ["P2WSH"] = new WitScriptId(s_hash).ScriptPubKey,
        ["P2TR"] = new Script([0x51, 32, .. s_hash]),
        ["too long for the stack"] = new Script(Enumerable.Repeat((byte)OpcodeType.OP_NOP, 600)),
        ["unspendable"] = new Script(OpcodeType.OP_RETURN),
        ["empty"] = Script.Empty,
    };

    public static TheoryData<string, string> PairsOfScripts
    {
        get
        {
            var pairs = new TheoryData<string, string>();
            foreach (var payout in s_scripts.Keys)
                foreach (var change in s_scripts.Keys) pairs.Add(payout, change);
            return pairs;
        }
    }

    [Theory, MemberData(nameof(PairsOfScripts))]
    public void It_hashes_what_the_transaction_hashes(string payout, string change)
    {
        var random = new FuzzStream(0x7e57);
        for (var round = 0; round < 30; round++)
        {
            var deposit = Sample.CloseFee + random.Below(round % 2 == 0 ? 2_000 : 2_000_000_000);
            var channel = Sample.Channel(payout: s_scripts[payout], change: s_scripts[change], deposit: deposit, expiry: new Expiry(1 + (uint)random.Below(int.MaxValue)));
            channel = channel with { Deposit = channel.Deposit with { OutPoint = new OutPoint(new uint256(random.Bytes(32)), (uint)random.Below(int.MaxValue)) } };
            foreach (var total in TotalsOf(channel, random)) AssertSame(channel, total);
        }
    }

    // Nothing, all, a satoshi around each share's dust, and any.
    private static IEnumerable<long> TotalsOf(MerchantChannel channel, FuzzStream random)
    {
        var capacity = channel.Capacity.Satoshi;
        var (payout, change) = (StandardScript.DustThreshold(channel.PayoutScript).Satoshi, StandardScript.DustThreshold(channel.CustomerScript).Satoshi);
        long[] edges = [0, 1, payout - 1, payout, payout + 1, capacity - change - 1, capacity - change, capacity - change + 1, capacity - 1, capacity];
        var any = Enumerable.Range(0, 5).Select(_ => random.Below((int)capacity + 1)).Select(it => (long)it);
        return edges.Concat(any).Where(it => it >= 0 && it <= capacity).Distinct();
    }

    private static void AssertSame(MerchantChannel channel, long total)
    {
        var hash = new byte[32];
        new PaymentTemplate(channel).WriteHash(total, hash);
        Assert.Equal(channel.PaymentOf(Money.Satoshis(total)).GetSignatureHash(channel.Terms.RedeemScript, 0, SigHash.All), new uint256(hash));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(Sample.Capacity + 1)]
    public void A_total_outside_the_capacity_is_refused_as_the_transaction_refuses_it(long total)
    {
        var channel = Sample.Channel();
        Assert.Throws<ArgumentOutOfRangeException>(() => channel.PaymentOf(Money.Satoshis(total)));
        Assert.Throws<ArgumentOutOfRangeException>(() => channel.IsSigned(Sample.Unsigned(total)));
    }
}
