using System.Net.WebSockets;
using BtcChannels.Wire;

namespace BtcChannels.Tests.AspNetCore;

/// <summary>Who gets a stream, and how.</summary>
public sealed class StreamOpeningTests(MerchantFixture merchant) : IClassFixture<MerchantFixture>, IAsyncLifetime
{
    private readonly TestCustomer _customer = merchant.Customer;

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => merchant.AssertUntouchedAsync();

    [Theory]
    [InlineData("missing")]
    [InlineData("another action")]
    [InlineData("garbage")]
    public async Task Only_the_channels_customer_may_stream(string how)
    {
        var shown = how switch { "missing" => null, "another action" => _customer.Authorize(ChannelAction.Status), _ => "BtcChannels" };
        using var answer = await AskAsync($"channels/{_customer.Id}", shown);
        await answer.AssertIsAsync(CloseRejection.AuthorizationInvalid);
        Assert.Equal("BtcChannels", answer.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task An_old_authorization_is_stale()
    {
        using var answer = await AskAsync($"channels/{_customer.Id}", _customer.Authorize(ChannelAction.Stream, merchant.App.Clock.Now - 61));
        await answer.AssertIsAsync(CloseRejection.AuthorizationStale);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("1111111111111111111111111111111111111111111111111111111111111111-0")]
    public async Task A_channel_that_is_not_here_has_no_stream(string id)
    {
        using var answer = await AskAsync($"channels/{id}", _customer.Authorize(ChannelAction.Stream));
        await answer.AssertIsAsync(CloseRejection.ChannelUnknown);
    }

    [Fact]
    public async Task What_is_no_WebSocket_is_told_so()
    {
        using var answer = await merchant.App.Once.GetAsync(new Uri($"/channels/v1/channels/{_customer.Id}/stream", UriKind.Relative));
        await answer.AssertIsAsync("not-websocket");
        Assert.Equal("websocket", answer.Headers.Upgrade.ToString());
        Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());
    }

    [Fact]
    public async Task A_browser_which_has_no_headers_for_that_shows_it_in_the_query()
    {
        Assert.True(AuthorizationHeader.TryParse(_customer.Authorize(ChannelAction.Stream), out var shown));
        using var socket = new ClientWebSocket();
        var uri = new UriBuilder(TestStream.UriOf(merchant.App, _customer)) { Query = $"time={shown.Time}&signature={WireSignature.Write(shown.Signature)}" }.Uri;
        await socket.ConnectAsync(uri, CancellationToken.None);
        using var stream = TestStream.Of(socket);
        await stream.SendAsync(_customer.Payment(MerchantFixture.Paid));
        Assert.Equal(MerchantFixture.Paid, (await stream.ReadAsync())!.Total);
    }

    private async Task<HttpResponseMessage> AskAsync(string path, string? authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"/channels/v1/{path}/stream", UriKind.Relative));
        foreach (var (name, value) in (List<(string, string)>)[("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")])
            request.Headers.TryAddWithoutValidation(name, value);
        if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);
        return await merchant.App.Once.SendAsync(request);
    }
}
