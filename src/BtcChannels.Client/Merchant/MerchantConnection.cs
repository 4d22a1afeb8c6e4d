using System.Net;
using System.Net.Http.Headers;
using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using BtcChannels.Wire;

namespace BtcChannels.Client;

/// <summary>
/// The door <c>/channels/v1</c> of one merchant. It judges answers strictly and never throws for what the merchant or the network does: only
/// for cancellation.
/// </summary>
public sealed class MerchantConnection(HttpClient http, string origin, TimeSpan timeout, TimeProvider clock)
{
    private const string ProblemType = "application/problem+json";
    private const int MaxProblem = 64;

    /// <summary>As <see cref="MerchantOrigin"/> writes it.</summary>
    public string Origin => origin;

    /// <summary>A handler as money wants it: no redirects, no cookies, short to connect, and new connections now and then, since addresses change.</summary>
    public static HttpMessageHandler NewHandler() => new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        MaxResponseHeadersLength = 16,
    };

    public Task<MerchantReply<OfferAnswer>> OfferAsync(CancellationToken ct) =>
        SendAsync(HttpMethod.Post, "offers", body: null, authorization: null, AnswerJson.Default.OfferAnswer, ct);

    public Task<MerchantReply<OpenAnswer>> OpenAsync(OpenBody body, CancellationToken ct) =>
        SendAsync(HttpMethod.Post, "channels", Json(body, RequestJson.Default.OpenBody), authorization: null, AnswerJson.Default.OpenAnswer, ct);

    public Task<MerchantReply<PaymentAnswer>> PayAsync(ChannelId channel, PaymentBody body, CancellationToken ct) =>
        SendAsync(HttpMethod.Post, $"channels/{channel}/payments", Json(body, RequestJson.Default.PaymentBody), authorization: null, AnswerJson.Default.PaymentAnswer, ct);

    public Task<MerchantReply<StatusAnswer>> StatusAsync(ChannelId channel, AuthorizationHeader authorization, CancellationToken ct) =>
        SendAsync(HttpMethod.Get, $"channels/{channel}", body: null, authorization, AnswerJson.Default.StatusAnswer, ct);

    public Task<MerchantReply<CloseAnswer>> CloseAsync(ChannelId channel, AuthorizationHeader authorization, CloseBody body, CancellationToken ct) =>
        SendAsync(HttpMethod.Post, $"channels/{channel}/close", Json(body, RequestJson.Default.CloseBody), authorization, AnswerJson.Default.CloseAnswer, ct);

    private async Task<MerchantReply<T>> SendAsync<T>(
        HttpMethod method, string path, byte[]? body, AuthorizationHeader? authorization, JsonTypeInfo<T> type, CancellationToken ct)
        where T : class
    {
        using var limit = new CancellationTokenSource(timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        using var request = new HttpRequestMessage(method, $"{origin}{DirectDoor.Path}/{path}");
        if (body is not null) request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(MediaTypeNames.Application.Json) } };
        if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization.ToString());
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return await ReadAsync(response, type, either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new MerchantReply<T>.NoAnswer($"{origin} did not answer within {timeout.TotalSeconds:0.###} seconds");
        }
        catch (Exception fault) when (ConnectionLoss.Is(fault))
        {
            return new MerchantReply<T>.NoAnswer($"{origin} cannot be reached: {fault.Message}");
        }
    }

    private async Task<MerchantReply<T>> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken ct)
        where T : class
    {
        var status = (int)response.StatusCode;
        var media = response.Content.Headers.ContentType?.MediaType;
        if (response.StatusCode == HttpStatusCode.OK && media == MediaTypeNames.Application.Json)
        {
            return await ReadJsonAsync(response, type, ct) is { } answer
                ? new MerchantReply<T>.Success(answer)
                : new MerchantReply<T>.NoAnswer($"{origin} answered with something that is not of this protocol");
        }
        if (status >= 400 && media == ProblemType && await ReadJsonAsync(response, AnswerJson.Default.ProblemAnswer, ct) is { } problem && NameOf(problem.Type) is { } name)
            return new MerchantReply<T>.Refused(new(name, status, AnswerReading.Printable(problem.Detail ?? problem.Title ?? ""), AnswerReading.RetryAfter(response, clock)));
        return new MerchantReply<T>.NoAnswer($"{origin} answered with status {status} and nothing of this protocol: see whether it is a merchant of BtcChannels");
    }

    private static async Task<T?> ReadJsonAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken ct)
        where T : class
    {
        if (await AnswerReading.BytesAsync(response, ct) is not { } bytes) return null;
        try
        {
            return JsonSerializer.Deserialize(bytes, type);
        }
        catch (JsonException)
        {
            return null;   // said by the caller: the answer is none
        }
    }

    private static string? NameOf(string? type)
    {
        if (type is null || !type.StartsWith(Slug.ProblemPrefix, StringComparison.Ordinal)) return null;
        var name = type[Slug.ProblemPrefix.Length..];
        return name.Length is > 0 and <= MaxProblem && name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-') ? name : null;
    }

    private static byte[] Json<T>(T body, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(body, type);
}
