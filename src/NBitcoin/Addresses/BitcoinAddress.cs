using NBitcoin.DataEncoders;

namespace NBitcoin;

/// <summary>A destination as text, for one network.</summary>
public abstract class BitcoinAddress : IDestination, IBitcoinString
{
    private readonly string _text;

    internal BitcoinAddress(string text, Script scriptPubKey, Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        (_text, ScriptPubKey, Network) = (text, scriptPubKey, network);
    }

    public Script ScriptPubKey { get; }

    public Network Network { get; }

    /// <param name="str">A P2PKH, P2SH, P2WPKH, P2WSH or P2TR address.</param>
    /// <exception cref="FormatException">The text is no such address, or one of another network.</exception>
    public static BitcoinAddress Create(string str, Network expectedNetwork)
    {
        ArgumentNullException.ThrowIfNull(str);
        ArgumentNullException.ThrowIfNull(expectedNetwork);
        return TryCreate(str, expectedNetwork) ?? throw new FormatException($"Invalid address for {expectedNetwork}");
    }

    /// <summary>The address, or null.</summary>
    internal static BitcoinAddress TryCreate(string text, Network network)
    {
        if (Bech32.TryDecodeAddress(network.Bech32Prefix, text, out var version, out var program))
            return (version, program.Length) switch
            {
                (0, WitKeyId.Length) => new BitcoinWitPubKeyAddress(new WitKeyId(program), network),
                (0, WitScriptId.Length) => new BitcoinWitScriptAddress(new WitScriptId(program), network),
                (1, TaprootPubKey.Length) => TaprootPubKey.TryCreate(program, out var key) ? new TaprootAddress(key, network) : null!,
                _ => null!,
            };
        if (Base58Data.TryRead(text, Base58Type.PUBKEY_ADDRESS, network, out var hash) && hash.Length == KeyId.Length)
            return new BitcoinPubKeyAddress(new KeyId(hash), network);
        if (Base58Data.TryRead(text, Base58Type.SCRIPT_ADDRESS, network, out hash) && hash.Length == ScriptId.Length)
            return new BitcoinScriptAddress(new ScriptId(hash), network);
        return null!;
    }

    /// <summary>As <see cref="Create"/>, for one kind of address.</summary>
    internal static T CreateAs<T>(string text, Network network) where T : BitcoinAddress =>
        Create(text, network) as T ?? throw new FormatException($"Not the kind of address that was expected for {network}");

    /// <summary>The address.</summary>
    public override string ToString() => _text;

    public override bool Equals(object obj) => obj is BitcoinAddress other && _text == other._text && Network == other.Network;

    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);

    public static bool operator ==(BitcoinAddress a, BitcoinAddress b) => Equals(a, b);

    public static bool operator !=(BitcoinAddress a, BitcoinAddress b) => !Equals(a, b);

    private protected static string Base58(Base58Type type, byte[] hash, Network network) => Base58Data.Write(type, hash, network);

    private protected static string Segwit(byte version, byte[] program, Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return Bech32.EncodeAddress(network.Bech32Prefix, version, program);
    }
}
