using BtcChannels.AspNetCore;
using BtcChannels.AspNetCore.Paywall;
using BtcChannels.Client;
using BtcChannels.Tests.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using NBitcoin;

namespace BtcChannels.Tests.Client;

/// <summary>This customer and this merchant, by the two1 door: as if the merchant offered nothing newer.</summary>
public sealed class Two1ForRealTests : IAsyncLifetime, IAsyncDisposable
{
    private static readonly Uri s_door = new(MerchantApp.Origin + "/payment");

    private readonly Rig _rig = new();
    private MerchantApp _app = null!;
    private Payer _payer = null!;
    private HttpClient _http = null!;
    private bool _isAnswerLost;

    public async Task InitializeAsync()
    {
        _app = await MerchantApp.StartAsync(map: web =>
        {
            web.MapTwo1Channels();
            web.MapGet("/song", () => "la la la").RequirePayment(25.Sat());
        });
        await _rig.MeetAsync(_app);
        _rig.Options = _rig.Options with
        {
            Handler = new OldFashioned(new ShopHandler(new Uri(MerchantApp.Origin), _app.Once.BaseAddress!), IsLost), Patience = TimeSpan.FromSeconds(10),
            Two1 = new Two1Options { Fee = Money.Satoshis(5_000L) },
        };
        await _rig.RestartAsync();
        await _rig.MakeWalletAsync(1_000_000);
        _payer = new Payer(_rig.Customer, new PayerOptions { MaxPerRequest = 3_000.Sat(), MaxDeposit = Money.Satoshis(108_000L) });
        _http = new HttpClient(new PaymentHandler(_payer, new OldFashioned(new ShopHandler(new Uri(MerchantApp.Origin), _app.Once.BaseAddress!), _ => false))) { BaseAddress = new Uri(MerchantApp.Origin) };
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _payer.DisposeAsync();
        await _rig.DisposeAsync();
        await _app.DisposeAsync();
    }

    ValueTask IAsyncDisposable.DisposeAsync() => new(DisposeAsync());

    private bool IsLost(HttpRequestMessage request) => _isAnswerLost && request.Method == HttpMethod.Put;

    [Fact]
    public async Task A_request_opens_a_channel_and_further_ones_are_paid_in_it_until_it_is_closed()
    {
        Assert.Equal("la la la", await _http.GetStringAsync("/song"));
        using var second = await _http.GetAsync("/song");
        Assert.Equal(25, second.GetRedeemedToken()!.Amount.Satoshi);
        var channel = Assert.Single(await _rig.Customer.ListAsync());
        Assert.Equal((3_025L, s_door.AbsolutePath), (channel.Acknowledged.Satoshi, Assert.IsType<CustomerDoor.Two1>(channel.Door).Path));
        Assert.Equal(3_025L, (await _app.ChannelAsync(channel.Id)).Balance.Authorized.Satoshi);
        Assert.IsType<CloseResult.Closing>(Assert.Single(await _payer.CloseAsync()));
        Assert.IsType<MerchantState.Closing>((await _app.ChannelAsync(channel.Id)).State);
    }

    [Fact]
    public async Task A_payment_whose_answer_is_lost_is_the_same_payment_again()
    {
        var channel = (await _rig.Customer.OpenTwo1Async(s_door, Money.Satoshis(100_000L), TimeSpan.FromDays(7))).OrThrow();
        (await _rig.Customer.WaitUntilOpenAsync(channel.Id, TimeSpan.FromSeconds(30))).OrThrow();
        _isAnswerLost = true;
        Assert.IsType<PayResult.Unanswered>(await _rig.Customer.PayAsync(channel.Id, Money.Satoshis(4_000L), TimeSpan.Zero));
        _isAnswerLost = false;
        (await _rig.Customer.PayAsync(channel.Id, Money.Satoshis(10L))).OrThrow();
        Assert.Equal(4_010L, (await _app.ChannelAsync(channel.Id)).Balance.Authorized.Satoshi);
    }

    /// <summary>Takes the Payment scheme off answers, and loses some.</summary>
    private sealed class OldFashioned(HttpMessageHandler inner, Func<HttpRequestMessage, bool> isLost) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = await base.SendAsync(request, cancellationToken);
            if (isLost(request)) throw new HttpRequestException("The answer is lost");
            answer.Headers.Remove("WWW-Authenticate");
            return answer;
        }
    }
}
