using System.Text.Json;
using BtcChannels.Two1;
using NBitcoin;
using Secp256k1;

namespace BtcChannels.Tests.Domain.Two1;

/// <summary>21's formats against what its own code made.</summary>
public class Two1FormatsTests
{
    private static readonly Lazy<IReadOnlyList<JsonElement>> s_items = new(() =>
        [.. Vectors.Shared("two1/vectors.json").GetProperty("groups").EnumerateArray().SelectMany(group => group.GetProperty("items").EnumerateArray())]);

    private static readonly Money s_fee = Money.Satoshis(5_000L);

    private static IEnumerable<JsonElement> OfKind(string kind) => s_items.Value.Where(item => item.TryGetProperty("kind", out var it) && it.GetString() == kind);

    private static Transaction Read(JsonElement item) => Transaction.Parse(item.Text("hex"), Network.Main);

    private static Two1Script ScriptOf(Transaction spend)
    {
        Assert.True(Two1Script.TryRead(SignedInput.RedeemScriptOf(spend), out var script));
        return script;
    }

    /// <summary>A channel of today with a payment of its customer.</summary>
    private static (Two1Script Script, Deposit Deposit, Transaction Payment) Sample(long total = 10_000, Signature? signature = null)
    {
        var terms = new ChannelTerms(ChannelKind.P2sh, Domain.Sample.Keys.KeyFor(Domain.Sample.OfferId), Domain.Sample.Customer.PubKey, Domain.Sample.Expiry, s_fee);
        var deposit = new Deposit(new OutPoint(Domain.Sample.Id(0x55), 1), Money.Satoshis(100_000L));
        var unsigned = HalfSignedPayment.ToSign(terms, deposit, Money.Satoshis(total));
        var payment = new SignedPayment(Money.Satoshis(total), signature ?? ChannelSigning.Sign(Domain.Sample.Customer, ChannelTransactions.SignatureHash(unsigned, terms)));
        Assert.True(Two1Script.TryRead(terms.RedeemScript, out var script));
        return (script, deposit, HalfSignedPayment.Build(terms, deposit, payment));
    }

    [SharedFact]
    public void Payments_of_21_are_read_and_written_back_byte_for_byte_with_their_tokens()
    {
        var read = 0;
        foreach (var item in s_items.Value.Where(it => it.TryGetProperty("token", out _)))
        {
            var transaction = Read(item);
            var script = ScriptOf(transaction);
            var deposit = OfKind("deposit").Select(Read).Single(it => it.GetHash() == transaction.Inputs[0].PrevOut.Hash);
            var output = deposit.Outputs[(int)transaction.Inputs[0].PrevOut.N];
            Assert.True(HalfSignedPayment.TryRead(transaction, script, new Deposit(transaction.Inputs[0].PrevOut, output.Value), out var payment));
            Assert.Equal(Two1Protocol.DefaultFee, payment.Fee);
            Assert.Equal(item.Text("token"), HalfSignedPayment.Token(transaction));
            Assert.Equal(item.Text("hex"), HalfSignedPayment.Build(HalfSignedPayment.TermsOf(script, payment.Fee)!, new Deposit(transaction.Inputs[0].PrevOut, output.Value), payment.Payment).ToHex());
            read++;
        }
        Assert.True(read >= 3, $"{read} read");
    }

    [SharedFact]
    public void Redeem_scripts_of_21_are_sound()
    {
        var scripts = s_items.Value.Where(item => item.TryGetProperty("hex", out _) && item.TryGetProperty("merchant_public_key", out _)).ToList();
        Assert.Equal(4, scripts.Count);
        foreach (var item in scripts)
        {
            Assert.True(Two1Script.TryRead(Script.FromHex(item.Text("hex")), out var read));
            Assert.True(read.IsSound);
            Assert.Equal(item.Number("expiration_time"), (long)read.Expiry);
            Assert.Equal((item.Text("merchant_public_key"), item.Text("customer_public_key")), (read.MerchantKey.ToHex(), read.CustomerKey.ToHex()));
        }
    }

    [SharedFact]
    public void An_expiry_that_consensus_reads_otherwise_is_read_and_is_not_sound()
    {
        foreach (var item in s_items.Value.Where(it => it.TryGetProperty("two1_push_data", out _)))
        {
            var push = Op.GetPushOp(Convert.FromHexString(item.Text("two1_push_data")));
            var ops = Domain.Sample.Terms().RedeemScript.ToOps().ToList();
            ops[4] = push;
            Assert.True(Two1Script.TryRead(new Script(ops), out var read));
            Assert.Equal(item.Number("expiration_time"), (long)read.Expiry);
            Assert.Equal(item.GetProperty("equal").GetBoolean() && read.Expiry <= Two1Protocol.LastExpiry, read.IsSound);
        }
    }

    [Fact]
    public void A_right_expiry_from_2038_on_is_read_and_is_not_21s()
    {
        Assert.True(Two1Script.TryRead(Domain.Sample.Terms(new Expiry(0x8000_0000)).RedeemScript, out var read));
        Assert.Equal(0x8000_0000, read.Expiry);
        Assert.False(read.IsSound);
    }

    [SharedFact]
    public void Close_signatures_are_made_and_verified()
    {
        var verified = 0;
        foreach (var item in OfKind("close_signature"))
        {
            var (key, id) = (new PubKey(item.Text("customer_public_key")), uint256.Parse(item.Text("deposit_txid")));
            Assert.True(Signature.TryParseDer(Convert.FromHexString(item.Text("signature_der")), out var signature));
            Assert.True(Two1Close.Verify(key, signature, id));
            Assert.True(Two1Close.Verify(key, Domain.Sample.HighS(signature), id));
            Assert.False(Two1Close.Verify(key, signature, uint256.One));
            verified++;
        }
        Assert.True(verified >= 4, $"{verified} verified");
        Assert.True(Two1Close.Verify(Domain.Sample.Customer.PubKey, Two1Close.Sign(Domain.Sample.Customer, uint256.One), uint256.One));
    }

    public static TheoryData<string, Action<Transaction>> Changes => new()
    {
        { "version 2", it => it.Version = 2 },
        { "a lock time", it => it.LockTime = new LockTime(1) },
        { "a sequence that is not final", it => it.Inputs[0].Sequence = new Sequence(0xffff_fffe) },
        { "a second input", it => it.Inputs.Add(new TxIn(new OutPoint(Domain.Sample.Id(0x66), 0))) },
        { "a third output", it => it.Outputs.Add(new TxOut(Money.Satoshis(1_000L), Domain.Sample.Change)) },
        { "one output", it => it.Outputs.RemoveAt(1) },
        { "outputs in the wrong order", it => it.Outputs.Reverse() },
        { "another deposit", it => it.Inputs[0].PrevOut = new OutPoint(Domain.Sample.Id(0x55), 0) },
        { "another hash type", it => it.Inputs[0].ScriptSig = With(it, 0, push => [.. push[..^1], 0x81]) },
        { "another selector", it => it.Inputs[0].ScriptSig = new Script(it.Inputs[0].ScriptSig.ToOps().Select((op, i) => i == 1 ? OpcodeType.OP_2 : op)) },
        { "padding before the signature", it => it.Inputs[0].ScriptSig = new Script([OpcodeType.OP_1, .. it.Inputs[0].ScriptSig.ToOps()]) },
        { "no fee", it => it.Outputs[1].Value += s_fee },
        { "more than the deposit", it => it.Outputs[1].Value = Money.Satoshis(200_000L) },
        { "nothing for the customer", it => it.Outputs[1].Value = Money.Zero },
        { "no scriptSig", it => it.Inputs[0].ScriptSig = Script.Empty },
    };

    private static Script With(Transaction payment, int at, Func<byte[], byte[]> change) =>
        new(payment.Inputs[0].ScriptSig.ToOps().Select((op, i) => i == at ? Op.GetPushOp(change(op.PushData)) : op));

    [Theory, MemberData(nameof(Changes))]
    public void What_21_would_not_have_built_is_not_read(string what, Action<Transaction> change)
    {
        var (script, deposit, payment) = Sample();
        Assert.True(HalfSignedPayment.TryRead(payment, script, deposit, out var read));
        Assert.Equal((10_000L, s_fee), (read.Payment.Total.Satoshi, read.Fee));
        change(payment);
        Assert.False(HalfSignedPayment.TryRead(payment, script, deposit, out _), what);
    }

    [Fact]
    public void A_signature_with_high_S_is_read_for_others_to_judge()
    {
        var (_, _, low) = Sample();
        Assert.True(HalfSignedPayment.TryReadSignature(low.Inputs[0].ScriptSig, out var signature));
        var (script, deposit, high) = Sample(signature: Domain.Sample.HighS(signature));
        Assert.True(HalfSignedPayment.TryRead(high, script, deposit, out var read));
        Assert.False(read.Payment.Signature.IsLowS);
        Assert.NotEqual(HalfSignedPayment.Token(low), HalfSignedPayment.Token(high));
    }

    [Fact]
    public void A_payment_that_leaves_one_side_dust_is_not_built()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Sample(total: 545));
        Assert.Throws<ArgumentOutOfRangeException>(() => Sample(total: 94_455));
        Sample(total: 546);
        Sample(total: 94_454);
    }
}
