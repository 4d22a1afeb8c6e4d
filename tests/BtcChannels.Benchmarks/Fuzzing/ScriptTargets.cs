using NBitcoin;

namespace BtcChannels.Benchmarks.Fuzzing;

/// <summary>Scripts, read and not run.</summary>
internal static class ScriptTargets
{
    private static IReadOnlyList<byte[]> Scripts => [.. SpendCorpus.All.SelectMany(it => (byte[][])[it.Script, it.ScriptSig]).Where(it => it.Length > 0)];

    // A byte can be an operation, and what is pushed an array of its own.
    private const int BytesOfOp = 128;

    // Two letters can be one, which is read by itself.
    private const int BytesOfWord = 256;

    // Each operation is written by itself, into a stream that is made for it.
    private const int BytesOfUse = 4_096;

    public static IEnumerable<FuzzTarget> All =>
    [
        new("Script.ToOps", Scripts, bytes => new Script(bytes).ToOps().Count() >= 0) { MaxLength = 12_000, Refuses = false, BytesPerByte = BytesOfOp },
        new("Script, used", Scripts, UseOps) { Weight = 3, MaxLength = 12_000, Refuses = false, BytesPerByte = BytesOfUse },
        new("Script text", [.. Scripts.Select(it => Texts.Utf8(new Script(it).ToString()))], ReadText, typeof(FormatException)) { Tokens = Mutator.Words, BytesPerByte = BytesOfWord },
        new("RedeemScript.TryParse", [.. Redeems()], ReadRedeem) { Weight = 2 },
        new("StandardScript.TryParse", [.. Scripts.Where(it => StandardScript.Is(new Script(it))).Select(Texts.Hex)], ReadStandard) { Tokens = Mutator.Words },
    ];

    private static IEnumerable<byte[]> Redeems() =>
        ((uint[])[1, 16, 17, 127, 128, 500_000, 1_700_000_000, 0x8000_0000, uint.MaxValue])
            .Select(expiry => RedeemScript.Build(ChannelSample.Terms.MerchantKey, ChannelSample.Terms.CustomerKey, new Expiry(expiry)).ToBytes());

    private static bool UseOps(byte[] bytes)
    {
        var script = new Script(bytes);
        var ops = script.ToOps().ToList();
        FuzzFinding.Unless(script.IsValid == ops.TrueForAll(op => !op.IsInvalid), "a script is valid if its operations are");
        if (script.IsValid) FuzzFinding.Unless(new Script(ops) == script, "operations write what they were read from");
        if (script.IsPushOnly && ops.TrueForAll(op => op.PushData is not null)) FuzzFinding.Unless(script.ToWitScript().PushCount == ops.Count, "each push is an element");
        FuzzFinding.Unless(script.GetSigOpCount(true) <= script.GetSigOpCount(false), "the accurate count is no greater");
        foreach (var op in ops)
        {
            _ = (op.ToString(), op.GetInt(), op.GetLong());
            if (Expiry.TryParse(op, out var expiry)) FuzzFinding.Unless(expiry.Push.ToBytes().AsSpan().SequenceEqual(op.ToBytes()), "an expiry writes what it was read from");
        }
        _ = (script.ToString(), script.HasCanonicalPushes, StandardScript.DustThreshold(script), script.GetSigOpCount(script), script.PaymentScript);
        if (script.GetDestination() is { } destination) FuzzFinding.Unless(destination.ScriptPubKey == script, "a destination has the script that it was read from");
        return true;
    }

    private static bool ReadText(byte[] bytes)
    {
        var script = new Script(Texts.Of(bytes));
        FuzzFinding.Unless(script.IsValid, "a text makes whole operations");
        return true;
    }

    private static bool ReadRedeem(byte[] bytes)
    {
        var script = new Script(bytes);
        if (!RedeemScript.TryParse(script, out var merchant, out var customer, out var expiry)) return false;
        FuzzFinding.Unless(RedeemScript.Build(merchant, customer, expiry) == script, "a redeem script is what its parts build");
        return true;
    }

    private static bool ReadStandard(byte[] bytes)
    {
        var text = Texts.Of(bytes);
        if (!StandardScript.TryParse(text, out var script)) return false;
        FuzzFinding.Unless(script.ToHex() == text, "a script writes what it was read from");
        FuzzFinding.Unless(script.GetDestination() is not null || script.IsScriptType(ScriptType.Taproot), "a standard script has an address");
        return true;
    }
}
