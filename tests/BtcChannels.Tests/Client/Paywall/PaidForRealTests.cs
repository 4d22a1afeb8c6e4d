using System.Net;
using System.Net.ServerSentEvents;
using BtcChannels.AspNetCore.Paywall;
using BtcChannels.Client;
using BtcChannels.Tests.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Money = NBitcoin.Money;

namespace BtcChannels.Tests.Client;

/// <summary>Customer and merchant as they are, over HTTP.</summary>
public sealed class PaidForRealTests : IAsyncLifetime, IAsyncDisposable
{
    private static readonly byte[] s_film = [.. Enumerable.Range(0, 100_000).Select(it => unchecked((byte)(it * 7)))];

    private readonly Rig _rig = new();
    private MerchantApp _app = null!;
    private Payer _payer = null!;
    private HttpClient _http = null!;

    public async Task InitializeAsync()
    {
        _app = await MerchantApp.StartAsync(map: web =>
        {
            web.MapGet("/song", () => "la la la").RequirePayment(25.Sat());
            web.MapGet("/dear", () => "la, la, la").RequirePayment(400.Sat());
            web.MapGet("/slow", async () =>
            {
                await Task.Delay(200);
                return "la  la";
            }).RequirePayment(25.Sat());
            web.MapPost("/echo", async (HttpRequest request) => (await new StreamReader(request.Body).ReadToEndAsync()).Length).RequirePayment(10.Sat());
            web.MapGet("/broken", string () => throw new InvalidOperationException("out of order")).RequirePayment(25.Sat());
            web.MapGet("/words", () => new PaidEvents(WordsAsync())).RequireMeteredPayment(100.Sat(), "word");
            web.MapGet("/film", Task (HttpResponse response, CancellationToken ct) => response.WritePaidAsync(new MemoryStream(s_film), ct)).RequireMeteredPayment(2.Sat(), "kilobyte");
        });
        await _rig.MeetAsync(_app);
        var origin = new Uri(MerchantApp.Origin);
        _rig.Options = _rig.Options with { Handler = new ShopHandler(origin, _app.Once.BaseAddress!), Patience = TimeSpan.FromSeconds(10) };
        await _rig.RestartAsync();
        _payer = new Payer(_rig.Customer);
        _http = new HttpClient(new PaymentHandler(_payer, new ShopHandler(origin, _app.Once.BaseAddress!))) { BaseAddress = origin };
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _payer.DisposeAsync();
        await _rig.DisposeAsync();
        await _app.DisposeAsync();
    }

    ValueTask IAsyncDisposable.DisposeAsync() => new(DisposeAsync());

    private static async IAsyncEnumerable<SseItem<string>> WordsAsync()
    {
        for (var i = 0; i < 8; i++)
        {
            await Task.Yield();
            yield return new($"word {i}");
        }
    }

    private async Task<MilliSatoshi> SpentAsync()
    {
        var channel = Assert.Single(await _rig.Customer.ListAsync());
        return (await _app.ChannelAsync(channel.Id)).Balance.Spent;
    }

    [Fact]
    public async Task A_first_request_opens_a_channel_and_further_ones_are_paid_in_it()
    {
        for (var i = 0; i < 15; i++) Assert.Equal("la la la", await _http.GetStringAsync("/song"));
        Assert.Equal(375.Sat(), await SpentAsync());
        Assert.Equal(375, Assert.Single(await _rig.Customer.ListAsync()).Authorized.Satoshi);
    }

    [Fact]
    public async Task Requests_at_the_same_time_are_each_paid_once()
    {
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => _http.GetStringAsync("/slow"))), it => Assert.Equal("la  la", it));
        Assert.Equal(600.Sat(), await SpentAsync());
    }

    [Theory]
    [InlineData(10)]
    [InlineData(60_000)]
    [InlineData(200_000)]
    public async Task Bodies_come_through_whether_the_merchant_keeps_answers_to_them_or_not(int length)
    {
        for (var i = 0; i < 2; i++)
        {
            using var answer = await _http.PostAsync("/echo", new ByteArrayContent([.. Enumerable.Repeat((byte)'x', length)]));
            Assert.Equal($"{length}", await answer.Content.ReadAsStringAsync());
        }
        Assert.Equal(20.Sat(), await SpentAsync());
    }

    [Fact]
    public async Task What_fails_costs_nothing()
    {
        using (var answer = await _http.GetAsync("/broken")) Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal("la la la", await _http.GetStringAsync("/song"));
        Assert.Equal(25.Sat(), await SpentAsync());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task Events_are_paid_as_they_come(int ahead)
    {
        await using var payer = new Payer(_rig.Customer, new() { StreamAhead = ahead });
        using var http = new HttpClient(new PaymentHandler(payer, new ShopHandler(new Uri(MerchantApp.Origin), _app.Once.BaseAddress!))) { BaseAddress = new Uri(MerchantApp.Origin) };
        using var answer = await http.GetAsync("/words", HttpCompletionOption.ResponseHeadersRead);
        List<string> words = [];
        await foreach (var item in answer.ReadPaidEventsAsync()) words.Add(item.Data);
        Assert.Equal(Enumerable.Range(0, 8).Select(it => $"word {it}"), words);
        Assert.Equal((800.Sat(), 8), (answer.GetPaymentReceipt()!.Spent, answer.GetPaymentReceipt()!.Units));
        Assert.Equal(800.Sat(), await SpentAsync());
    }

    [Fact]
    public async Task A_download_is_paid_by_the_kilobyte()
    {
        using var answer = await _http.GetAsync("/film", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(s_film, await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal(200.Sat(), await SpentAsync());
        Assert.Equal(200.Sat(), answer.GetPaymentReceipt()!.Spent);
        Assert.Equal("la la la", await _http.GetStringAsync("/song"));
        Assert.Equal(225.Sat(), await SpentAsync());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public async Task A_download_goes_on_however_few_kilobytes_are_paid_ahead(int units)
    {
        Assert.Equal("la, la, la", await _http.GetStringAsync("/dear"));   // from here on a few satoshi more make a voucher
        await using var payer = new Payer(_rig.Customer, new() { UnitsAhead = units });
        using var http = new HttpClient(new PaymentHandler(payer, new ShopHandler(new Uri(MerchantApp.Origin), _app.Once.BaseAddress!))) { BaseAddress = new Uri(MerchantApp.Origin) };
        using var answer = await http.GetAsync("/film", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(s_film, await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal(600.Sat(), await SpentAsync());
    }

    [Fact]
    public async Task A_download_ends_where_it_costs_more_than_one_request_may_though_there_is_credit()
    {
        Assert.Equal("la la la", await _http.GetStringAsync("/song"));   // 294 sat are authorized
        await using var careful = new Payer(_rig.Customer, new PayerOptions { MaxPerRequest = 50.Sat() });
        using var http = new HttpClient(new PaymentHandler(careful, new ShopHandler(new Uri(MerchantApp.Origin), _app.Once.BaseAddress!))) { BaseAddress = new Uri(MerchantApp.Origin) };
        using var answer = await http.GetAsync("/film", HttpCompletionOption.ResponseHeadersRead);

        var refused = await Assert.ThrowsAsync<PaymentRefusedException>(async () => await (await answer.Content.ReadAsStreamAsync()).CopyToAsync(Stream.Null));

        Assert.Equal(PaymentRefusal.PriceTooHigh, refused.Reason);
    }

    [Fact]
    public async Task Closing_after_an_answer_was_lost_costs_what_was_served()
    {
        await using var ahead = new Payer(_rig.Customer, new() { AuthorizeAhead = Money.Satoshis(5_000L), MaxRetries = 0 });
        var lossy = new LossyHandler(new ShopHandler(new Uri(MerchantApp.Origin), _app.Once.BaseAddress!));
        using var http = new HttpClient(new PaymentHandler(ahead, lossy)) { BaseAddress = new Uri(MerchantApp.Origin) };
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => http.GetStringAsync("/dear"));
        Assert.Equal(5_400, Assert.Single(await _rig.Customer.ListAsync()).Authorized.Satoshi);
        Assert.Equal(400, Assert.IsType<CloseResult.Closing>(Assert.Single(await ahead.CloseAsync())).ToMerchant.Satoshi);
    }

    /// <summary>Loses answers to what was paid.</summary>
    private sealed class LossyHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = await base.SendAsync(request, cancellationToken);
            if (!request.Headers.NonValidated.Contains("Authorization")) return answer;
            answer.Dispose();
            throw FakeMerchant.LostReply();
        }
    }

    [Fact]
    public async Task Closing_gives_back_what_was_not_spent()
    {
        Assert.Equal("la la la", await _http.GetStringAsync("/song"));
        var closed = Assert.IsType<CloseResult.Closing>(Assert.Single(await _payer.CloseAsync()));
        Assert.Equal(294, closed.ToMerchant.Satoshi);   // 25 sat were spent, which nobody relays alone
    }
}
