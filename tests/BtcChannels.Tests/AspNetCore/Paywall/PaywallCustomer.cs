using System.Net;
using System.Net.Http.Headers;
using BtcChannels.Paywall;

namespace BtcChannels.Tests.AspNetCore.Paywall;

/// <summary>Pays at priced endpoints, a request at a time, by hand: what a test gets wrong on purpose is for it to say.</summary>
internal sealed class PaywallCustomer(HttpClient http, TestCustomer channel)
{
    public TestCustomer Channel => channel;

    /// <summary>Asks for something without paying.</summary>
    public async Task<PaymentChallenge> ChallengeAsync(string path, HttpMethod? method = null, HttpContent? body = null)
    {
        using var answer = await SendAsync(path, (string?)null, method, body);
        Assert.Equal(HttpStatusCode.PaymentRequired, answer.StatusCode);
        return ChallengeIn(answer);
    }

    /// <summary>Asks, and pays with a voucher of this total.</summary>
    public async Task<HttpResponseMessage> PayAsync(string path, long total, HttpMethod? method = null, HttpContent? body = null, string? key = null) =>
        await PayAsync(path, await ChallengeAsync(path, method, body), total, method, body, key);

    /// <summary>Pays with a challenge that is at hand.</summary>
    public Task<HttpResponseMessage> PayAsync(string path, PaymentChallenge challenge, long total, HttpMethod? method = null, HttpContent? body = null, string? key = null) =>
        SendAsync(path, Voucher(challenge, total), method, body, key);

    public PaymentCredential Voucher(PaymentChallenge challenge, long total) => new(challenge, new VoucherPayload(channel.Id, channel.Sign(total)));

    public Task<HttpResponseMessage> SendAsync(string path, PaymentCredential? credential, HttpMethod? method = null, HttpContent? body = null, string? key = null) =>
        SendAsync(path, credential?.Write(), method, body, key);

    public async Task<HttpResponseMessage> SendAsync(string path, string? authorization, HttpMethod? method = null, HttpContent? body = null, string? key = null)
    {
        var request = new HttpRequestMessage(method ?? HttpMethod.Get, path) { Content = body, Version = http.DefaultRequestVersion, VersionPolicy = http.DefaultVersionPolicy };   // not disposed of: the body is sent again
        if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    public static PaymentChallenge ChallengeIn(HttpResponseMessage answer) => Assert.Single(PaymentChallenge.ParseAll(answer.Headers.GetValues("WWW-Authenticate")));

    public static SessionReceipt ReceiptIn(HttpResponseMessage answer)
    {
        Assert.True(SessionReceipt.TryDecode(Assert.Single(answer.Headers.GetValues(PaymentScheme.ReceiptHeader)), out var receipt));
        return receipt;
    }
}
