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

    public ChannelId(OutPoint outPoint) => OutPoint = outPoint;

    public OutPoint OutPoint { get; }

    /// <summary>Reads <c>txid-vout</c>; false for anything that <see cref="ToString"/> would write differently.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out ChannelId? id)
    {
        id = null;
        if (text is null || text.Length <= TxidLength + 1 || text[TxidLength] != '-' || !Hex.IsLowerCase(text.AsSpan(0, TxidLength)))
            return false;
        if (!uint.TryParse(text.AsSpan(TxidLength + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            return false;
        var read = new ChannelId(new OutPoint(uint256.Parse(text[..TxidLength]), index));
        if (read.ToString() != text) return false;
        id = read;
        return true;
    }

    /// <inheritdoc cref="TryParse"/>
    /// <exception cref="FormatException">It is not a channel's name.</exception>
    public static ChannelId Parse(string text) =>
        TryParse(text, out var id) ? id : throw new FormatException($"'{text}' is not a channel id (txid-vout, lower case)");

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{OutPoint.Hash}-{OutPoint.N}");
}
