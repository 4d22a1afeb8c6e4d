using NBitcoin;

namespace NBXplorer.DerivationStrategy;

public class DerivationStrategyOptions
{
    /// <summary>Of the addresses; P2WPKH where not set.</summary>
    public ScriptPubKeyType ScriptPubKeyType { get; set; } = ScriptPubKeyType.Segwit;
}
