using System.Text;

namespace NBitcoin.DataEncoders;

/// <summary>Segwit addresses (BIP173, BIP350) with one human readable part.</summary>
public class Bech32Encoder
{
    private readonly string _prefix;

    /// <param name="hrp">The human readable part in ASCII, without the separator.</param>
    public Bech32Encoder(byte[] hrp)
    {
        ArgumentNullException.ThrowIfNull(hrp);
        _prefix = Encoding.ASCII.GetString(hrp);
    }

    public byte[] HumanReadablePart => Encoding.ASCII.GetBytes(_prefix);

    /// <param name="witnessVerion">0 to 16.</param>
    /// <param name="witnessProgramm">2 to 40 bytes; of version 0, 20 or 32.</param>
    /// <exception cref="ArgumentException">The version or the program's length is outside that.</exception>
    public string Encode(byte witnessVerion, byte[] witnessProgramm) => Encode(witnessVerion, witnessProgramm.AsSpan());

    /// <inheritdoc cref="Encode(byte, byte[])"/>
    public string Encode(byte witnessVerion, ReadOnlySpan<byte> witnessProgramm)
    {
        if (witnessVerion > 16 || witnessProgramm.Length is < 2 or > 40 || (witnessVerion == 0 && witnessProgramm.Length is not (20 or 32)))
            throw new ArgumentException("No witness program");
        return Bech32.EncodeAddress(_prefix, witnessVerion, witnessProgramm);
    }

    /// <exception cref="FormatException">The text is no segwit address with this human readable part.</exception>
    public virtual byte[] Decode(string addr, out byte witnessVerion)
    {
        ArgumentNullException.ThrowIfNull(addr);
        return Bech32.TryDecodeAddress(_prefix, addr, out witnessVerion, out var program) ? program : throw new FormatException("Invalid bech32 address");
    }
}
