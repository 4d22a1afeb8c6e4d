using BtcChannels.Client;
using BtcChannels.Paywall;
using NBitcoin;

namespace BtcChannels.Tests.Client;

/// <summary>Streams that are paid before they run dry, and streams that could live on credit from before. Each event is sent once the one before it was taken.</summary>
public sealed class PaidAheadTests : IDisposable
{
    private readonly SemaphoreSlim _turns = new(0);

    public void Dispose() => _turns.Dispose();

    private static async Task SendAsync(FakeMeter meter, int events, SemaphoreSlim turns)
    {
        for (var i = 0; i < events; i++)
        {
            if (i > 0) await turns.WaitAsync();
            await meter.ChargeAsync(100.Sat());
            await meter.EventAsync("message", $"{i}");
        }
        await meter.ReceiptAsync();
    }

    private async Task<List<string>> ReadAsync(PayRig rig, List<string> read, SemaphoreSlim? turns = null, Func<Task>? between = null)
    {
        using var response = await rig.BeginAsync();
        await foreach (var item in response.ReadPaidEventsAsync())
        {
            read.Add(item.Data);
            if (between is not null) await between();
            (turns ?? _turns).Release();
        }
        return read;
    }

    private async Task<PaymentRefusal> RefusalAsync(PayRig rig, List<string> read, Func<Task>? between = null) =>
        (await Assert.ThrowsAsync<PaymentRefusedException>(() => ReadAsync(rig, read, between: between))).Reason;

    private async Task<(PayRig Rig, CustomerChannel Channel)> StartAsync(PayerOptions options, int events)
    {
        var (rig, channel) = await PayRig.WithChannelAsync(options);
        await rig.HoldAsync();
        (rig.Paywall.Price, rig.Paywall.UnitType, rig.Paywall.Stream) = (100.Sat(), "word", meter => SendAsync(meter, events, _turns));
        return (rig, channel);
    }

    /// <summary>The same with 100 sat spent and so much credit beyond, which the options know nothing of.</summary>
    private async Task<(PayRig Rig, CustomerChannel Channel)> WithCreditAsync(long credit, PayerOptions options, int events)
    {
        var (rig, channel) = await StartAsync(new() { AuthorizeAhead = Money.Satoshis(credit) - Money.Satoshis(194L) }, events);
        var stream = rig.Paywall.Stream;
        (rig.Paywall.Stream, rig.Paywall.UnitType) = (null, SessionRequest.RequestUnit);
        (await rig.GetAsync()).EnsureSuccessStatusCode().Dispose();
        Assert.Equal(100 + credit, (await rig.Rig.ReadAsync(channel)).Authorized.Satoshi);
        (rig.Paywall.Stream, rig.Paywall.UnitType) = (stream, "word");
        rig.Http.Dispose();
        await rig.Payer.DisposeAsync();
        rig.Use(options);
        return (rig, channel);
    }

    [Fact]
    public async Task A_stream_that_is_paid_ahead_never_pauses()
    {
        var (rig, channel) = await StartAsync(new() { StreamAhead = 4, MaxPerRequest = 5_000.Sat() }, 20);
        await using var _ = rig;
        Assert.Equal(20, (await ReadAsync(rig, [])).Count);
        Assert.Equal(0, rig.Paywall.Pauses);
        Assert.InRange((await rig.Rig.ReadAsync(channel)).Authorized.Satoshi, 2_000, 2_600);
    }

    [Fact]
    public async Task Without_it_each_unit_is_waited_for()
    {
        var (rig, channel) = await StartAsync(new(), 10);
        await using var _ = rig;
        Assert.Equal(10, (await ReadAsync(rig, [])).Count);
        Assert.Equal(8, rig.Paywall.Pauses);
        Assert.Equal(1_000, (await rig.Rig.ReadAsync(channel)).Authorized.Satoshi);
    }

    [Fact]
    public async Task What_budgets_do_not_hold_ahead_is_left_out_and_nobody_is_told()
    {
        var (rig, channel) = await StartAsync(new() { StreamAhead = 10, MaxPerDay = Money.Satoshis(500L) }, 10);
        await using var _ = rig;
        List<string> read = [];
        Assert.Equal(PaymentRefusal.DayBudget, await RefusalAsync(rig, read));
        Assert.Equal(5, read.Count);
        Assert.Equal([PaymentRefusal.DayBudget], rig.Refusals);
        Assert.Equal(500, (await rig.Rig.ReadAsync(channel)).Authorized.Satoshi);
    }

    [Fact]
    public async Task No_more_is_paid_ahead_than_a_request_may_cost()
    {
        var (rig, channel) = await StartAsync(new() { StreamAhead = 10, MaxPerRequest = 450.Sat() }, 10);
        await using var _ = rig;
        List<string> read = [];
        Assert.Equal(PaymentRefusal.PriceTooHigh, await RefusalAsync(rig, read));
        Assert.Equal(4, read.Count);
        Assert.Equal([PaymentRefusal.PriceTooHigh], rig.Refusals);
        Assert.Equal(450, (await rig.Rig.ReadAsync(channel)).Authorized.Satoshi);
    }

    [Fact]
    public async Task What_is_paid_ahead_keeps_to_the_rate()
    {
        var (rig, channel) = await StartAsync(new() { StreamAhead = 10, MaxPerRequest = 5_000.Sat(), MaxRate = new(Money.Satoshis(300L), TimeSpan.FromDays(1)) }, 3);
        await using var _ = rig;
        Assert.Equal(3, (await ReadAsync(rig, [])).Count);
        Assert.Equal(300, (await rig.Rig.ReadAsync(channel)).Authorized.Satoshi);
    }

    [Fact]
    public async Task A_body_by_the_second_is_paid_ahead_as_well()
    {
        var (rig, channel) = await StartAsync(new() { StreamAhead = 6, MaxPerRequest = 5_000.Sat() }, 0);
        await using var _ = rig;
        (rig.Paywall.UnitType, rig.Paywall.StreamType) = ("second", "application/octet-stream");
        await ReadBodyAsync(rig, 20);
        Assert.Equal(0, rig.Paywall.Pauses);
        Assert.InRange((await rig.Rig.ReadAsync(channel)).Authorized.Satoshi, 2_000, 2_800);
    }

    [Theory]
    [InlineData("kilobyte")]
    [InlineData("second")]
    public async Task Events_of_a_merchant_who_falls_silent_are_paid_like_a_body(string unit)
    {
        var (rig, channel) = await StartAsync(new() { UnitsAhead = 4, MaxPerRequest = 5_000.Sat() }, 0);
        await using var _ = rig;
        rig.Paywall.UnitType = unit;
        rig.Paywall.Stream = async meter =>
        {
            for (var i = 0; i < 10; i++)
            {
                await meter.ChargeAsync(100.Sat(), isTold: false);
                await meter.EventAsync("message", $"{i}");
            }
        };
        Assert.Equal(10, (await ReadAsync(rig, [])).Count);
        Assert.Equal(1_000.Sat(), rig.Paywall.SpentOf(channel.Id));
        Assert.InRange((await rig.Rig.ReadAsync(channel)).Authorized.Satoshi, 1_000, 1_500);
    }

    [Fact]
    public async Task Silence_is_paid_unit_by_unit_where_a_budget_does_not_hold_more()
    {
        var (rig, _) = await StartAsync(new() { UnitsAhead = 8, MaxPerDay = Money.Satoshis(400L) }, 0);
        await using var __ = rig;
        (rig.Paywall.UnitType, rig.Paywall.StreamType) = ("second", "application/octet-stream");
        Assert.Equal(PaymentRefusal.DayBudget, (await Assert.ThrowsAsync<PaymentRefusedException>(() => ReadBodyAsync(rig, 10))).Reason);
        Assert.Equal(400.Sat(), rig.Paywall.SpentOf((await rig.Rig.Customer.ListAsync())[0].Id));
        Assert.Equal([PaymentRefusal.DayBudget], rig.Refusals);
    }

    [Fact]
    public async Task A_stream_ends_where_it_has_cost_what_a_request_may_though_credit_from_before_would_last()
    {
        var (rig, channel) = await WithCreditAsync(5_000, new() { MaxPerRequest = 450.Sat() }, 40);
        await using var _ = rig;
        List<string> read = [];
        Assert.Equal(PaymentRefusal.PriceTooHigh, await RefusalAsync(rig, read));
        Assert.InRange(read.Count, 4, 6);
        Assert.Equal(5_100, (await rig.Rig.ReadAsync(channel)).Authorized.Satoshi);
    }

    [Fact]
    public async Task So_does_a_body_by_the_second()
    {
        var (rig, _) = await WithCreditAsync(5_000, new() { MaxPerRequest = 450.Sat() }, 0);
        await using var __ = rig;
        (rig.Paywall.UnitType, rig.Paywall.StreamType) = ("second", "application/octet-stream");
        Assert.Equal(PaymentRefusal.PriceTooHigh, (await Assert.ThrowsAsync<PaymentRefusedException>(() => ReadBodyAsync(rig, 40))).Reason);
        Assert.InRange(rig.Paywall.SpentOf((await rig.Rig.Customer.ListAsync())[0].Id).Value, 500_000, 900_000);
    }

    [Fact]
    public async Task What_a_stream_had_out_of_credit_counts_though_another_receipt_told_of_it()
    {
        var (rig, channel) = await WithCreditAsync(400, new() { MaxPerRequest = 450.Sat() }, 10);
        await using var _ = rig;
        List<string> read = [];
        async Task BuyAsync()
        {
            if (read.Count != 4) return;
            (rig.Paywall.Stream, rig.Paywall.UnitType) = (null, SessionRequest.RequestUnit);
            (await rig.Http.GetAsync(new Uri(FakeMerchant.Origin + "/song"))).EnsureSuccessStatusCode().Dispose();
        }
        Assert.Equal(PaymentRefusal.PriceTooHigh, await RefusalAsync(rig, read, BuyAsync));
        Assert.Equal(4, read.Count);
    }

    [Fact]
    public async Task Streams_side_by_side_do_not_count_for_each_other()
    {
        var (rig, _) = await WithCreditAsync(5_000, new(), 8);
        await using var __ = rig;
        using var other = new SemaphoreSlim(0);
        var first = true;
        rig.Paywall.Stream = meter =>
        {
            var turns = first ? _turns : other;
            first = false;
            return SendAsync(meter, 8, turns);
        };
        using var begun = await rig.BeginAsync();
        var two = ReadAsync(rig, [], other);
        List<string> one = [];
        await foreach (var item in begun.ReadPaidEventsAsync())
        {
            one.Add(item.Data);
            if (one.Count == 7) Assert.Equal(8, (await two).Count);
            _turns.Release();
        }
        Assert.Equal(8, one.Count);
        Assert.Empty(rig.Refusals);
    }

    [Fact]
    public async Task Credit_from_before_is_not_spent_faster_than_a_stream_may()
    {
        var (rig, _) = await WithCreditAsync(5_000, new() { MaxRate = new(Money.Satoshis(100L), TimeSpan.FromMilliseconds(200)) }, 6);
        await using var __ = rig;
        var begin = TimeProvider.System.GetTimestamp();
        Assert.Equal(6, (await ReadAsync(rig, [])).Count);
        // 600 sat at 100 sat in 200 ms, the first 100 at once.
        Assert.True(TimeProvider.System.GetElapsedTime(begin) >= TimeSpan.FromMilliseconds(980));
    }

    [Fact]
    public async Task Ahead_is_not_negative()
    {
        var (rig, _) = await PayRig.WithChannelAsync();
        await using var __ = rig;
        Assert.Throws<ArgumentException>(() => new Payer(rig.Rig.Customer, new() { StreamAhead = -1 }));
    }

    private async Task ReadBodyAsync(PayRig rig, int parts)
    {
        rig.Paywall.Stream = async meter =>
        {
            for (var i = 0; i < parts; i++)
            {
                if (i > 0) await _turns.WaitAsync();
                await meter.ChargeAsync(100.Sat(), isTold: false);
                await meter.WriteAsync(new byte[10]);
            }
        };
        using var response = await rig.BeginAsync();
        await using var body = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[10];
        while (await body.ReadAsync(buffer) > 0) _turns.Release();
    }
}
