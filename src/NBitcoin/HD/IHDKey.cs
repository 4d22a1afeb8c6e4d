namespace NBitcoin;

/// <summary>A key that others derive from (BIP32).</summary>
public interface IHDKey
{
    IHDKey Derive(KeyPath keyPath);

    PubKey GetPublicKey();
}
