using System.Collections.ObjectModel;
using NBitcoin;

namespace NBXplorer.DerivationStrategy;

/// <summary>A wallet of one key: P2WPKH (scheme <c>tpub...</c>) or P2PKH (scheme <c>tpub...-[legacy]</c>).</summary>
public class DirectDerivationStrategy : StandardDerivationStrategyBase
{
    private readonly BitcoinExtPubKey _root;

    public DirectDerivationStrategy(BitcoinExtPubKey root, bool segwit, ReadOnlyDictionary<string, string> additionalOptions = null) : base(additionalOptions)
    {
        ArgumentNullException.ThrowIfNull(root);
        (_root, Segwit) = (root, segwit);
    }

    public ExtPubKey Root => _root.ExtPubKey;

    public bool Segwit { get; }

    internal override string Scheme => _root + (Segwit ? "" : DerivationStrategyFactory.Legacy);

    public override IEnumerable<ExtPubKey> GetExtPubKeys() => [Root];

    public override Derivation GetDerivation(KeyPath keyPath) =>
        new(Root.Derive(keyPath).PubKey.GetScriptPubKey(Segwit ? ScriptPubKeyType.Segwit : ScriptPubKeyType.Legacy));
}
