using System.Net;
using System.Net.WebSockets;
using BtcChannels.Client;
using BtcChannels.Wire;
using NBitcoin;

namespace BtcChannels.Tests.AspNetCore;

/// <summary>A network that breaks in the middle of request or answer: what was asked is in doubt, and the same again settles it.</summary>
public sealed class CutConnectionTests
{
    // More than a payment's request has, and more than its answer.
    private const int Most = 520;
    private const int Step = 13;

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task Wherever_the_connection_breaks_the_same_payment_again_settles_it(bool isInRequest, bool isBinary)
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app, paid: 1_000);
        using var wire = new CuttingProxy(app.Http.BaseAddress!);
        var (total, through, refused) = (1_000L, 0, 0);
        for (var bytes = 0; bytes < Most; bytes += Step)
        {
            total++;
            Cut(wire, isInRequest, bytes);
            var payment = customer.Payment(total);
            var isAnswered = await TrySendAsync(wire, customer.PaymentsUri, isBinary ? TestCustomer.Binary(TestCustomer.FrameOf(payment)) : TestCustomer.JsonOf(payment));
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

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wherever_the_connection_breaks_the_same_open_again_finds_the_one_channel(bool isInRequest)
    {
        await using var app = await MerchantApp.StartAsync();
        using var wire = new CuttingProxy(app.Http.BaseAddress!);
        var (opens, answered) = (0, 0);
        for (var bytes = 0; bytes < 1_400; bytes += 50)
        {
            var customer = await TestCustomer.MeetAsync(app);
            Cut(wire, isInRequest, bytes);
            if (await TrySendAsync(wire, new Uri("/channels/v1/channels", UriKind.Relative), TestCustomer.JsonOf(customer.Body))) answered++;
            await customer.OpenAsync();
            Assert.Equal(++opens, await app.CountAsync());
        }
        Assert.InRange(answered, 1, opens - 1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wherever_the_connection_breaks_the_same_close_again_is_the_one_close(bool isInRequest)
    {
        await using var app = await MerchantApp.StartAsync();
        using var wire = new CuttingProxy(app.Http.BaseAddress!);
        var (closes, answered) = (0, 0);
        for (var bytes = 0; bytes < 1_000; bytes += 50)
        {
            var customer = await TestCustomer.OpenAsync(app, paid: 1_000);
            Cut(wire, isInRequest, bytes);
            var uri = new Uri($"/channels/v1/channels/{customer.Id}/close", UriKind.Relative);
            if (await TrySendAsync(wire, uri, TestCustomer.JsonOf(new CloseBody()), customer.Authorize(ChannelAction.Close))) answered++;
            Assert.Equal(1_000, (await customer.CloseAsync()).ToMerchantSat);
            closes++;
            // The close that was cut off has been stored, and may still be on its way to the node while the one again is answered.
            while (!ClosesOf(customer).Any()) await Task.Delay(1);
            Assert.Single(ClosesOf(customer).DistinctBy(it => it.GetHash()));
        }
        Assert.InRange(answered, 1, closes - 1);

        IEnumerable<Transaction> ClosesOf(TestCustomer customer) => app.Chain.Broadcasts.Where(it => it.Inputs[0].PrevOut == customer.Deposit.OutPoint);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wherever_a_stream_breaks_what_it_acknowledged_stays_and_the_newest_payment_again_settles_the_rest(bool isInRequest)
    {
        const int Payments = 6;
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app, paid: 1_000);
        using var wire = new CuttingProxy(app.Http.BaseAddress!);
        var (total, whole, broken) = (1_000L, 0, 0);
        for (var bytes = 0; bytes < 1_000; bytes += 47)
        {
            Cut(wire, isInRequest, bytes);
            var before = total;
            var acknowledged = await StreamAsync(wire, customer, [.. Enumerable.Range(1, Payments).Select(step => customer.Payment(before + step))]);
            total += Payments;
            Assert.InRange((await app.ChannelAsync(customer.Id)).Balance.Authorized.Satoshi, Math.Max(acknowledged, before), total);
            if (acknowledged == total) whole++;
            else broken++;
            Assert.Equal(total, (await customer.PayAsync(total)).TotalSat);
        }
        Assert.True(whole > 0 && broken > 0, $"{whole} whole, {broken} broken");
        Assert.Equal(total, (await customer.CloseAsync()).ToMerchantSat);
    }

    private static void Cut(CuttingProxy wire, bool isInRequest, int bytes)
    {
        if (isInRequest) wire.OfRequest = bytes;
        else wire.OfAnswer = bytes;
    }

    /// <returns>Whether it was answered with success.</returns>
    private static async Task<bool> TrySendAsync(CuttingProxy wire, Uri path, HttpContent body, string? authorization = null)
    {
        using var http = new HttpClient(new SocketsHttpHandler()) { BaseAddress = wire.Address };
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body };
        if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);
        try
        {
            using var answer = await http.SendAsync(request);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception cut) when (ConnectionLoss.Is(cut))
        {
            return false;
        }
    }

    /// <returns>The highest total that was acknowledged; 0 where none was.</returns>
    private static async Task<long> StreamAsync(CuttingProxy wire, TestCustomer customer, IReadOnlyList<PaymentBody> payments)
    {
        var acknowledged = 0L;
        using var socket = new ClientWebSocket();
        using var stream = TestStream.Of(socket);
        socket.Options.SetRequestHeader("Authorization", customer.Authorize(ChannelAction.Stream));
        try
        {
            await socket.ConnectAsync(new UriBuilder(wire.Address) { Scheme = "ws", Path = $"/channels/v1/channels/{customer.Id}/stream" }.Uri, CancellationToken.None);
            foreach (var payment in payments) await stream.SendAsync(payment);
            while (acknowledged < payments[^1].TotalSat && await stream.ReadAsync() is { } answer)
            {
                Assert.Equal(200, answer.Status);
                acknowledged = answer.Total;
            }
        }
        catch (Exception cut) when (cut is WebSocketException or IOException)
        {
            // In doubt.
        }
        return acknowledged;
    }
}
