using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using NBitcoin;

namespace BtcChannels.Paywall;

/// <summary>Whole satoshi as the scheme writes them: digits, no sign, no zero in front, at most all bitcoins that there can be.</summary>
internal static class SatoshiText
{
    private const long MaxMoney = 21_000_000L * Money.COIN;

    public static string ToSatoshiText(this Money amount) => amount.Satoshi.ToString(CultureInfo.InvariantCulture);

    public static bool TryRead(string text, [NotNullWhen(true)] out Money? amount)
    {
        Span<byte> digits = stackalloc byte[20];
        amount = null;
        if (text.Length is 0 or > 20 || text.AsSpan().ContainsAnyExceptInRange('0', '9')) return false;
        for (var i = 0; i < text.Length; i++) digits[i] = (byte)text[i];
        return TryRead(digits[..text.Length], out amount);
    }

    public static bool TryRead(ReadOnlySpan<byte> text, [NotNullWhen(true)] out Money? amount)
    {
        amount = null;
        if (!TryReadNumber(text, MaxMoney, out var value)) return false;
        amount = Money.Satoshis(value);
        return true;
    }

    /// <summary>Digits alone, without a zero in front.</summary>
    public static bool TryReadNumber(ReadOnlySpan<byte> text, long most, out long value)
    {
        value = 0;
        if (text.Length is 0 or > 18 || (text[0] == '0' && text.Length > 1)) return false;
        foreach (var digit in text)
        {
            if (digit is < (byte)'0' or > (byte)'9') return false;
            value = (value * 10) + (digit - '0');
        }
        return value <= most;
    }
}
