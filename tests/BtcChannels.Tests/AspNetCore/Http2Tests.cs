using System.Net;
using System.Net.WebSockets;
using BtcChannels.Wire;

namespace BtcChannels.Tests.AspNetCore;

/// <summary>The same door by HTTP/2.</summary>
public sealed class Http2Tests
{
    [Fact]
    public async Task Payments_of_both_forms_share_one_connection()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app);
        var answers = await Task.WhenAll(Enumerable.Range(1, 40).Select(async step =>
        {
            var payment = customer.Payment(step * 1_000);
            using var answer = await app.Http2.PostAsync(customer.PaymentsUri, step % 2 == 0 ? TestCustomer.JsonOf(payment) : TestCustomer.Binary(TestCustomer.FrameOf(payment)));
            Assert.Equal(HttpVersion.Version20, answer.Version);
            return (payment.TotalSat, answer.StatusCode);
        }));
        Assert.Equal(40_000, answers.Where(it => it.StatusCode == HttpStatusCode.OK).Max(it => it.TotalSat));
        Assert.All(answers, it => Assert.Contains(it.StatusCode, (HttpStatusCode[])[HttpStatusCode.OK, HttpStatusCode.Conflict]));
        Assert.Equal(40_000, (await app.FindOnDiskAsync(customer.Id))!.Balance.Authorized.Satoshi);
    }

    [Fact]
    public async Task A_refusal_is_the_same_problem()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app);
        using var answer = await app.Http2.PostAsync(customer.PaymentsUri, TestCustomer.Binary(TestCustomer.FrameOf(customer.Payment(293))));
        await answer.AssertIsAsync(PaymentRejection.TotalBelowDust);
    }

    [Fact]
    public async Task A_stream_is_one_request_among_others()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app);
        using var socket = new ClientWebSocket();
        socket.Options.HttpVersion = HttpVersion.Version20;
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        socket.Options.SetRequestHeader("Authorization", customer.Authorize(ChannelAction.Stream));
        await socket.ConnectAsync(new UriBuilder(TestStream.UriOf(app, customer)) { Port = app.Http2.BaseAddress!.Port }.Uri, app.Http2, CancellationToken.None);
        using var stream = TestStream.Of(socket);
        await stream.SendAsync([.. Enumerable.Range(1, 50).Select(step => customer.Payment(step * 1_000))]);
        Assert.Equal(50_000, (await stream.ReadUpToAsync(50))[^1].Total);
        using var answer = await app.Http2.PostAsync(customer.PaymentsUri, TestCustomer.Binary(TestCustomer.FrameOf(customer.Payment(51_000))));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task One_connection_of_HTTP_1_is_kept_for_many_payments()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app);
        var connections = 0;
        using var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (context, ct) =>
            {
                Interlocked.Increment(ref connections);
                var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(context.DnsEndPoint, ct);
                return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
            },
        }) { BaseAddress = app.Once.BaseAddress };
        for (var step = 1; step <= 30; step++)
        {
            using var answer = await http.PostAsync(customer.PaymentsUri, TestCustomer.Binary(TestCustomer.FrameOf(customer.Payment(step % 3 == 0 ? 1 : step * 1_000))));
            Assert.Equal(HttpVersion.Version11, answer.Version);
        }
        Assert.Equal(1, connections);
    }
}
