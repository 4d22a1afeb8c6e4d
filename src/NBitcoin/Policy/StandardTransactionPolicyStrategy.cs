namespace NBitcoin.Policy;

/// <summary>Which outputs nodes relay. A subclass may take more or fewer.</summary>
public class StandardTransactionPolicyStrategy
{
    private const int MaxMultisigKeys = 3;

    // OP_RETURN, the two bytes of a push, and 80 bytes of data.
    private const int MaxDataScriptSize = 83;

    public static StandardTransactionPolicyStrategy Instance { get; } = new();

    /// <summary>
    /// Whether the script has a form that nodes relay, as Bitcoin Core's defaults were up to version 29: P2PK, P2PKH, P2SH, bare multisig of
    /// at most 3 keys, OP_RETURN with pushes up to 83 bytes in all, pay to anchor, and witness programs, of versions to come too.
    /// </summary>
    public virtual bool IsStandardOutput(TxOut txout)
    {
        ArgumentNullException.ThrowIfNull(txout);
        var script = txout.ScriptPubKey;
        return OutputKinds.Of(script) switch
        {
            OutputKind.NonStandard => false,
            OutputKind.Multisig => OutputKinds.TryReadMultisig(script, out _, out var keys) && keys <= MaxMultisigKeys,
            OutputKind.Data => script.Length <= MaxDataScriptSize,
            _ => true,
        };
    }
}
