using BtcChannels.Wire;
using NBitcoin;

namespace BtcChannels.Tests.AspNetCore;

/// <summary>Requests about a channel that are not its customer's, or no requests at all. One channel meets them all, and stays as it is.</summary>
public sealed class AuthorizationTests(MerchantFixture merchant) : IClassFixture<MerchantFixture>, IAsyncLifetime
{
    private static readonly Key s_stranger = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => merchant.AssertUntouchedAsync();

    [Theory]
    [InlineData("missing")]
    [InlineData("empty")]
    [InlineData("Bearer x")]
    [InlineData("scheme in lower case")]
    [InlineData("no time")]
    [InlineData("negative time")]
    [InlineData("time of 20 digits")]
    [InlineData("no signature")]
    [InlineData("short signature")]
    [InlineData("upper-case signature")]
    [InlineData("zero signature")]
    [InlineData("two spaces")]
    [InlineData("other time than signed")]
    [InlineData("another action")]
    [InlineData("another origin")]
    [InlineData("another channel")]
    [InlineData("another network")]
    [InlineData("another key")]
    [InlineData("the merchant's word for it")]
    public async Task Whoever_does_not_show_that_the_channel_is_his_learns_nothing(string how)
    {
        var (app, customer) = (merchant.App, merchant.Customer);
        foreach (var action in (string[])[ChannelAction.Status, ChannelAction.Close])
        {
            var good = customer.Authorize(action);
            var shown = how switch
            {
                "missing" => null,
                "empty" => "",
                "scheme in lower case" => good.Replace("BtcChannels", "btcchannels", StringComparison.Ordinal),
                "no time" => good.Replace($"time={app.Clock.Now}, ", "", StringComparison.Ordinal),
                "negative time" => good.Replace("time=", "time=-", StringComparison.Ordinal),
                "time of 20 digits" => good.Replace("time=", "time=9999999999", StringComparison.Ordinal),
                "no signature" => good[..good.IndexOf(',', StringComparison.Ordinal)],
                "short signature" => good[..^2],
                "upper-case signature" => good[..^128] + good[^128..].ToUpperInvariant(),
                "zero signature" => good[..^128] + new string('0', 128),
                "two spaces" => good.Replace(", ", ",  ", StringComparison.Ordinal),
                "other time than signed" => good.Replace($"time={app.Clock.Now}", $"time={app.Clock.Now + 1}", StringComparison.Ordinal),
                "another action" => customer.Authorize(action == ChannelAction.Close ? ChannelAction.Status : ChannelAction.Close),
                "another origin" => customer.Authorize(action, origin: "http://shop.example"),
                "another channel" => customer.Authorize(action, channel: new ChannelId(new OutPoint(customer.Id.OutPoint.Hash, 1))),
                "another network" => customer.Authorize(action, network: Network.Main),
                "another key" => customer.Authorize(action, key: s_stranger),
                _ => how,
            };
            using var answer = action == ChannelAction.Status
                ? await customer.TryStatusAsync(shown)
                : await customer.TryCloseAsync(TestCustomer.JsonOf(new CloseBody()), shown);
            await answer.AssertIsAsync(CloseRejection.AuthorizationInvalid);
            Assert.Equal("BtcChannels", answer.Headers.WwwAuthenticate.ToString());
            Assert.DoesNotContain($"{MerchantFixture.Paid}", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("{\"totalSat\":1000}")]
    [InlineData("{\"signature\":\"00\"}")]
    [InlineData("{\"totalSat\":1000,\"signature\":null}")]
    [InlineData("{\"totalSat\":null,\"signature\":\"00\"}")]
    [InlineData("{\"totalSat\":1000,\"signature\":\"00\"}")]
    [InlineData("{\"totalSat\":-1,\"signature\":\"good\"}")]
    [InlineData("{\"totalSat\":1.5,\"signature\":\"good\"}")]
    [InlineData("{\"totalSat\":99999999999999999999,\"signature\":\"good\"}")]
    [InlineData("{\"all\":true}")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("")]
    public async Task A_body_that_is_no_wish_to_close_is_malformed(string json)
    {
        var customer = merchant.Customer;
        var body = json.Replace("good", WireSignature.Write(customer.Sign(5_000).Signature), StringComparison.Ordinal);
        using var answer = await customer.TryCloseAsync(TestCustomer.Json(body), customer.Authorize(ChannelAction.Close));
        await answer.AssertIsAsync(CloseRejection.Malformed);
    }
}
