using System.Globalization;
using System.Text.RegularExpressions;
using NBitcoin;
using NBitcoin.Policy;
using Xunit.Abstractions;
using static BtcChannels.Tests.Curve.Hex;

namespace BtcChannels.Tests.Bitcoin;

/// <summary>
/// Channel transactions that a node's mempool judged under Bitcoin Core's policy: each that its line says how to build gets the same verdict, for
/// the same class of reason, here.
/// </summary>
public partial class PolicyJudgeTests(ITestOutputHelper output)
{
    private const uint Expiry = 1_795_030_000;
    private const string Close = "close";
    private const string Refund = "refund";

    private static readonly Key s_merchant = new(Bytes(One));
    private static readonly Key s_customer = new(Bytes(Two));

    private static readonly Script s_redeem = new(
        OpcodeType.OP_IF, Op.GetPushOp(s_merchant.PubKey.ToBytes()), OpcodeType.OP_CHECKSIGVERIFY,
        OpcodeType.OP_ELSE, Op.GetPushOp(Expiry), OpcodeType.OP_CHECKLOCKTIMEVERIFY, OpcodeType.OP_DROP, OpcodeType.OP_ENDIF,
        Op.GetPushOp(s_customer.PubKey.ToBytes()), OpcodeType.OP_CHECKSIG);

    private static Script KeyHash => s_customer.PubKey.Hash.ScriptPubKey;

    private static Script WitnessKeyHash => s_customer.PubKey.WitHash.ScriptPubKey;

    /// <summary>The node's own settings: a tenth of a satoshi for a virtual byte, and the two flags that Standard lacks.</summary>
    private static StandardTransactionPolicy Policy => new()
    {
        MinRelayTxFee = new FeeRate(Money.Satoshis(100L)),
        ScriptVerify = ScriptVerify.Standard | ScriptVerify.WitnessPubkeyType | ScriptVerify.ConstScriptCode,
    };

    [SharedFact]
    public void Each_verdict_is_the_nodes()
    {
        var judged = 0;
        var differences = new List<string>();
        foreach (var line in File.ReadLines(SharedFolder.File("vectors/policy-core.txt")))
        {
            if (Verdict().Match(line) is not { Success: true } match || Build(match.Groups["name"].Value) is not { } spend) continue;
            judged++;
            var expected = match.Groups["reason"] is { Success: true, Value: var reason } ? Class(reason) : "OK";
            var actual = Class(Policy.Check(spend.Transaction, [spend.Coin]));
            if (actual != expected) differences.Add($"{actual}: {line}");
            var size = spend.Transaction.GetVirtualSize();
            // Signatures of other keys may be a byte longer.
            if (match.Groups["size"] is { Success: true, Value: var judgedSize } && Math.Abs(size - int.Parse(judgedSize, CultureInfo.InvariantCulture)) > 2)
                differences.Add($"{size} vB: {line}");
        }
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"policy-core.txt: {judged} lines rebuilt and judged alike"));
        Assert.Empty(differences);
        Assert.Equal(40, judged);
    }

    [GeneratedRegex(@"^(?<name>[^:]+): (OK vsize=(?<size>\d+) fee=\d+|REJECT (?<reason>[^|]+?))( \|.*)?$")]
    private static partial Regex Verdict();

    [GeneratedRegex(@"^dust (?<form>\S+) (?<value>\d+)$")]
    private static partial Regex Dust();

    [GeneratedRegex(@"^fee (?<fee>\d+) sat on P2WSH close")]
    private static partial Regex Fee();

    private static string Class(string reason) => reason switch
    {
        _ when reason.StartsWith("dust", StringComparison.Ordinal) => nameof(DustPolicyError),
        "min relay fee not met" => nameof(FeeTooLowPolicyError),
        "scriptpubkey" => nameof(OutputPolicyError),
        _ when reason.Contains("Locktime requirement not satisfied", StringComparison.Ordinal) => nameof(ScriptError.UnsatisfiedLockTime),
        _ when reason.Contains("OP_IF/NOTIF argument must be minimal", StringComparison.Ordinal) => nameof(ScriptError.MinimalIf),
        _ when reason.Contains("S value is unnecessarily high", StringComparison.Ordinal) => nameof(ScriptError.SigHighS),
        _ => reason,
    };

    private static string Class(TransactionPolicyError[] errors) => errors switch
    {
        [] => "OK",
        [ScriptPolicyError script] => script.ScriptError.ToString(),
        [var only] => only.GetType().Name,
        _ => string.Join(" and ", errors.Select(error => error.ToString())),
    };

    private static (Transaction Transaction, Coin Coin)? Build(string name)
    {
        if (Dust().Match(name) is { Success: true } dust)
            return Spend(Close, true, 2_000, outputs: [new(Money.Satoshis(long.Parse(dust.Groups["value"].Value, CultureInfo.InvariantCulture)), Form(dust.Groups["form"].Value)), Rest(WitnessKeyHash)]);
        if (Fee().Match(name) is { Success: true } fee)
            return Spend(Close, true, long.Parse(fee.Groups["fee"].Value, CultureInfo.InvariantCulture), outputs: [Some(WitnessKeyHash), Rest(WitnessKeyHash)]);
        return name.Trim() switch
        {
            "zero-conf close of unconfirmed deposit" or "close P2WSH 2xP2WPKH" => Spend(Close, true, 1_000, outputs: [Some(WitnessKeyHash), Rest(WitnessKeyHash)]),
            "close P2SH 2xP2PKH" => Spend(Close, false, 2_000, outputs: [Some(KeyHash), Rest(KeyHash)]),
            "close P2WSH 1xP2WPKH" => Spend(Close, true, 1_000, outputs: [Rest(WitnessKeyHash)]),
            "close P2WSH +P2A 240" => Spend(Close, true, 1_760, outputs: [Some(WitnessKeyHash), Rest(WitnessKeyHash), new(Money.Satoshis(240L), Form("P2A"))]),
            "refund early w/ locktime 0" => Spend(Refund, true, 1_000, lockTime: 0),
            "refund early w/ height locktime" => Spend(Refund, true, 1_000, lockTime: 200),
            "refund P2WSH ok" => Spend(Refund, true, 1_000),
            "refund P2WSH seq ffffffff" => Spend(Refund, true, 1_000, sequence: 0xffffffff),
            "refund P2WSH lt>exp ok?" => Spend(Refund, true, 1_000, lockTime: Expiry + 1),
            "refund P2WSH lt<exp" => Spend(Refund, true, 1_000, lockTime: Expiry - 1),
            "refund P2WSH selector 0x00 (two1-style)" => Spend(Refund, true, 1_000, selector: [0]),
            "refund P2SH OP_0" => Spend(Refund, false, 1_000, outputs: [Rest(KeyHash)]),
            "refund P2SH \"01 00\" (two1)" => Spend(Refund, false, 1_000, selector: [1, 0], outputs: [Rest(KeyHash)]),
            "refund P2SH seq 0 ver1 (two1)" => Spend(Refund, false, 1_000, selector: [1, 0], sequence: 0, version: 1, outputs: [Rest(KeyHash)]),
            "refund P2SH nonminimal selector 0200 00" => Spend(Refund, false, 1_000, selector: [2, 0, 0], outputs: [Rest(KeyHash)]),
            "close with customer high-S sig" => Spend(Close, true, 1_000, highS: true),
            "close P2WSH selector 0x02" => Spend(Close, true, 1_000, selector: [2]),
            "close P2SH selector OP_2 (third-party malleation)" => Spend(Close, false, 2_000, selector: [0x52], outputs: [Some(KeyHash), Rest(KeyHash)]),
            "single ch, merchant share 150 sat, own output" => Spend(Close, true, 1_000, outputs: [new(Money.Satoshis(150L), WitnessKeyHash), Rest(WitnessKeyHash)]),
            "OP_RETURN 33B + 2 outs" => Spend(Close, true, 1_000, outputs: [Some(WitnessKeyHash), Rest(WitnessKeyHash), new(Money.Zero, Data(33))]),
            "OP_RETURN 100B + 2 outs" => Spend(Close, true, 1_000, outputs: [Some(WitnessKeyHash), Rest(WitnessKeyHash), new(Money.Zero, Data(100))]),
            "0-fee v3 close alone" => Spend(Close, true, 0, version: 3, outputs: [Some(WitnessKeyHash), Rest(WitnessKeyHash), new(Money.Satoshis(240L), Form("P2A"))]),
            _ => null,
        };
    }

    private static TxOut Some(Script script) => new(Money.Satoshis(30_000L), script);

    // Its value is what the others and the fee leave.
    private static TxOut Rest(Script script) => new(Money.Satoshis(-1L), script);

    private static Script Data(int size) => new(OpcodeType.OP_RETURN, Op.GetPushOp([.. Enumerable.Repeat((byte)0xaa, size)]));

    private static Script Form(string name) => name switch
    {
        "P2PKH" => KeyHash,
        "P2SH" => s_redeem.PaymentScript,
        "P2WPKH" => WitnessKeyHash,
        "P2WSH" => s_redeem.WitHash.ScriptPubKey,
        "P2TR" => new Script((byte[])[0x51, 32, .. s_customer.PubKey.ToBytes()[1..]]),
        "P2A" => Script.FromHex("51024e73"),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };

    /// <param name="selector">Of a witness the element; of a scriptSig the bytes of the push.</param>
    private static (Transaction Transaction, Coin Coin) Spend(
        string branch, bool isWitness, long fee, byte[]? selector = null, uint? lockTime = null, uint? sequence = null, uint version = 2, bool highS = false, TxOut[]? outputs = null)
    {
        var script = isWitness ? s_redeem.WitHash.ScriptPubKey : s_redeem.PaymentScript;
        var coin = new Coin(uint256.One, 3, Money.Satoshis(100_000L), script).ToScriptCoin(s_redeem);
        var transaction = Transaction.Create(Network.RegTest);
        transaction.Version = version;
        transaction.LockTime = branch == Refund ? lockTime ?? Expiry : 0;
        transaction.Inputs.Add(coin.Outpoint, sequence: sequence ?? (branch == Refund ? 0xfffffffe : 0xffffffff));
        foreach (var made in outputs ?? [Rest(WitnessKeyHash)]) transaction.Outputs.Add(made);
        var rest = transaction.Outputs.Single(made => made.Value == Money.Satoshis(-1L));
        rest.Value = coin.Amount - Money.Satoshis(fee) - transaction.Outputs.Where(made => made != rest).Select(made => made.Value).Sum();

        var input = transaction.Inputs.FindIndexedInput(0);
        byte[] Sign(Key key, bool high) =>
            input.Sign(key, coin).ToBytes() is var low && !high ? low : [.. Negated(input.Sign(key, coin)), (byte)SigHash.All];
        byte[][] signatures = branch == Close ? [Sign(s_customer, highS), Sign(s_merchant, false)] : [Sign(s_customer, highS)];
        if (isWitness)
            transaction.Inputs[0].WitScript = new WitScript([.. signatures, selector ?? (branch == Close ? [1] : []), s_redeem.ToBytes()]);
        else
            transaction.Inputs[0].ScriptSig = new Script(
                (byte[])[.. signatures.SelectMany(ScriptAssembler.Push), .. selector ?? (branch == Close ? [0x51] : [0x00]), .. ScriptAssembler.Push(s_redeem.ToBytes())]);
        return (transaction, coin);
    }

    private static byte[] Negated(TransactionSignature signature) =>
        Secp256k1.Signature.TryParseDer(signature.Signature.ToDER(), out var value) ? Curve.SignatureTests.Negate(value).ToDer() : throw new ArgumentException("No DER", nameof(signature));
}
