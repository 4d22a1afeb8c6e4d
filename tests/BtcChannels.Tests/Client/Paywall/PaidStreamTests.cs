using System.Net;
using System.Net.ServerSentEvents;
using System.Text;
using BtcChannels.Client;
using BtcChannels.Paywall;
using NBitcoin;

namespace BtcChannels.Tests.Client;

/// <summary>Answers that cost more as they go on.</summary>
public class PaidStreamTests
{
    private static async Task<List<string>> ReadAsync(HttpResponseMessage response)
    {
        List<string> read = [];
        await foreach (var item in response.ReadPaidEventsAsync()) read.Add(item.Data);
        return read;
    }

    private static async Task CountAsync(FakeMeter meter, int events)
    {
        for (var i = 0; i < events; i++)
        {
            await meter.ChargeAsync(100.Sat());
            await meter.EventAsync("message", $"{i}");
        }
        await meter.ReceiptAsync();
    }

    private static async Task<(PayRig Rig, CustomerChannel Channel)> StartAsync(PayerOptions options, Func<FakeMeter, Task> stream)
    {
        var (rig, channel) = await PayRig.WithChannelAsync(options);
        await rig.HoldAsync();
        (rig.Paywall.Price, rig.Paywall.UnitType, rig.Paywall.Stream) = (100.Sat(), "token", stream);
        return (rig, channel);
    }

    [Fact]
    public async Task A_stream_that_pauses_for_money_gets_it_and_goes_on()
    {
        var (rig, channel) = await StartAsync(new(), meter => CountAsync(meter, 10));
        await using var _ = rig;
        using var response = await rig.BeginAsync();
        Assert.Equal(Enumerable.Range(0, 10).Select(it => $"{it}"), await ReadAsync(response));
        Assert.Equal((1_000.Sat(), 10), (response.GetPaymentReceipt()!.Spent, response.GetPaymentReceipt()!.Units));
        Assert.Equal(1_000.Sat(), rig.Paywall.SpentOf(channel.Id));
        Assert.Equal([294L, 300, 400, 500, 600, 700, 800, 900, 1_000], rig.Paywall.Totals.Select(it => it.Satoshi));
        Assert.Equal(8, rig.Paywall.Requests.Count(it => it.Method == HttpMethod.Head));
    }

    [Fact]
    public async Task A_stream_costs_no_more_than_a_request_may()
    {
        var (rig, channel) = await StartAsync(new() { MaxPerRequest = 450.Sat() }, meter => CountAsync(meter, 10));
        await using var _ = rig;
        using var response = await rig.BeginAsync();
        List<string> read = [];
        var refused = await Assert.ThrowsAsync<PaymentRefusedException>(async () =>
        {
            await foreach (var item in response.ReadPaidEventsAsync()) read.Add(item.Data);
        });
        Assert.Equal(PaymentRefusal.PriceTooHigh, refused.Reason);
        Assert.Equal(4, read.Count);
        Assert.Equal(400, (await rig.Rig.ReadAsync(channel)).Authorized.Satoshi);
    }

    [Fact]
    public async Task A_stream_stays_within_the_days_budget()
    {
        var (rig, channel) = await StartAsync(new() { MaxPerDay = Money.Satoshis(500L) }, meter => CountAsync(meter, 10));
        await using var _ = rig;
        using var response = await rig.BeginAsync();
        Assert.Equal(PaymentRefusal.DayBudget, (await Assert.ThrowsAsync<PaymentRefusedException>(() => ReadAsync(response))).Reason);
        Assert.Equal(500, (await rig.Rig.ReadAsync(channel)).Authorized.Satoshi);
    }

    [Fact]
    public async Task What_a_stream_could_not_have_leaves_the_credit_as_it_is()
    {
        var (rig, channel) = await StartAsync(new() { MaxPerDay = Money.Satoshis(500L) }, meter => CountAsync(meter, 10));
        await using var _ = rig;
        using (var response = await rig.BeginAsync()) await Assert.ThrowsAsync<PaymentRefusedException>(() => ReadAsync(response));
        rig.Use(new());
        (rig.Paywall.Stream, rig.Paywall.UnitType) = (null, SessionRequest.RequestUnit);
        (await rig.GetAsync()).EnsureSuccessStatusCode().Dispose();
        Assert.Equal(600, (await rig.Rig.ReadAsync(channel)).Authorized.Satoshi);
    }

    [Fact]
    public async Task A_receipt_before_the_stream_is_not_its_last()
    {
        var (rig, channel) = await StartAsync(new(), meter => CountAsync(meter, 5));
        await using var _ = rig;
        rig.Paywall.After = (came, answer) =>
        {
            if (came.Method == HttpMethod.Get && answer.IsSuccessStatusCode)
                answer.Headers.TryAddWithoutValidation(PaymentScheme.ReceiptHeader, rig.Paywall.ReceiptOf(channel.Id, came.Credential!.Challenge.Id, 0).Encode());
            return answer;
        };
        using var response = await rig.BeginAsync();
        Assert.Equal(5, (await ReadAsync(response)).Count);
        Assert.Equal(500.Sat(), response.GetPaymentReceipt()!.Spent);
    }

    [Fact]
    public async Task A_stream_spends_no_faster_than_it_may()
    {
        var (rig, _) = await StartAsync(new() { MaxRate = new(Money.Satoshis(100L), TimeSpan.FromMilliseconds(200)) }, meter => CountAsync(meter, 6));
        await using var __ = rig;
        var begin = TimeProvider.System.GetTimestamp();
        using var response = await rig.BeginAsync();
        Assert.Equal(6, (await ReadAsync(response)).Count);
        // 600 sat at 100 sat in 200 ms, the first 100 at once.
        Assert.True(TimeProvider.System.GetElapsedTime(begin) >= TimeSpan.FromMilliseconds(980));
    }

    [Fact]
    public async Task A_pause_for_more_than_the_channel_carries_or_in_another_ends_it()
    {
        var (rig, channel) = await StartAsync(new() { MaxPerRequest = 1_000_000.Sat(), MaxPerDay = null, MaxPerHost = null }, meter => Task.CompletedTask);
        await using var _ = rig;
        async Task<PaymentRefusal> RefusalOf(NeedVoucher need)
        {
            rig.Paywall.Stream = meter => meter.EventAsync(StreamEvents.NeedVoucher, need.ToJson());
            using var response = await rig.BeginAsync();
            return (await Assert.ThrowsAsync<PaymentRefusedException>(() => ReadAsync(response))).Reason;
        }
        var need = new NeedVoucher(channel.Id, channel.Capacity + 1L, Money.Zero, channel.Capacity);
        Assert.Equal(PaymentRefusal.ChannelExhausted, await RefusalOf(need));
        Assert.Equal(PaymentRefusal.ChallengeMalformed, await RefusalOf(need with { ChannelId = new(new OutPoint(uint256.One, 0)) }));
        Assert.Equal(294, (await rig.Rig.ReadAsync(channel)).Authorized.Satoshi);
    }

    [Fact]
    public async Task A_receipt_at_the_end_that_says_too_much_is_told()
    {
        var (rig, _) = await StartAsync(new(), meter => CountAsync(meter, 5));
        await using var __ = rig;
        rig.Paywall.ChangeReceipt = it => it.Units == 5 ? it with { Spent = 500.001m.Sat() } : it;
        using var response = await rig.BeginAsync();
        Assert.Equal(PaymentRefusal.ReceiptWrong, (await Assert.ThrowsAsync<PaymentRefusedException>(() => ReadAsync(response))).Reason);
    }

    [Fact]
    public async Task A_challenge_that_expires_in_the_middle_is_made_good()
    {
        var (rig, _) = await StartAsync(new(), meter => CountAsync(meter, 5));
        await using var __ = rig;
        var isFirst = true;
        rig.Paywall.Before = came =>
        {
            if (came.Method != HttpMethod.Head || !isFirst) return null;
            isFirst = false;
            var answer = FakePaywall.Problem(HttpStatusCode.PaymentRequired, PaymentProblems.PaymentExpired);
            answer.Headers.TryAddWithoutValidation("WWW-Authenticate", came.Credential!.Challenge.Write());
            return answer;
        };
        using var response = await rig.BeginAsync();
        Assert.Equal(5, (await ReadAsync(response)).Count);
    }

    [Fact]
    public async Task A_lost_answer_to_a_voucher_is_repaired_by_the_same_bytes()
    {
        var (rig, channel) = await StartAsync(new(), meter => CountAsync(meter, 5));
        await using var _ = rig;
        var losses = 2;
        rig.Paywall.After = (came, answer) => came.Method == HttpMethod.Head && losses-- > 0 ? throw FakeMerchant.LostReply() : answer;
        using var response = await rig.BeginAsync();
        Assert.Equal(5, (await ReadAsync(response)).Count);
        Assert.Equal(500.Sat(), rig.Paywall.SpentOf(channel.Id));
        Assert.Equal(500, (await rig.Rig.ReadAsync(channel)).Authorized.Satoshi);
    }

    [Fact]
    public async Task Free_events_are_read_as_well()
    {
        var (rig, _) = await PayRig.WithChannelAsync();
        await using var __ = rig;
        rig.Paywall.Before = _ => new(HttpStatusCode.OK) { Content = new StringContent("data: a\n\ndata: b\n\n", Encoding.UTF8, "text/event-stream") };
        using var response = await rig.BeginAsync();
        Assert.Equal(["a", "b"], await ReadAsync(response));
    }

    [Theory]
    [InlineData("kilobyte")]
    [InlineData("second")]
    public async Task A_body_that_is_metered_is_paid_as_it_is_read(string unit)
    {
        var (rig, channel) = await StartAsync(new() { UnitsAhead = 4, MaxPerRequest = 5_000.Sat() }, async meter =>
        {
            for (var i = 0; i < 20; i++)
            {
                await meter.ChargeAsync(100.Sat(), isTold: false);
                await meter.WriteAsync([.. Enumerable.Repeat((byte)i, 1_000)]);
            }
        });
        await using var _ = rig;
        (rig.Paywall.UnitType, rig.Paywall.StreamType) = (unit, "application/octet-stream");
        using var response = await rig.BeginAsync();
        var body = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal(Enumerable.Range(0, 20).SelectMany(it => Enumerable.Repeat((byte)it, 1_000)), body);
        Assert.Equal(2_000.Sat(), rig.Paywall.SpentOf(channel.Id));
        Assert.InRange((await rig.Rig.ReadAsync(channel)).Authorized.Satoshi, 2_000, 2_600);
    }

    [Fact]
    public async Task A_metered_body_costs_no_more_than_a_request_may()
    {
        var (rig, channel) = await StartAsync(new() { UnitsAhead = 4, MaxPerRequest = 1_000.Sat() }, async meter =>
        {
            for (var i = 0; i < 20; i++)
            {
                await meter.ChargeAsync(100.Sat(), isTold: false);
                await meter.WriteAsync(new byte[1_000]);
            }
        });
        await using var _ = rig;
        (rig.Paywall.UnitType, rig.Paywall.StreamType) = ("kilobyte", "application/octet-stream");
        using var response = await rig.BeginAsync();
        Assert.Equal(PaymentRefusal.PriceTooHigh, (await Assert.ThrowsAsync<PaymentRefusedException>(() => response.Content.ReadAsByteArrayAsync())).Reason);
        Assert.InRange((await rig.Rig.ReadAsync(channel)).Authorized.Satoshi, 900, 1_000);
    }
}
