using System.Buffers;
using BtcChannels.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NBitcoin;

namespace BtcChannels.AspNetCore.Http;

/// <summary>
/// Takes payments in both forms. It stands beside the filters and binders of the other calls, and reads from the connection's own buffers: of what a payment costs, only
/// its signature is to count.
/// </summary>
internal sealed class PaymentEndpoint(IServiceProvider services)
{
    private const string Binary = "application/octet-stream";
    private const int JsonLimit = 4_096;

    // Taken from the app once, since a request's own services would be a scope for each.
    private Merchant? _merchant;
    private ILogger? _log;

    private Merchant Merchant => _merchant ??= services.GetRequiredService<Merchant>();

    private ILogger Log => _log ??= services.GetRequiredService<ILogger<PaymentEndpoint>>();

    public async Task PayAsync(HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-store";
        var isBinary = IsBinary(http.Request.ContentType);
        var (payment, problem) = isBinary ? await ReadBinaryAsync(http.Request) : await ReadJsonAsync(http.Request);
        if (payment is null)
        {
            await TellAsync(http, problem!);
            return;
        }
        if (!ChannelId.TryParse(http.Request.RouteValues["id"] as string, out var id))
        {
            await TellAsync(http, Problems.For(PaymentRejection.ChannelUnknown));
            return;
        }
        PaymentOutcome outcome;
        try
        {
            // Whoever hangs up has paid all the same, and to ask for the token of that would cost one for each request.
            outcome = await Merchant.PayAsync(id, payment, CancellationToken.None);
        }
        catch (Exception outage) when (Outages.IsOutage(outage))
        {
            await TellAsync(http, Outages.Problem(outage, Log));
            return;
        }
        if (outcome.Paid is not { } paid) await TellAsync(http, Problems.For(((PaymentOutcome.Refused)outcome).Reason));
        else if (isBinary) Write(http.Response, PaymentReceipt.Of(paid));
        else await TypedResults.Json(Answer(paid), AnswerJson.Default.PaymentAnswer).ExecuteAsync(http);
    }

    private static async ValueTask<(SignedPayment? Payment, ProblemHttpResult? Problem)> ReadBinaryAsync(HttpRequest request)
    {
        if (request.ContentLength > PaymentFrame.Length) return (null, Problems.TooLarge(PaymentFrame.Length));
        var reader = request.BodyReader;
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync();
                var body = read.Buffer;
                if (!read.IsCompleted && body.Length <= PaymentFrame.Length)
                {
                    reader.AdvanceTo(body.Start, body.End);
                    continue;
                }
                (SignedPayment?, ProblemHttpResult?) result = body.Length > PaymentFrame.Length ? (null, Problems.TooLarge(PaymentFrame.Length))
                    : body.Length < PaymentFrame.Length ? (null, Problems.Malformed("The body has to be 72 bytes: total and signature"))
                    : Parse(body) is { } payment ? (payment, null)
                    : (null, Problems.For(PaymentRejection.Malformed));
                reader.AdvanceTo(body.End);
                return result;
            }
        }
        catch (BadHttpRequestException cut)
        {
            return (null, RequestBody.ProblemOf(cut, PaymentFrame.Length));
        }
    }

    private static SignedPayment? Parse(in ReadOnlySequence<byte> body)
    {
        SignedPayment? payment;
        if (body.IsSingleSegment)
        {
            PaymentFrame.TryRead(body.FirstSpan, out payment);
            return payment;
        }
        Span<byte> frame = stackalloc byte[PaymentFrame.Length];
        body.CopyTo(frame);
        PaymentFrame.TryRead(frame, out payment);
        return payment;
    }

    private static async Task<(SignedPayment? Payment, ProblemHttpResult? Problem)> ReadJsonAsync(HttpRequest request)
    {
        if (!request.HasJsonContentType()) return (null, Problems.NoPaymentType());
        var (body, problem) = await RequestBody.ReadAsync(request, RequestJson.Default.PaymentBody, JsonLimit, CancellationToken.None);
        if (body is null) return (null, problem);
        return body.TotalSat > 0 && WireSignature.TryParse(body.Signature, out var signature)
            ? (new(Money.Satoshis(body.TotalSat), signature), null)
            : (null, Problems.For(PaymentRejection.Malformed));
    }

    // The length is known, so there are no chunks, and the one flush is the end of the response.
    private static void Write(HttpResponse response, PaymentReceipt receipt)
    {
        response.ContentType = Binary;
        response.ContentLength = PaymentReceipt.Length;
        var body = response.BodyWriter;
        receipt.Write(body.GetSpan(PaymentReceipt.Length));
        body.Advance(PaymentReceipt.Length);
    }

    private static Task TellAsync(HttpContext http, ProblemHttpResult problem)
    {
        if (problem.StatusCode == StatusCodes.Status503ServiceUnavailable) http.Response.Headers.RetryAfter = Outages.RetryAfter;
        return problem.ExecuteAsync(http);
    }

    private static PaymentAnswer Answer(PayableChannel channel) => new(
        channel.Id.ToString(), channel.Balance.Authorized.Satoshi, channel.Balance.Spent.Value, (channel.Capacity - channel.Balance.Authorized).Satoshi);

    private static bool IsBinary(string? type) =>
        type is not null && type.StartsWith(Binary, StringComparison.OrdinalIgnoreCase) && (type.Length == Binary.Length || type[Binary.Length] is ';' or ' ');
}
