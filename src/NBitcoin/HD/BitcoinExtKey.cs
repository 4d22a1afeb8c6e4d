namespace NBitcoin;

/// <summary>An extended private key as text: an xprv, or of test networks a tprv.</summary>
public class BitcoinExtKey : BitcoinExtKeyBase, ISecret, IHDKey
{
    public BitcoinExtKey(ExtKey key, Network network) : base(Base58Type.EXT_SECRET_KEY, key.ToBytes(), network) => ExtKey = key;

    /// <exception cref="FormatException">The text is no extended private key of that network.</exception>
    public BitcoinExtKey(string base58, Network expectedNetwork) : this(ExtKey.CreateFromBytes(Read(base58, Base58Type.EXT_SECRET_KEY, expectedNetwork)), expectedNetwork)
    {
    }

    public ExtKey ExtKey { get; }

    public Key PrivateKey => ExtKey.PrivateKey;

    public override Base58Type Type => Base58Type.EXT_SECRET_KEY;

    public override Script ScriptPubKey => ExtKey.ScriptPubKey;

    public PubKey GetPublicKey() => ExtKey.GetPublicKey();

    public BitcoinExtPubKey Neuter() => ExtKey.Neuter().GetWif(Network);

    /// <inheritdoc cref="ExtKey.Derive(uint)"/>
    public BitcoinExtKey Derive(uint index) => new(ExtKey.Derive(index), Network);

    /// <inheritdoc cref="ExtKey.Derive(KeyPath)"/>
    public BitcoinExtKey Derive(KeyPath keyPath) => new(ExtKey.Derive(keyPath), Network);

    IHDKey IHDKey.Derive(KeyPath keyPath) => Derive(keyPath);

    public static implicit operator ExtKey(BitcoinExtKey key) => key?.ExtKey!;
}
