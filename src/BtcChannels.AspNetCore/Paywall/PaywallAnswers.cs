using System.Globalization;
using BtcChannels.Paywall;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace BtcChannels.AspNetCore.Paywall;

/// <summary>Tells who is not served why, and with 402 how to pay: a problem document, or a page to whoever prefers that.</summary>
internal sealed class PaywallAnswers(PaywallServices services, BtcChannelsOptions options)
{
    public async Task RefuseAsync(PaywallCall call, PaywallRefusal refusal)
    {
        var isUnpaid = refusal.Status == StatusCodes.Status402PaymentRequired;
        if (ReferenceEquals(refusal, PaywallRefusal.PaymentRequired) && Excludes(call.Http.Request.Headers[PaymentScheme.AcceptHeader])) refusal = PaywallRefusal.NotAccepted;
        Begin(call.Http.Response, refusal, isUnpaid ? services.Challenges.Make(call.Endpoint, call.Price, await DigestAsync(call), refusal.Channel) : null);
        if (isUnpaid && PrefersPage(call.Http.Request)) await PaywallPage.WriteAsync(call, options);
        else await ProblemOf(refusal).ExecuteAsync(call.Http);
    }

    /// <param name="http">The request, to whatever address.</param>
    /// <param name="refusal">Why it is refused.</param>
    /// <param name="answered">The challenge that it answered, which was this server's: it is made anew.</param>
    public Task RefuseAsync(HttpContext http, PaywallRefusal refusal, PaymentChallenge answered)
    {
        Begin(http.Response, refusal, refusal.Status == StatusCodes.Status402PaymentRequired ? services.Challenges.Renew(answered, refusal.Channel) : null);
        return ProblemOf(refusal).ExecuteAsync(http);
    }

    private void Begin(HttpResponse response, PaywallRefusal refusal, PaymentChallenge? fresh)
    {
        services.Metrics.Count(refusal.Slug);
        response.Headers.CacheControl = "no-store";
        if (refusal.RetryAfter is not null) response.Headers.RetryAfter = refusal.RetryAfter;
        if (fresh is not null) response.Headers.WWWAuthenticate = fresh.Write();
    }

    private static ProblemHttpResult ProblemOf(PaywallRefusal refusal) =>
        TypedResults.Problem(refusal.Detail, statusCode: refusal.Status, title: refusal.Slug.Replace('-', ' '), type: refusal.Type, extensions: Extensions(refusal));

    private static Dictionary<string, object?>? Extensions(PaywallRefusal refusal)
    {
        if (refusal.Reason is { } reason) return new() { ["reason"] = reason };
        if (refusal.Required is null) return null;
        static string Text(NBitcoin.Money amount) => amount.Satoshi.ToString(CultureInfo.InvariantCulture);
        return new() { ["requiredCumulative"] = Text(refusal.Required), ["acceptedCumulative"] = Text(refusal.Accepted!) };
    }

    // A 402 never comes without a challenge, and there is one method: with nothing left to choose from, the field can but be noted.
    private static bool Excludes(Microsoft.Extensions.Primitives.StringValues accepted) => AcceptPayment.Parse(accepted.ToString())?.Quality(PaymentScheme.Method, PaymentScheme.Intent) == 0;

    /// <summary>A body that is small enough is what the challenge is for, and nothing else.</summary>
    private async Task<string?> DigestAsync(PaywallCall call)
    {
        if (call.IsServed || services.Options.MaxBoundBody == 0) return null;
        try
        {
            return await call.ReadBodyAsync(services.Options.MaxBoundBody) is { Length: > 0 } body ? ContentDigest.Of(body.Span) : null;
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException or BadHttpRequestException)
        {
            return null;   // whoever hangs up in the middle of a body hears no answer
        }
    }

    /// <summary>A browser says so: HTML by name, and nothing for programs that it would rather have.</summary>
    private static bool PrefersPage(HttpRequest request)
    {
        if (HttpMethods.IsHead(request.Method) || !MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted)) return false;
        double Quality(params ReadOnlySpan<string> names)
        {
            var best = 0.0;
            foreach (var range in accepted)
                foreach (var name in names)
                    if (range.MediaType.Equals(name, StringComparison.OrdinalIgnoreCase)) best = Math.Max(best, range.Quality ?? 1);
            return best;
        }
        var page = Quality("text/html", "application/xhtml+xml");
        return page > 0 && page > Quality("application/problem+json", "application/json");
    }
}
