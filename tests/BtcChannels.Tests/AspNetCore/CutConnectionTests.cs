using System.Net;

namespace BtcChannels.Tests.AspNetCore;

/// <summary>A network that breaks in the middle: a payment is in doubt, and the same bytes again settle it.</summary>
public sealed class CutConnectionTests
{
    // More than a payment's request has, and more than its answer.
    private const int Most = 520;
    private const int Step = 13;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wherever_the_connection_breaks_the_same_payment_again_settles_it(bool isInRequest)
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app, paid: 1_000);
        using var wire = new CuttingProxy(app.Http.BaseAddress!);
        var (total, through, refused) = (1_000L, 0, 0);
        for (var bytes = 0; bytes < Most; bytes += Step)
        {
            total++;
            if (isInRequest) wire.OfRequest = bytes;
            else wire.OfAnswer = bytes;
            var isAnswered = await TrySendAsync(wire, customer, total);
            var stored = (await app.ChannelAsync(customer.Id)).Balance.Authorized.Satoshi;

            Assert.InRange(stored, isAnswered ? total : total - 1, total);
            if (stored == total) through++;
            else refused++;
            Assert.Equal(total, (await customer.PayAsync(total)).TotalSat);
            Assert.Equal(total, (await app.ChannelAsync(customer.Id)).Balance.Authorized.Satoshi);
        }
        // Some broke before it was all there, and some when the merchant had it.
        Assert.True(through > 0);
        if (isInRequest) Assert.True(refused > 0);
        Assert.Equal(total, (await customer.CloseAsync()).ToMerchantSat);
    }

    private static async Task<bool> TrySendAsync(CuttingProxy wire, TestCustomer customer, long total)
    {
        using var http = new HttpClient(new SocketsHttpHandler()) { BaseAddress = wire.Address };
        try
        {
            using var answer = await http.PostAsync(new Uri($"/channels/v1/channels/{customer.Id}/payments", UriKind.Relative), TestCustomer.JsonOf(customer.Payment(total)));
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception cut) when (cut is HttpRequestException or IOException)
        {
            return false;
        }
    }
}
