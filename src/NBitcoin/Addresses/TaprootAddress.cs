namespace NBitcoin;

/// <summary>A P2TR address (BIP350).</summary>
public class TaprootAddress : BitcoinAddress, IBech32Data
{
    public TaprootAddress(TaprootPubKey pubKey, Network network) : base(Segwit(1, pubKey.ToBytes(), network), pubKey.ScriptPubKey, network) => PubKey = pubKey;

    public TaprootPubKey PubKey { get; }

    public Bech32Type Type => Bech32Type.TAPROOT_ADDRESS;
}
