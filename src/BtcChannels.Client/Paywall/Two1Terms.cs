using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using BtcChannels.Two1;
using NBitcoin;

namespace BtcChannels.Client;

/// <summary>What a 402 of 21's asks for.</summary>
/// <param name="Price">Satoshi.</param>
/// <param name="Door">Where a channel is opened and paid.</param>
internal sealed record Two1Terms(Money Price, Two1Address Door)
{
    private const long MaxSatoshi = 21_000_000L * 100_000_000L;

    /// <summary>False where the answer names no two1 door: another client may know what to do.</summary>
    /// <exception cref="PaymentRefusedException">It names one, but not one that is paid at from here.</exception>
    public static bool TryRead(HttpResponseMessage response, Uri request, Func<Uri, Uri, bool>? allows, Network network, [NotNullWhen(true)] out Two1Terms? terms)
    {
        terms = null;
        if (!response.Headers.NonValidated.TryGetValues(Two1Headers.Server, out var servers)) return false;
        if (!response.Headers.NonValidated.TryGetValues(Two1Headers.Price, out var prices)) return false;
        if (prices.Count != 1 || !long.TryParse(prices.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var price) || price is < 1 or > MaxSatoshi)
            throw Malformed("its price is no number of satoshi above 0");
        if (servers.Count != 1 || !Uri.TryCreate(servers.ToString(), UriKind.Absolute, out var server) || (server.Scheme != Uri.UriSchemeHttp && server.Scheme != Uri.UriSchemeHttps))
            throw Malformed("its channel server is no http address");
        // 21's servers name whatever host somebody asked them for first.
        if (!IsSameOrigin(server, request) && allows?.Invoke(request, server) != true)
            throw new PaymentRefusedException(
                PaymentRefusal.OtherServer, $"{request.Authority} wants to be paid at {AnswerReading.Printable(server.GetLeftPart(UriPartial.Authority))}, which is another place and is not allowed");
        try
        {
            terms = new(Money.Satoshis(price), Two1Address.Of(server, network));
        }
        catch (ArgumentException wrong)
        {
            throw Malformed(AnswerReading.Printable(wrong.Message));
        }
        return true;
    }

    private static bool IsSameOrigin(Uri a, Uri b) => Uri.Compare(a, b, UriComponents.SchemeAndServer, UriFormat.SafeUnescaped, StringComparison.OrdinalIgnoreCase) == 0;

    private static PaymentRefusedException Malformed(string what) => new(PaymentRefusal.ChallengeMalformed, $"The merchant's 402 cannot be answered: {what}");
}
