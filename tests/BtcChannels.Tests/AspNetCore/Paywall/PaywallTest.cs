using System.Net;
using System.Text.Json.Nodes;
using BtcChannels.AspNetCore;
using BtcChannels.Paywall;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BtcChannels.Tests.AspNetCore.Paywall;

/// <summary>A merchant with priced endpoints, and a customer with an open channel in which nothing is paid yet.</summary>
public abstract class PaywallTest : IAsyncLifetime
{
    private int _served;

    protected MerchantApp App { get; private set; } = null!;

    private protected PaywallCustomer Customer { get; private set; } = null!;

    /// <summary>How many requests have come to a handler.</summary>
    protected int Served => Volatile.Read(ref _served);

    private protected SpiedStore Spy { get; private set; } = null!;

    public virtual async Task InitializeAsync()
    {
        App = await MerchantApp.StartAsync(finest: Finest, configure: Configure, map: Map, add: Add, before: store =>
        {
            (var spied, Spy) = SpiedStore.Of(store);
            return spied;
        });
        Customer = new PaywallCustomer(App.Once, await TestCustomer.OpenAsync(App));
    }

    public async Task DisposeAsync() => await App.DisposeAsync();

    protected virtual LogLevel Finest => LogLevel.Information;

    protected virtual void Configure(BtcChannelsOptions options) { }

    protected virtual void Add(IServiceCollection services) { }

    protected abstract void Map(WebApplication web);

    protected string Serve(string answer)
    {
        Interlocked.Increment(ref _served);
        return answer;
    }

    protected Task<Balance> BalanceAsync() => BalanceAsync(Customer.Channel);

    protected async Task<Balance> BalanceAsync(TestCustomer customer) => (await App.ChannelAsync(customer.Id)).Balance;

    /// <summary>What is authorized (sat), spent (msat) and reserved.</summary>
    protected async Task AssertBalanceAsync(long authorized, long spentMsat, string? reserved = null)
    {
        var balance = await BalanceAsync();
        Assert.Equal((authorized, spentMsat, reserved), (balance.Authorized.Satoshi, balance.Spent.Value, balance.Reserved.Text));
    }

    /// <summary>The same, once it has come to that.</summary>
    protected Task BalanceBecomesAsync(long authorized, long spentMsat) => EventuallyAsync(
        async () => await BalanceAsync() is { Reserved.Text: null } it && (it.Authorized.Satoshi, it.Spent.Value) == (authorized, spentMsat),
        async () => $"{await BalanceAsync()}");

    /// <summary>A problem of the scheme as it has to be: with a fresh challenge at 402, and at no other status; never stored, and without a receipt.</summary>
    private protected static async Task AssertRefusedAsync(HttpResponseMessage answer, int status, string type)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.Content.Headers.ContentType?.MediaType == "application/problem+json", $"{answer.StatusCode} {text}");
        var problem = JsonNode.Parse(text)!;
        Assert.Equal((type, status, status), ((string?)problem["type"], (int)answer.StatusCode, (int)problem["status"]!));
        Assert.False(string.IsNullOrWhiteSpace((string?)problem["detail"]) || string.IsNullOrWhiteSpace((string?)problem["title"]), text);
        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.False(answer.Headers.Contains(PaymentScheme.ReceiptHeader));
        Assert.Equal(status == 402, answer.Headers.Contains("WWW-Authenticate"));
        if (status == 402) PaywallCustomer.ChallengeIn(answer);
        Assert.Equal(status is 503 or 429, answer.Headers.RetryAfter is not null && status != 402 && status != 409);
    }

    protected static async Task EventuallyAsync(Func<Task<bool>> holds, Func<Task<string>>? what = null)
    {
        for (var i = 0; i < 1_000; i++)
        {
            if (await holds()) return;
            await Task.Delay(10);
        }
        Assert.Fail($"It has not come to that: {(what is null ? "" : await what())}");
    }

    protected static HttpContent Text(string text) => new StringContent(text);

    private protected static string Own(string slug) => "urn:btcchannels:problem:" + slug;
}
