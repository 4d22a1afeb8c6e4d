using System.CommandLine.Parsing;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using BtcChannels.Chain;
using NBitcoin;

namespace BtcChannels.Cli;

/// <summary>Reads what is typed; every fault is said in terms of what would be right.</summary>
internal static class Parsers
{
    private const long MaxSatoshi = 21_000_000L * 100_000_000L;

    /// <summary>Whole satoshi from 1 to all there are. No fractions, signs, separators or units: money is not guessed at.</summary>
    public static Money? Amount(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        if (TryReadAmount(text, out var amount)) return amount;
        result.AddError($"'{text}' is not an amount: give whole satoshi, digits only, such as 25");
        return null;
    }

    /// <inheritdoc cref="Amount"/>
    public static bool TryReadAmount(string text, [NotNullWhen(true)] out Money? amount)
    {
        amount = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var satoshi) && satoshi is > 0 and <= MaxSatoshi ? Money.Satoshis(satoshi) : null;
        return amount is not null;
    }

    /// <summary>A price: satoshi, with three decimals at most.</summary>
    public static MilliSatoshi Price(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        if (MilliSatoshi.TryParseDecimal(text, out var price)) return price;
        result.AddError($"'{text}' is not a price: give satoshi, such as 25 or 0.25");
        return default;
    }

    /// <summary>A whole number with its unit: 45s, 10m, 36h, 7d.</summary>
    public static TimeSpan Duration(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        TimeSpan? unit = text.Length < 2 ? null : text[^1] switch
        {
            's' => TimeSpan.FromSeconds(1),
            'm' => TimeSpan.FromMinutes(1),
            'h' => TimeSpan.FromHours(1),
            'd' => TimeSpan.FromDays(1),
            _ => null,
        };
        if (unit is { } one && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && count > 0 && one * count <= TimeSpan.FromDays(36_500))
            return one * count;
        result.AddError($"'{text}' is not a length of time: give a whole number and s, m, h or d, such as 90s or 7d");
        return default;
    }

    public static Network? NetworkName(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        if (BitcoinNetworks.TryFind(text, out var network)) return network;
        result.AddError($"'{text}' is not a network: give {BitcoinNetworks.Known}");
        return null;
    }

    public static Uri? HttpAddress(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        if (Uri.TryCreate(text, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)) return address;
        result.AddError($"'{text}' is not an http address, such as https://shop.example");
        return null;
    }

    /// <summary>A whole number in a range.</summary>
    public static Func<ArgumentResult, int> Count(string what, int least, int most) => result =>
    {
        var text = result.Tokens.Single().Value;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count >= least && count <= most) return count;
        result.AddError($"'{text}' is not {what}: give a whole number from {least} to {most}");
        return default;
    };
}
