using System.Diagnostics.CodeAnalysis;
using NBitcoin;
using Secp256k1;

namespace BtcChannels.Storage;

/// <summary>Reads columns back into the domain. What does not fit was not written by this program.</summary>
internal static class RowReading
{
    /// <exception cref="StoreCorruptException">A value is none that could have been stored.</exception>
    public static T Read<T>(string path, string what, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is FormatException or ArgumentException or OverflowException or EndOfStreamException or InvalidDataException)
        {
            throw new StoreCorruptException($"{path} is damaged: {what} cannot be read ({error.Message})", error);
        }
    }

    public static T Need<T>([NotNull] T? value, string column) where T : struct => value ?? throw new FormatException($"{column} is missing");

    public static T Need<T>([NotNull] T? value, string column) where T : class => value ?? throw new FormatException($"{column} is missing");

    public static SignedPayment Payment(long total, byte[]? signature) =>
        Signature.TryParseCompact(signature, out var read) ? new(Money.Satoshis(total), read) : throw new FormatException("a signature is none");

    public static Spend Spend(string? txid, long? height, long? toMerchant, long? toCustomer, bool isBuried) => new(
        uint256.Parse(Need(txid, "spend_txid")), checked((int)Need(height, "spend_height")),
        Money.Satoshis(Need(toMerchant, "spend_to_merchant")), Money.Satoshis(Need(toCustomer, "spend_to_customer")), isBuried);

    public static ChannelKind Kind(string kind) => kind switch
    {
        "p2sh" => ChannelKind.P2sh,
        _ => throw new FormatException($"kind {kind} is unknown"),
    };

    public static string Name(ChannelKind kind) => kind switch
    {
        ChannelKind.P2sh => "p2sh",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
