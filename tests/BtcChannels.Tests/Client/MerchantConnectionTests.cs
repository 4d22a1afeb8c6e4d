using System.Net;
using System.Net.Sockets;
using System.Text;
using BtcChannels.Client;
using BtcChannels.Wire;
using NBitcoin;

namespace BtcChannels.Tests.Client;

public class MerchantConnectionTests
{
    private const string Offer = """{"offer":"a","genesis":"b","kind":"p2sh","merchantKey":"c","closeFeeSat":1,"minDepositSat":2,"maxDepositSat":3,"minExpiry":4,"maxExpiry":5,"confirmations":6,"deadline":7}""";

    [Fact]
    public async Task An_answer_of_the_protocol_is_a_success() =>
        Assert.Equal(new OfferAnswer("a", "b", "p2sh", "c", 1, 2, 3, 4, 5, 6, 7), Assert.IsType<MerchantReply<OfferAnswer>.Success>(await AskAsync(() => FakeMerchant.Json(Offer))).Answer);

    [Fact]
    public async Task Members_that_a_newer_merchant_adds_are_passed_over() =>
        Assert.IsType<MerchantReply<OfferAnswer>.Success>(await AskAsync(() => FakeMerchant.Json(Offer[..^1] + ",\"more\":true}")));

    public static TheoryData<string, string> Garbage => new()
    {
        { "application/json", "" },
        { "application/json", "null" },
        { "application/json", "[]" },
        { "application/json", "{}" },
        { "application/json", Offer[..^1] },
        { "application/json", Offer.Replace(":1,", ":1.5,", StringComparison.Ordinal) },
        { "application/json", Offer.Replace(":1,", ":\"1\",", StringComparison.Ordinal) },
        { "application/json", Offer.Replace("\"p2sh\"", "null", StringComparison.Ordinal) },
        { "application/json", Offer[..^1] + ",\"x\":\"" + new string('x', 70_000) + "\"}" },
        { "text/html", Offer },
    };

    [Theory, MemberData(nameof(Garbage))]
    public async Task Anything_else_is_no_answer(string type, string body) =>
        Assert.IsType<MerchantReply<OfferAnswer>.NoAnswer>(await AskAsync(() => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(body, Encoding.UTF8, type) }));

    [Theory]
    [InlineData(HttpStatusCode.Redirect)]
    [InlineData(HttpStatusCode.NotFound)]
    [InlineData(HttpStatusCode.BadGateway)]
    public async Task A_status_without_a_problem_is_no_answer(HttpStatusCode status) =>
        Assert.IsType<MerchantReply<OfferAnswer>.NoAnswer>(await AskAsync(() => new HttpResponseMessage(status) { Content = new StringContent("<html>", Encoding.UTF8, "text/html") }));

    [Theory]
    [InlineData(HttpStatusCode.UnprocessableEntity, "signature-invalid", false)]
    [InlineData(HttpStatusCode.Conflict, "channel-pending", true)]
    [InlineData(HttpStatusCode.Conflict, "channel-closed", false)]
    [InlineData(HttpStatusCode.ServiceUnavailable, "chain-silent", true)]
    [InlineData(HttpStatusCode.TooManyRequests, "too-many", true)]
    public async Task A_problem_is_a_refusal_and_some_are_worth_repeating(HttpStatusCode status, string problem, bool isWorthRepeating)
    {
        var refused = Assert.IsType<MerchantReply<OfferAnswer>.Refused>(await AskAsync(() => FakeMerchant.Problem(status, problem)));
        Assert.Equal((problem, (int)status, "in words"), (refused.Refusal.Problem, refused.Refusal.Status, refused.Refusal.Detail));
        Assert.Equal(isWorthRepeating, refused.IsWorthRepeating);
    }

    [Theory]
    [InlineData("https://example.com/problem")]
    [InlineData(Slug.ProblemPrefix)]
    [InlineData(Slug.ProblemPrefix + "Not A Slug")]
    public async Task A_problem_of_another_protocol_is_no_answer(string type) => Assert.IsType<MerchantReply<OfferAnswer>.NoAnswer>(await AskAsync(() => new HttpResponseMessage(HttpStatusCode.Conflict)
    {
        Content = new StringContent($$"""{"type":"{{type}}"}""", Encoding.UTF8, "application/problem+json"),
    }));

    [Fact]
    public async Task When_to_try_again_is_passed_on()
    {
        var reply = await AskAsync(() =>
        {
            var problem = FakeMerchant.Problem(HttpStatusCode.ServiceUnavailable, "chain-silent");
            problem.Headers.RetryAfter = new(TimeSpan.FromSeconds(2));
            return problem;
        });
        Assert.Equal(TimeSpan.FromSeconds(2), Assert.IsType<MerchantReply<OfferAnswer>.Refused>(reply).Refusal.RetryAfter);
    }

    [Fact]
    public async Task A_strangers_words_cannot_steer_a_terminal()
    {
        var reply = await AskAsync(() => FakeMerchant.Problem(HttpStatusCode.Conflict, "channel-closed", """\u001b[2J\u202Egone""" + new string('x', 5_000)));
        var detail = Assert.IsType<MerchantReply<OfferAnswer>.Refused>(reply).Refusal.Detail;
        Assert.StartsWith("?[2J?gone", detail, StringComparison.Ordinal);
        Assert.Equal(300, detail.Length);
    }

    /// <summary>The last one is what HttpClient throws where a connection is reset as it is made.</summary>
    public static TheoryData<Exception> Losses => [FakeMerchant.LostReply(), new IOException("broken pipe"), new SocketException((int)SocketError.NotConnected)];

    [Theory, MemberData(nameof(Losses), DisableDiscoveryEnumeration = true)]
    public async Task A_lost_connection_is_no_answer(Exception loss) => Assert.IsType<MerchantReply<OfferAnswer>.NoAnswer>(await AskAsync(() => throw loss));

    [Theory, MemberData(nameof(Losses), DisableDiscoveryEnumeration = true)]
    public async Task A_connection_that_is_lost_before_a_stream_begins_is_no_stream(Exception loss)
    {
        using var handler = new Handler(_ => throw loss);
        using var http = new HttpMessageInvoker(handler);
        var id = new ChannelId(new OutPoint(uint256.One, 0));
        using var key = new Key();
        var shown = new AuthorizationHeader(1, ChannelAuthorization.Sign(key, Network.RegTest, FakeMerchant.Origin, id, ChannelAction.Stream, 1));
        Assert.Null(await MerchantStream.ConnectAsync(http, FakeMerchant.Origin, id, shown, TimeSpan.FromMinutes(1), TimeProvider.System, default));
    }

    [Fact]
    public async Task A_merchant_who_is_silent_is_given_up()
    {
        using var silent = new Handler(async ct =>
        {
            await Task.Delay(Timeout.Infinite, ct);
            throw new InvalidOperationException("unreachable");
        });
        using var http = new HttpClient(silent);
        Assert.IsType<MerchantReply<OfferAnswer>.NoAnswer>(await new MerchantConnection(http, FakeMerchant.Origin, TimeSpan.FromMilliseconds(20), TimeProvider.System).OfferAsync(default));
    }

    [Fact]
    public async Task An_answer_that_never_ends_is_given_up()
    {
        using var endless = new Handler(_ => Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK)
        {
            Content = new StreamContent(new Endless()) { Headers = { ContentType = new("application/json") } },
        }));
        using var http = new HttpClient(endless);
        Assert.IsType<MerchantReply<OfferAnswer>.NoAnswer>(await new MerchantConnection(http, FakeMerchant.Origin, TimeSpan.FromMinutes(1), TimeProvider.System).OfferAsync(default));
    }

    [Fact]
    public async Task Cancelling_is_no_answer_of_the_merchant()
    {
        using var stop = new CancellationTokenSource();
        using var handler = new Handler(async ct =>
        {
            await stop.CancelAsync();
            ct.ThrowIfCancellationRequested();
            throw new InvalidOperationException("unreachable");
        });
        using var http = new HttpClient(handler);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new MerchantConnection(http, FakeMerchant.Origin, TimeSpan.FromMinutes(1), TimeProvider.System).OfferAsync(stop.Token));
    }

    [Fact]
    public void Redirects_and_cookies_are_not_followed_or_kept()
    {
        using var handler = Assert.IsType<SocketsHttpHandler>(MerchantConnection.NewHandler());
        Assert.False(handler.AllowAutoRedirect);
        Assert.False(handler.UseCookies);
    }

    private static async Task<MerchantReply<OfferAnswer>> AskAsync(Func<HttpResponseMessage> answer)
    {
        using var handler = new Handler(_ => Task.FromResult(answer()));
        using var http = new HttpClient(handler);
        return await new MerchantConnection(http, FakeMerchant.Origin, TimeSpan.FromMinutes(1), TimeProvider.System).OfferAsync(default);
    }

    private sealed class Handler(Func<CancellationToken, Task<HttpResponseMessage>> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => answer(cancellationToken);
    }

    private sealed class Endless : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override int Read(byte[] buffer, int offset, int count)
        {
            buffer.AsSpan(offset, count).Fill((byte)' ');
            return count;
        }
    }
}
