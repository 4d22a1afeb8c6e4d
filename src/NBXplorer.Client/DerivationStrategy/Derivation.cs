using NBitcoin;

namespace NBXplorer.DerivationStrategy;

/// <summary>One script of a wallet.</summary>
public class Derivation
{
    public Derivation(Script scriptPubKey, Script redeem = null) => (ScriptPubKey, Redeem) = (scriptPubKey, redeem);

    public Script ScriptPubKey { get; }

    /// <summary>Null where the script is no hash of another.</summary>
    public Script Redeem { get; set; }
}
