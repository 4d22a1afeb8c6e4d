namespace NBitcoin;

/// <summary>An extended public key as text: an xpub, or of test networks a tpub.</summary>
public class BitcoinExtPubKey : BitcoinExtKeyBase, IHDKey
{
    public BitcoinExtPubKey(ExtPubKey key, Network network) : base(Base58Type.EXT_PUBLIC_KEY, key.ToBytes(), network) => ExtPubKey = key;

    /// <exception cref="FormatException">The text is no extended public key of that network.</exception>
    public BitcoinExtPubKey(string base58, Network expectedNetwork) : this(new ExtPubKey(Read(base58, Base58Type.EXT_PUBLIC_KEY, expectedNetwork)), expectedNetwork)
    {
    }

    public ExtPubKey ExtPubKey { get; }

    public override Base58Type Type => Base58Type.EXT_PUBLIC_KEY;

    public override Script ScriptPubKey => ExtPubKey.ScriptPubKey;

    public PubKey GetPublicKey() => ExtPubKey.GetPublicKey();

    /// <inheritdoc cref="ExtPubKey.Derive(uint)"/>
    public BitcoinExtPubKey Derive(uint index) => new(ExtPubKey.Derive(index), Network);

    /// <inheritdoc cref="ExtPubKey.Derive(uint)"/>
    public BitcoinExtPubKey Derive(KeyPath keyPath) => new(ExtPubKey.Derive(keyPath), Network);

    IHDKey IHDKey.Derive(KeyPath keyPath) => Derive(keyPath);

    public static implicit operator ExtPubKey(BitcoinExtPubKey key) => key?.ExtPubKey!;
}
