using System.Net;
using BtcChannels.AspNetCore;
using BtcChannels.Paywall;
using Microsoft.AspNetCore.Builder;
using NBitcoin;

namespace BtcChannels.Tests.AspNetCore.Paywall;

/// <summary>How often somebody may be wrong.</summary>
public sealed class PaywallLimitTests : PaywallTest
{
    private const int Refusals = 5;

    protected override void Configure(BtcChannelsOptions options) => options.Limits.RefusalsPerMinute = Refusals;

    protected override void Map(WebApplication web) => web.MapGet("/song", () => Serve("la")).RequirePayment(25.Sat());

    [Fact]
    public async Task Asking_for_the_price_is_no_fault()
    {
        for (var i = 0; i < 3 * Refusals; i++) await Customer.ChallengeAsync("/song");
        using var paid = await Customer.PayAsync("/song", 1_000);
        Assert.Equal(HttpStatusCode.OK, paid.StatusCode);
    }

    [Theory]
    [InlineData("signature")]
    [InlineData("signature by HEAD")]
    [InlineData("form")]
    public async Task Whoever_is_wrong_too_often_is_not_listened_to(string fault)
    {
        var challenge = await Customer.ChallengeAsync("/song");
        var forged = new PaymentCredential(challenge, new VoucherPayload(Customer.Channel.Id, new SignedPayment(Money.Satoshis(1_000), Customer.Channel.Sign(1_001).Signature)));
        for (var i = 0; i < Refusals; i++)
            using (var refused = await Customer.SendAsync("/song", fault == "form" ? "Payment e30" : forged.Write(), fault.EndsWith("HEAD", StringComparison.Ordinal) ? HttpMethod.Head : null))
                Assert.Equal(HttpStatusCode.PaymentRequired, refused.StatusCode);

        using var good = await Customer.PayAsync("/song", challenge, 1_000);

        await AssertRefusedAsync(good, 429, Own("too-many-requests"));
        Assert.Equal(0, Served);
    }

    [Fact]
    public async Task A_challenge_that_has_expired_or_a_price_that_has_changed_is_no_fault()
    {
        var challenge = await Customer.ChallengeAsync("/song");
        await App.WaitAsync(TimeSpan.FromHours(2));
        for (var i = 0; i < 3 * Refusals; i++)
            using (var late = await Customer.PayAsync("/song", challenge, 1_000)) await AssertRefusedAsync(late, 402, PaymentProblems.PaymentExpired);
        using var paid = await Customer.PayAsync("/song", 1_000);
        Assert.Equal(HttpStatusCode.OK, paid.StatusCode);
    }
}
