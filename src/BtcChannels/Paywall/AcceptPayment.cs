using System.Globalization;

namespace BtcChannels.Paywall;

/// <summary>The <c>Accept-Payment</c> field: which methods and intents a client can pay with, and what it likes best.</summary>
public sealed class AcceptPayment
{
    private const string Any = "*";

    private readonly IReadOnlyList<Range> _ranges;

    private AcceptPayment(IReadOnlyList<Range> ranges) => _ranges = ranges;

    /// <summary>Reads the field, <c>bitcoin/session, lightning/*;q=0.5</c>. Null where it is missing, empty or malformed anywhere: then it is ignored as a whole.</summary>
    public static AcceptPayment? Parse(string? field)
    {
        if (field is null || field.Length > PaymentScheme.MaxChallengeLength) return null;
        List<Range> ranges = [];
        foreach (var element in field.Split(','))
        {
            var text = element.AsSpan().Trim(" \t");
            if (text.IsEmpty) continue;   // RFC 9110, 5.6.1: empty elements do not count
            if (Read(text) is not { } range) return null;
            ranges.Add(range);
        }
        return ranges.Count == 0 ? null : new(ranges);
    }

    /// <summary>What the client gives this: 0 for not at all, up to 1; from the range that names it most closely, and of equal ones from the first.</summary>
    public double Quality(string method, string intent)
    {
        var best = (Closeness: -1, Quality: 0.0);
        foreach (var range in _ranges)
        {
            if (range.Method is not Any && range.Method != method) continue;
            if (range.Intent is not Any && range.Intent != intent) continue;
            var closeness = (range.Method is Any ? 0 : 2) + (range.Intent is Any ? 0 : 1);
            if (closeness > best.Closeness) best = (closeness, range.Quality);
        }
        return best.Quality;
    }

    private static Range? Read(ReadOnlySpan<char> text)
    {
        var quality = 1.0;
        if (text.IndexOf(';') is >= 0 and var semicolon)
        {
            var weight = text[(semicolon + 1)..].Trim(" \t");
            if (!weight.StartsWith("q=", StringComparison.OrdinalIgnoreCase) || ReadQuality(weight[2..]) is not { } read) return null;
            quality = read;
            text = text[..semicolon].TrimEnd(" \t");
        }
        var slash = text.IndexOf('/');
        if (slash < 0 || !HttpText.IsToken(text[..slash]) || !HttpText.IsToken(text[(slash + 1)..])) return null;
        return new(text[..slash].ToString(), text[(slash + 1)..].ToString(), quality);
    }

    // RFC 9110, 12.4.2: 0 to 1 with at most three decimals.
    private static double? ReadQuality(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > 5 || text[0] is not ('0' or '1') || (text.Length > 1 && text[1] != '.')) return null;
        if (text.Length > 2 && text[2..].ContainsAnyExceptInRange('0', '9')) return null;
        var quality = double.Parse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
        return quality <= 1 ? quality : null;
    }

    private sealed record Range(string Method, string Intent, double Quality);
}
