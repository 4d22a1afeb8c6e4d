using NBitcoin;

namespace BtcChannels.RegtestTests.Judge;

/// <summary>
/// What Bitcoin Knots refuses and Bitcoin Core does not, whatever policy Knots is told to follow: output scripts above 34 bytes that are no data, and
/// pushes above 256 bytes. A transaction that it refuses for that is not compared, unless the policy named what Knots looks at before; one that has
/// such a part and is refused for something else is.
/// </summary>
internal static class ReducedData
{
    private const int MaxOutputScript = 34;
    private const int MaxPush = 256;
    private const int MaxElement = 520;

    public static bool Explains(string? reason, Verdict own, Transaction transaction) => reason switch
    {
        "bad-txns-vout-script-toolarge" => IsLater(own, Fault.NotEnoughFunds) && transaction.Outputs.Any(output => output.ScriptPubKey.Length > MaxOutputScript),
        not null when reason.EndsWith("(Push value size limit exceeded)", StringComparison.Ordinal) => IsLater(own, Fault.Script) && transaction.Inputs.Any(HasLargePush),
        _ => false,
    };

    private static bool IsLater(Verdict own, Fault than) => own.Fault == Fault.None || own.Fault >= than;

    private static bool HasLargePush(TxIn input)
    {
        byte[][] pushes = [.. Pushes(input.ScriptSig), .. input.WitScript.Pushes];
        // The last one of either may be a script, of which the pushes count, and not the length.
        return pushes.Concat(pushes.SelectMany(push => Pushes(new Script(push)))).Any(push => push.Length is > MaxPush and <= MaxElement);
    }

    private static IEnumerable<byte[]> Pushes(Script script) => script.ToOps().Where(op => !op.IsInvalid && op.PushData is not null).Select(op => op.PushData);
}
