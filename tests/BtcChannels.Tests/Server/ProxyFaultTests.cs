using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BtcChannels.Tests.Server;

/// <summary>What the upstream does wrong is said, and never charged; what the customer leaves behind is.</summary>
public sealed class ProxyFaultTests
{
    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le")]
    [InlineData("nonsense\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort")]
    [InlineData("HTTP/1.1 402 Payment Required\r\nWWW-Authenticate: Payment id=\"x\"\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n")]
    public async Task An_upstream_that_fails_before_the_answer_begins_is_a_bad_gateway(string answered)
    {
        using var upstream = new RawUpstream(answered);
        await using var app = await ProxyApp.StartAsync(upstream.Address);
        using var answer = await app.Customer.PayAsync("/song", 1_000);
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Contains("urn:btcchannels:problem:upstream-failed", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.False(answer.Headers.Contains("Payment-Receipt"));
        await app.AssertSpentAsync(0);
    }

    [Fact]
    public async Task An_upstream_that_is_not_there_is_a_bad_gateway()
    {
        Uri nowhere;
        using (var upstream = new RawUpstream("")) nowhere = upstream.Address;
        await using var app = await ProxyApp.StartAsync(nowhere);
        using var answer = await app.Customer.PayAsync("/song", 1_000);
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.DoesNotContain(nowhere.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await app.AssertSpentAsync(0);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nshort")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\nnonsense\r\n")]
    public async Task An_upstream_that_fails_in_the_middle_cuts_the_answer_and_is_not_charged(string answered)
    {
        using var upstream = new RawUpstream(answered);
        await using var app = await ProxyApp.StartAsync(upstream.Address);
        var challenge = await app.Customer.ChallengeAsync("/song");
        // The cut may come so soon after the head that it takes it along.
        await Assert.ThrowsAnyAsync<HttpRequestException>(async () => await (await app.Customer.PayAsync("/song", challenge, 1_000)).Content.ReadAsByteArrayAsync());
        await app.AssertSpentAsync(0);
    }

    [Fact]
    public async Task A_kept_answer_that_fails_in_the_middle_is_a_bad_gateway_and_may_be_asked_for_again()
    {
        var isBroken = true;
        using var upstream = new RawUpstream((_, stream) => stream.WriteAsync(
            Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwhole\r\n{(Volatile.Read(ref isBroken) ? "" : "0\r\n\r\n")}")).AsTask());
        await using var app = await ProxyApp.StartAsync(upstream.Address);
        var challenge = await app.Customer.ChallengeAsync("/song");
        using (var failed = await app.Customer.PayAsync("/song", challenge, 1_000, key: "one")) Assert.Equal(HttpStatusCode.BadGateway, failed.StatusCode);
        await app.AssertSpentAsync(0);
        Volatile.Write(ref isBroken, false);
        for (var i = 0; i < 2; i++)
        {
            using var answer = await app.Customer.PayAsync("/song", challenge, 1_000, key: "one");
            Assert.Equal("whole", await answer.Content.ReadAsStringAsync());
        }
        Assert.Equal(2, upstream.Heads.Count);
        await app.AssertSpentAsync(25);
    }

    [Fact]
    public async Task An_upstream_that_is_silent_is_a_timeout()
    {
        using var upstream = new RawUpstream((_, _) => Task.Delay(Timeout.Infinite));
        await using var app = await ProxyApp.StartAsync(upstream.Address);
        var paying = app.Customer.PayAsync("/song", 1_000);
        while (upstream.Heads.Count == 0) await Task.Delay(10);
        while (!paying.IsCompleted)
        {
            app.Merchant.Clock.Advance(TimeSpan.FromSeconds(101));
            await Task.Delay(10);
        }
        using var answer = await paying;
        Assert.Equal(HttpStatusCode.GatewayTimeout, answer.StatusCode);
        await app.AssertSpentAsync(0);
    }

    [Fact]
    public async Task An_upstream_that_falls_silent_in_the_middle_cuts_the_answer()
    {
        using var upstream = new RawUpstream(async (_, stream) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n"u8.ToArray());
            await Task.Delay(Timeout.Infinite);
        });
        await using var app = await ProxyApp.StartAsync(upstream.Address);
        using var answer = await app.Customer.PayAsync("/song", 1_000);
        var reading = answer.Content.ReadAsByteArrayAsync();
        while (!reading.IsCompleted)
        {
            app.Merchant.Clock.Advance(TimeSpan.FromSeconds(101));
            await Task.Delay(10);
        }
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => reading);
        await app.AssertSpentAsync(0);
    }

    [Theory]
    [InlineData("/song", 25)]
    [InlineData("/film/x", 2)]
    public async Task A_customer_who_leaves_in_the_middle_takes_the_upstreams_request_with_him_and_has_paid(string path, long spent)
    {
        var left = new TaskCompletionSource();
        await using var app = await ProxyApp.StartAsync(async http =>
        {
            http.RequestAborted.Register(left.SetResult);
            await http.Response.Body.WriteAsync(new byte[900]);
            await http.Response.Body.FlushAsync();
            await left.Task;
        });
        var answer = await app.Customer.PayAsync(path, 1_000);
        await (await answer.Content.ReadAsStreamAsync()).ReadExactlyAsync(new byte[900]);
        answer.Dispose();
        await left.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await app.AssertSpentAsync(spent);
    }

    [Fact]
    public async Task A_customer_who_leaves_before_the_answer_begins_has_not_paid()
    {
        var (come, left) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var app = await ProxyApp.StartAsync(async http =>
        {
            http.RequestAborted.Register(left.SetResult);
            come.SetResult();
            await left.Task;
        });
        var challenge = await app.Customer.ChallengeAsync("/song");
        using var patience = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/song");
        request.Headers.TryAddWithoutValidation("Authorization", app.Customer.Voucher(challenge, 1_000).Write());
        var asking = app.Http.SendAsync(request, patience.Token);
        await come.Task;
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await left.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await app.AssertSpentAsync(0);
    }

    [Fact]
    public async Task An_upload_goes_behind_once_it_is_paid_and_not_before()
    {
        var (requests, bytes) = (0, 0L);
        await using var app = await ProxyApp.StartAsync(async http =>
        {
            Interlocked.Increment(ref requests);
            var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            Interlocked.Add(ref bytes, body.Length);
        });
        var challenge = await app.Customer.ChallengeAsync("/song", HttpMethod.Post, new ByteArrayContent(new byte[100_000]));
        Assert.Equal((0, 0L), (requests, bytes));
        using var answer = await app.Customer.PayAsync("/song", challenge, 1_000, HttpMethod.Post, new ByteArrayContent(new byte[100_000]));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal((1, 100_000L), (requests, bytes));
    }

    [Fact]
    public async Task An_upload_that_is_too_large_is_refused_and_not_charged()
    {
        await using var app = await ProxyApp.StartAsync(http => http.Request.Body.CopyToAsync(Stream.Null), it => it.MaxBodyBytes = 150_000);
        using (var fits = await app.Customer.PayAsync("/song", await app.Customer.ChallengeAsync("/song", HttpMethod.Post), 1_000, HttpMethod.Post, new ByteArrayContent(new byte[150_000])))
            Assert.Equal(HttpStatusCode.OK, fits.StatusCode);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/song") { Content = new ByteArrayContent(new byte[150_001]) };
        request.Headers.TransferEncodingChunked = true;
        request.Headers.TryAddWithoutValidation("Authorization", app.Customer.Voucher(await app.Customer.ChallengeAsync("/song", HttpMethod.Post), 1_000).Write());
        using var answer = await app.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        await app.AssertSpentAsync(25);
    }

    [Theory]
    [InlineData(true, HttpStatusCode.OK)]
    [InlineData(false, HttpStatusCode.BadGateway)]
    public async Task Only_a_certificate_that_is_trusted_will_do(bool isTrusted, HttpStatusCode status)
    {
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=behind", key, System.Security.Cryptography.HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, it => it.UseHttps(certificate)));
        await using var service = builder.Build();
        service.Run(http => http.Response.WriteAsync(http.Request.Protocol));
        await service.StartAsync();
        var file = Path.Combine(Directory.CreateTempSubdirectory("btcchannels-tests-").FullName, "behind.pem");
        await File.WriteAllTextAsync(file, certificate.ExportCertificatePem());
        await using var app = await ProxyApp.StartAsync(new Uri(service.Urls.First()), it => it.UpstreamCertificates = isTrusted ? file : null);
        using var answer = await app.Http.GetAsync(new Uri("/free/x", UriKind.Relative));
        Assert.Equal(status, answer.StatusCode);
        if (isTrusted) Assert.Equal("HTTP/2", await answer.Content.ReadAsStringAsync());
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }
}
