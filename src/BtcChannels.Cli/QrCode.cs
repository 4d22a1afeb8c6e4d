using NBitcoin;
using QRCoder;

namespace BtcChannels.Cli;

/// <summary>Addresses as phones read them off a terminal.</summary>
internal static class QrCode
{
    /// <summary>The address as a payment request (BIP21).</summary>
    public static string UriOf(BitcoinAddress address) => $"bitcoin:{address}";

    /// <summary>The same, with the amount that is asked for; BIP21 counts bitcoins.</summary>
    public static string UriOf(BitcoinAddress address, Money amount) => $"{UriOf(address)}?amount={amount}";

    /// <summary>Lines of half blocks, light on dark, with the quiet zone that readers want.</summary>
    public static string Of(BitcoinAddress address) =>
        // Bech32 may be written in capitals (BIP173), and those take less room.
        Draw(address is BitcoinWitPubKeyAddress ? UriOf(address).ToUpperInvariant() : UriOf(address));

    /// <inheritdoc cref="Of(BitcoinAddress)"/>
    public static string Of(BitcoinAddress address, Money amount) => Draw(UriOf(address, amount));

    private static string Draw(string text)
    {
        using var generator = new QRCodeGenerator();
        using var data = generator.CreateQrCode(text, QRCodeGenerator.ECCLevel.M);
        using var code = new AsciiQRCode(data);
        return code.GetGraphicSmall(drawQuietZones: true, invert: false, endOfLine: "\n");
    }
}
