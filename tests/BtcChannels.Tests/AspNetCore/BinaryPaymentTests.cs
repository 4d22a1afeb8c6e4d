using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using BtcChannels.Wire;
using static BtcChannels.PaymentRejection;

namespace BtcChannels.Tests.AspNetCore;

/// <summary>Payments of 72 bytes: what they are answered, and that they are judged as those in JSON are.</summary>
public sealed class BinaryPaymentTests(MerchantFixture merchant) : IClassFixture<MerchantFixture>
{
    private readonly TestCustomer _customer = merchant.Customer;

    public static TheoryData<PaymentRejection> Every => [.. Enum.GetValues<PaymentRejection>()];

    [Fact]
    public async Task A_payment_is_answered_with_16_bytes_of_what_is_authorized_and_spent_and_is_on_disk_by_then()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app);
        for (var total = 1_000; total <= 3_000; total += 1_000)
        {
            using var answer = await app.Http.PostAsync(customer.PaymentsUri, TestCustomer.Binary(TestCustomer.FrameOf(customer.Payment(total))));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(("application/octet-stream", 16L, "no-store"), (answer.Content.Headers.ContentType!.ToString(), answer.Content.Headers.ContentLength, answer.Headers.CacheControl!.ToString()));
            Assert.Equal((total, total * 1_000L), Read(await answer.Content.ReadAsByteArrayAsync()));
            Assert.Equal(customer.Sign(total), (await app.FindOnDiskAsync(customer.Id))!.Balance.Newest);
        }
    }

    [Fact]
    public async Task Nothing_is_spent_where_the_application_counts_that_itself()
    {
        await using var app = await MerchantApp.StartAsync(MerchantApp.DefaultPolicy with { PaymentsAreSpent = false });
        var customer = await TestCustomer.OpenAsync(app);
        using var answer = await customer.TryPayBinaryAsync(customer.Payment(1_000));
        Assert.Equal((1_000, 0), Read(await answer.Content.ReadAsByteArrayAsync()));
    }

    [Fact]
    public async Task One_payment_in_both_forms_is_one_payment()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app);
        await customer.PayAsync(1_000);
        var version = (await app.ChannelAsync(customer.Id)).Version;
        using var answer = await customer.TryPayBinaryAsync(customer.Payment(1_000));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(version, (await app.ChannelAsync(customer.Id)).Version);
    }

    [Theory, MemberData(nameof(Every))]
    public async Task Every_problem_is_the_one_that_JSON_has(PaymentRejection reason)
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = reason == ChannelPending ? await TestCustomer.OpenPendingAsync(app) : await TestCustomer.OpenAsync(app);
        var payment = await PaymentRejectionTests.ProvokeAsync(reason, app, customer);
        using var json = await customer.TryPayAsync(payment);
        using var binary = await customer.TryPayBinaryAsync(payment);
        await binary.AssertIsAsync(reason);
        Assert.Equal(await WordsAsync(json), await WordsAsync(binary));
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(2_100_000_000_000_001UL)]
    [InlineData(9_223_372_036_854_775_807UL)]
    [InlineData(9_223_372_036_854_775_808UL)]    // not negative either
    [InlineData(ulong.MaxValue)]
    public async Task A_total_of_nothing_or_of_more_than_there_can_be_is_malformed(ulong total)
    {
        var frame = TestCustomer.FrameOf(_customer.Payment(2_000));
        BinaryPrimitives.WriteUInt64LittleEndian(frame, total);
        using var answer = await _customer.TryPayAsync(TestCustomer.Binary(frame));
        await answer.AssertIsAsync(Malformed);
    }

    [Theory]
    [InlineData(2_100_000_000_000_000)]
    [InlineData(100_001)]
    public async Task A_total_that_there_can_be_is_over_capacity(long total)
    {
        using var answer = await _customer.TryPayBinaryAsync(_customer.Payment(2_000) with { TotalSat = total });
        await answer.AssertIsAsync(TotalOverCapacity);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(71, false)]
    [InlineData(71, true)]
    [InlineData(0, true)]
    public async Task A_shorter_body_is_malformed(int length, bool isChunked)
    {
        using var answer = await SendAsync(TestCustomer.FrameOf(_customer.Payment(2_000))[..length], isChunked);
        await answer.AssertIsAsync(Malformed);
        Assert.Contains("72 bytes", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(73, false)]
    [InlineData(73, true)]
    [InlineData(144, false)]
    [InlineData(100_000, true)]
    public async Task A_longer_body_is_too_large_whatever_it_begins_with(int length, bool isChunked)
    {
        using var answer = await SendAsync([.. TestCustomer.FrameOf(_customer.Payment(2_000)), .. new byte[length - 72]], isChunked);
        await answer.AssertIsAsync("body-too-large");
        Assert.Equal(MerchantFixture.Paid, (await merchant.App.ChannelAsync(_customer.Id)).Balance.Authorized.Satoshi);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(71)]
    public async Task A_body_may_come_in_pieces(int at)
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app);
        var frame = TestCustomer.FrameOf(customer.Payment(1_000));
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, app.Once.BaseAddress!.Port);
        await using var wire = socket.GetStream();
        await wire.WriteAsync(Encoding.ASCII.GetBytes($"POST {customer.PaymentsUri} HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\nContent-Length: 72\r\nConnection: close\r\n\r\n"));
        await wire.WriteAsync(frame.AsMemory(0, at));
        await Task.Delay(20);
        await wire.WriteAsync(frame.AsMemory(at));
        using var answer = new MemoryStream();
        await wire.CopyToAsync(answer);
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", Encoding.ASCII.GetString(answer.ToArray()), StringComparison.Ordinal);
        Assert.Equal((1_000, 1_000_000), Read(answer.ToArray()[^16..]));
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/octet-streams")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData(null)]
    public async Task Another_type_is_told_both_that_there_are(string? type)
    {
        using var body = new ByteArrayContent(TestCustomer.FrameOf(_customer.Payment(2_000)));
        if (type is not null) body.Headers.ContentType = new(type);
        using var answer = await _customer.TryPayAsync(body);
        await answer.AssertIsAsync("media-type-unknown");
        var words = await answer.Content.ReadAsStringAsync();
        Assert.Contains("application/json", words, StringComparison.Ordinal);
        Assert.Contains("application/octet-stream", words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/octet-stream")]
    [InlineData("Application/Octet-Stream")]
    [InlineData("application/octet-stream; x=1")]
    public async Task The_type_is_known_by_its_name_alone(string type)
    {
        using var body = new ByteArrayContent(TestCustomer.FrameOf(_customer.Payment(MerchantFixture.Paid)));
        body.Headers.TryAddWithoutValidation("Content-Type", type);
        using var answer = await _customer.TryPayAsync(body);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Payments_at_once_on_one_connection_after_another_are_all_answered()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app);
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 1 }) { BaseAddress = app.Once.BaseAddress };
        for (var total = 1_000; total <= 20_000; total += 1_000)
        {
            using var answer = await http.PostAsync(customer.PaymentsUri, TestCustomer.Binary(TestCustomer.FrameOf(customer.Payment(total))));
            Assert.Equal(total, Read(await answer.Content.ReadAsByteArrayAsync()).Total);
        }
    }

    private static (long Total, long Spent) Read(byte[] receipt)
    {
        Assert.Equal(16, receipt.Length);
        return (BinaryPrimitives.ReadInt64LittleEndian(receipt), BinaryPrimitives.ReadInt64LittleEndian(receipt.AsSpan(8)));
    }

    private async Task<HttpResponseMessage> SendAsync(byte[] bytes, bool isChunked)
    {
        using var body = TestCustomer.Binary(bytes);
        if (isChunked) body.Headers.ContentLength = null;
        using var request = new HttpRequestMessage(HttpMethod.Post, _customer.PaymentsUri) { Content = body };
        request.Headers.TransferEncodingChunked = isChunked;
        return await merchant.App.Once.SendAsync(request);
    }

    private static async Task<(HttpStatusCode, string?, string?, string?, string?, string?)> WordsAsync(HttpResponseMessage answer)
    {
        var problem = JsonSerializer.Deserialize(await answer.Content.ReadAsStringAsync(), AnswerJson.Default.ProblemAnswer)!;
        return (answer.StatusCode, problem.Type, problem.Title, problem.Detail, answer.Headers.RetryAfter?.ToString(), answer.Headers.CacheControl?.ToString());
    }
}
