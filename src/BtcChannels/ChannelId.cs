using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using NBitcoin;

namespace BtcChannels;

/// <summary>
/// A channel's name: the outpoint of its deposit, written <c>txid-vout</c>. There is one spelling only, lower case and without
/// leading zeros, so that no variant of a name can pass for another channel.
/// </summary>
public sealed record ChannelId
{
    private const int TxidLength = 64;
    private const int MaxIndexDigits = 10;

    public ChannelId(OutPoint outPoint) => OutPoint = outPoint;

    public OutPoint OutPoint { get; }

    /// <summary>Reads <c>txid-vout</c>; false for anything that <see cref="ToString"/> would write differently.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out ChannelId? id)
    {
        id = null;
        return text is not null && TryParse(text.AsSpan(), out id);
    }

    /// <inheritdoc cref="TryParse(string?, out ChannelId?)"/>
    internal static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out ChannelId? id)
    {
        id = null;
        if (text.Length <= TxidLength + 1 || text[TxidLength] != '-') return false;
        var txid = text[..TxidLength];
        if (!Hex.IsLowerCase(txid) || !TryReadIndex(text[(TxidLength + 1)..], out var index)) return false;
        // Every payment names its channel, so this makes no strings.
        Span<byte> hash = stackalloc byte[TxidLength / 2];
        Convert.FromHexString(txid, hash, out _, out _);
        hash.Reverse();   // a txid is displayed backwards
        id = new ChannelId(new OutPoint(new uint256(hash), index));
        return true;
    }

    // Digits alone, since number parsers take more than those, and no zero in front.
    private static bool TryReadIndex(ReadOnlySpan<char> text, out uint index)
    {
        index = 0;
        if (text.ContainsAnyExceptInRange('0', '9') || (text[0] == '0' && text.Length > 1)) return false;
        return uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out index);
    }

    /// <inheritdoc cref="TryParse(string?, out ChannelId?)"/>
    /// <exception cref="FormatException">It is not a channel's name.</exception>
    public static ChannelId Parse(string text) =>
        TryParse(text, out var id) ? id : throw new FormatException($"'{text}' is not a channel id (txid-vout, lower case)");

    public override string ToString()
    {
        Span<char> text = stackalloc char[TxidLength + 1 + MaxIndexDigits];
        Span<byte> hash = stackalloc byte[TxidLength / 2];
        OutPoint.Hash.ToBytes(hash, false);   // a txid is displayed backwards
        Convert.TryToHexStringLower(hash, text, out _);
        text[TxidLength] = '-';
        OutPoint.N.TryFormat(text[(TxidLength + 1)..], out var digits, provider: CultureInfo.InvariantCulture);
        return new string(text[..(TxidLength + 1 + digits)]);
    }
}
