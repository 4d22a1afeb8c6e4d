using Microsoft.AspNetCore.Routing.Patterns;

namespace BtcChannels.Server.Proxy;

/// <summary>What is counted for the price.</summary>
internal enum PricedBy
{
    Request,
    Kilobyte,
    Second,
}

/// <summary>A part of the service and what it costs.</summary>
/// <param name="Pattern">Paths that it is of.</param>
/// <param name="Methods">Null for all.</param>
/// <param name="Price">Of one unit; zero for what is free.</param>
/// <param name="By">What a unit is.</param>
/// <param name="FreePerDay">Requests of an address that are let through unpaid.</param>
/// <param name="Description">For people.</param>
internal sealed record PaidRoute(RoutePattern Pattern, IReadOnlyList<string>? Methods, MilliSatoshi Price, PricedBy By, int FreePerDay, string? Description)
{
    /// <exception cref="ArgumentException">A setting is missing or wrong.</exception>
    public static PaidRoute Read(RouteSettings settings, string name)
    {
        if (string.IsNullOrWhiteSpace(settings.Path)) throw new ArgumentException($"{name}:Path is missing");
        if (settings.Price is null) throw new ArgumentException($"{name}:Price is missing (0 for what is free)");
        if (!MilliSatoshi.TryParseDecimal(settings.Price, out var price)) throw new ArgumentException($"{name}:Price is satoshi with at most three decimals, such as 0.25, and is '{settings.Price}'");
        var by = settings.Per switch
        {
            "request" => PricedBy.Request,
            "kilobyte" => PricedBy.Kilobyte,
            "second" => PricedBy.Second,
            _ => throw new ArgumentException($"{name}:Per has to be request, kilobyte or second, and is '{settings.Per}'"),
        };
        if (settings.Free < 0) throw new ArgumentException($"{name}:Free is at least 0");
        if (settings.Description is { Length: > 500 }) throw new ArgumentException($"{name}:Description has at most 500 letters");
        try
        {
            return new(RoutePatternFactory.Parse(settings.Path), MethodsOf(settings.Methods, name), price, by, settings.Free, settings.Description);
        }
        catch (RoutePatternException wrong)
        {
            throw new ArgumentException($"{name}:Path is no route pattern, such as /songs/{{id}}: {wrong.Message}", wrong);
        }
    }

    /// <summary>Whether some request could be of both, whatever they are called.</summary>
    public bool IsSame(PaidRoute other) =>
        string.Equals(Pattern.RawText!.Trim('/'), other.Pattern.RawText!.Trim('/'), StringComparison.OrdinalIgnoreCase) && (Methods is null || other.Methods is null || Methods.Intersect(other.Methods).Any());

    // What holds of GET holds of HEAD, and of WebSockets over HTTP/2, which are asked for by CONNECT.
    private static List<string>? MethodsOf(string? list, string name)
    {
        if (string.IsNullOrWhiteSpace(list)) return null;
        var methods = list.Split(',', StringSplitOptions.TrimEntries).Select(it => it.ToUpperInvariant()).ToList();
        if (methods.Find(it => it.Length == 0 || it.Any(letter => !char.IsAsciiLetterUpper(letter) && letter != '-')) is { } wrong)
            throw new ArgumentException($"{name}:Methods has names by comma, such as GET,POST, and '{wrong}' is none");
        return [.. (methods.Contains(HttpMethod.Get.Method) ? methods.Concat([HttpMethod.Head.Method, HttpMethod.Connect.Method]) : methods).Distinct()];
    }
}
