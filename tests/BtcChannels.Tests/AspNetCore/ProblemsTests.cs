using System.Net;
using BtcChannels.AspNetCore;
using BtcChannels.AspNetCore.Http;
using BtcChannels.Chain;
using BtcChannels.Storage;
using BtcChannels.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace BtcChannels.Tests.AspNetCore;

public sealed class ProblemsTests
{
    [Fact]
    public void Every_reason_not_to_open_is_in_the_document_in_the_order_checked() =>
        Assert.Equal(Enum.GetValues<OpenRejection>().Select(reason => (Slug.Of(reason), Problems.StatusOf(reason))), HttpApiDoc.Opening);

    [Fact]
    public void Every_reason_not_to_take_a_payment_is_in_the_document_in_the_order_checked() =>
        Assert.Equal(Enum.GetValues<PaymentRejection>().Select(reason => (Slug.Of(reason), Problems.StatusOf(reason))), HttpApiDoc.Paying);

    [Fact]
    public void Every_reason_not_to_close_is_in_the_document_in_the_order_checked() =>
        Assert.Equal(Enum.GetValues<CloseRejection>().Select(reason => (Slug.Of(reason), Problems.StatusOf(reason))), HttpApiDoc.Closing);

    [Fact]
    public void What_any_call_can_meet_is_in_the_document()
    {
        var problems = new[] { Problems.NotJson(), Problems.NoPaymentType(), Problems.NoWebSocket(), Problems.TooLarge(1), Problems.Malformed("?"), Problems.StoreUnavailable(), Problems.ChainUnavailable(), Problems.Draining(), Problems.NoAdminKey(), Problems.TooManyRequests() };
        Assert.Equal(problems.Select(it => (it.ProblemDetails.Type!["urn:btcchannels:problem:".Length..], it.StatusCode)), HttpApiDoc.AnyCall);
    }

    [Theory]
    [InlineData("store-unavailable")]
    [InlineData("chain-unavailable")]
    public async Task An_outage_behind_any_call_is_told_with_the_time_to_try_again(string name)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        await using var app = builder.Build();
        Exception outage = name == "store-unavailable" ? new StoreUnavailableException("The disk is full", new IOException()) : new ChainUnavailableException("The node is away");
        app.MapGroup("").AddEndpointFilter<OutageFilter>().MapGet("/", IResult () => throw outage);
        await app.StartAsync();
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri(app.Urls.Single()));
        await answer.AssertIsAsync(name);
        await app.StopAsync();
    }

    [Fact]
    public void Every_reason_has_words_of_its_own_within_its_list()
    {
        AssertDistinct(Enum.GetValues<OpenRejection>().Select(reason => Problems.For(new OpenRefusal(reason)).ProblemDetails.Detail));
        AssertDistinct(Enum.GetValues<PaymentRejection>().Select(reason => Problems.For(reason).ProblemDetails.Detail));
        AssertDistinct(Enum.GetValues<CloseRejection>().Select(reason => Problems.For(reason).ProblemDetails.Detail));

        static void AssertDistinct(IEnumerable<string?> words)
        {
            var seen = new HashSet<string?>();
            Assert.All(words, it => Assert.True(!string.IsNullOrWhiteSpace(it) && seen.Add(it)));
        }
    }
}
