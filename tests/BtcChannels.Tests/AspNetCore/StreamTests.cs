using System.Net.WebSockets;
using BtcChannels.Storage;
using BtcChannels.Wire;
using FsCheck;
using FsCheck.Fluent;
using NBitcoin;

namespace BtcChannels.Tests.AspNetCore;

public sealed class StreamTests
{
    [Fact]
    public async Task Each_payment_is_on_disk_when_it_is_acknowledged()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app);
        using var stream = await TestStream.OpenAsync(app, customer);
        for (var step = 1; step <= 5; step++)
        {
            await stream.SendAsync(customer.Payment(step * 1_000));
            Assert.Equal(new((ulong)step, step * 1_000, step * 1_000_000, 200, 0, ""), await stream.ReadAsync());
            Assert.Equal(customer.Sign(step * 1_000), (await app.FindOnDiskAsync(customer.Id))!.Balance.Newest);
        }
    }

    [Fact]
    public async Task Many_payments_in_one_message_are_all_acknowledged_by_less_answers_and_share_commits()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app);
        using var stream = await TestStream.OpenAsync(app, customer);
        var payments = Enumerable.Range(1, 700).Select(step => customer.Payment(1_000 + step)).ToArray();

        // The disk is busy until many are judged: then they share the next commit.
        using var free = new ManualResetEventSlim();
        var busy = ((SqliteMerchantStore)app.Store).File.WriteAsync((_, _) => free.Wait(TimeSpan.FromSeconds(30)), CancellationToken.None);
        await stream.SendAsync(payments);
        await Task.Delay(500);
        free.Set();
        await busy;

        var answers = await stream.ReadUpToAsync(700);
        Assert.All(answers, it => Assert.Equal(200, it.Status));
        Assert.Equal(1_700, answers[^1].Total);
        Assert.InRange(answers.Distinct().Count(), 1, 699);
        Assert.Equal(1_700, (await app.FindOnDiskAsync(customer.Id))!.Balance.Authorized.Satoshi);
    }

    [Fact]
    public async Task A_refused_payment_is_told_and_those_after_it_are_judged_as_if_it_had_not_been_sent()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app);
        using var stream = await TestStream.OpenAsync(app, customer);
        await stream.SendAsync(
            customer.Payment(1_000), customer.Payment(999), customer.Payment(2_000) with { TotalSat = 2_001 }, customer.Payment(1) with { TotalSat = 0 },
            customer.Payment(2_000), customer.Payment(2_000), customer.Payment(1_000));
        var answers = await stream.ReadUpToAsync(7);
        Assert.Equal(
            [(200, ""), (409, "total-not-raised"), (422, "signature-invalid"), (400, "malformed"), (200, ""), (200, ""), (409, "total-not-raised")],
            answers.Select(it => (it.Status, it.Problem)));
        Assert.Equal((999, 0), (answers[1].Total, answers[1].Spent));
        Assert.Equal(2_000, (await app.ChannelAsync(customer.Id)).Balance.Authorized.Satoshi);
    }

    public static TheoryData<PaymentRejection> Every => [.. Enum.GetValues<PaymentRejection>().Where(it => it != PaymentRejection.ChannelUnknown)];

    [Theory, MemberData(nameof(Every))]
    public async Task Every_refusal_is_the_problem_of_the_document(PaymentRejection reason)
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = reason == PaymentRejection.ChannelPending ? await TestCustomer.OpenPendingAsync(app) : await TestCustomer.OpenAsync(app);
        var payment = await PaymentRejectionTests.ProvokeAsync(reason, app, customer);
        using var stream = await TestStream.OpenAsync(app, customer);
        await stream.SendAsync(payment);
        var answer = await stream.ReadAsync();
        var (name, status) = HttpApiDoc.Paying.Single(it => it.Name == Slug.Of(reason));
        Assert.Equal(new(1, payment.TotalSat, 0, status, status == 503 ? 2 : 0, name), answer);
    }

    [Fact]
    public void Every_problem_has_room_in_an_answer() =>
        Assert.All(HttpApiDoc.Paying.Concat(HttpApiDoc.AnyCall), it => Assert.InRange(it.Name.Length, 1, StreamAnswer.MaxProblem));

    [Fact]
    public async Task A_pending_channel_can_be_paid_in_the_stream_that_was_opened_too_early()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenPendingAsync(app);
        using var stream = await TestStream.OpenAsync(app, customer);
        await stream.SendAsync(customer.Payment(1_000));
        Assert.Equal("channel-pending", (await stream.ReadAsync())!.Problem);
        await app.MineAsync(customer.DepositTransaction);
        await stream.SendAsync(customer.Payment(1_000));
        Assert.Equal(new(2, 1_000, 1_000_000, 200, 0, ""), await stream.ReadAsync());
    }

    [Fact]
    public void However_the_bytes_are_cut_into_messages_the_answers_are_the_same() => Prop.ForAll(
        ArbMap.Default.ArbFor<PositiveInt[]>(),
        cuts => RunAsync([.. cuts.Select(it => it.Get)]).GetAwaiter().GetResult()).Check(Config.QuickThrowOnFailure.WithMaxTest(12).WithEndSize(200));

    private static async Task RunAsync(int[] cuts)
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app);
        using var stream = await TestStream.OpenAsync(app, customer);
        byte[] bytes = [.. new[]
        {
            customer.Payment(1_000), customer.Payment(1_001), customer.Payment(1_000), customer.Payment(5_000) with { TotalSat = 6_000 }, customer.Payment(5_000),
            customer.Payment(1) with { TotalSat = 0 }, customer.Payment(5_000), customer.Payment(6_000), customer.Payment(200_000 - 100_000), customer.Payment(7_000),
        }.SelectMany(TestCustomer.FrameOf)];
        var at = 0;
        foreach (var (cut, index) in cuts.Select((cut, index) => (cut, index)))
        {
            var length = Math.Min(cut % 160, bytes.Length - at);
            await stream.SendAsync(bytes[at..(at + length)], endOfMessage: index % 3 != 0);
            at += length;
        }
        await stream.SendAsync(bytes[at..]);
        Assert.Equal(
            ["", "", "total-not-raised", "signature-invalid", "", "malformed", "", "", "", "total-not-raised"],
            (await stream.ReadUpToAsync(10)).Select(it => it.Problem));
        Assert.Equal(100_000, (await app.ChannelAsync(customer.Id)).Balance.Authorized.Satoshi);
    }

    [Fact]
    public async Task Another_write_in_the_middle_leaves_the_order_of_the_payments()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app);
        using var stream = await TestStream.OpenAsync(app, customer);
        byte[] bytes = [.. Enumerable.Range(1, 600).SelectMany(step => TestCustomer.FrameOf(customer.Payment(1_000 + step)))];
        var writes = 0;
        var sending = stream.SendAsync(bytes);
        var reading = stream.ReadUpToAsync(600);
        while (!reading.IsCompleted)
        {
            // As another instance would, or the watcher.
            var channel = await app.ChannelAsync(customer.Id);
            if (await app.Store.TryWriteAsync(channel with { DepositHeight = channel.DepositHeight ^ 1 }, channel.Version, default)) writes++;
        }
        await sending;
        Assert.All(await reading, it => Assert.Equal(200, it.Status));
        Assert.NotEqual(0, writes);
        Assert.Equal(1_600, (await app.ChannelAsync(customer.Id)).Balance.Authorized.Satoshi);
    }

    [Fact]
    public async Task What_was_acknowledged_before_a_cut_in_the_middle_of_a_frame_stays_and_the_newest_bytes_again_go_on()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app);
        using (var stream = await TestStream.OpenAsync(app, customer))
        {
            byte[] bytes = [.. Enumerable.Range(1, 3).SelectMany(step => TestCustomer.FrameOf(customer.Payment(step * 1_000)))];
            await stream.SendAsync(bytes[..^36], endOfMessage: false);
            Assert.Equal(2_000, (await stream.ReadUpToAsync(2))[^1].Total);
            stream.Socket.Abort();
        }
        Assert.Equal(2_000, (await app.FindOnDiskAsync(customer.Id))!.Balance.Authorized.Satoshi);
        using var next = await TestStream.OpenAsync(app, customer);
        await next.SendAsync(customer.Payment(2_000), customer.Payment(3_000));
        Assert.All(await next.ReadUpToAsync(2), it => Assert.Equal(200, it.Status));
        Assert.Equal(3_000, (await app.ChannelAsync(customer.Id)).Balance.Authorized.Satoshi);
    }

    [Fact]
    public async Task A_customer_who_says_goodbye_still_has_every_answer_and_half_a_frame_counts_for_nothing()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app);
        using var stream = await TestStream.OpenAsync(app, customer);
        await stream.SendAsync([.. Enumerable.Range(1, 50).SelectMany(step => TestCustomer.FrameOf(customer.Payment(1_000 * step))), .. TestCustomer.FrameOf(customer.Payment(60_000))[..71]]);
        await stream.Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        Assert.All(await stream.ReadUpToAsync(50), it => Assert.Equal(200, it.Status));
        Assert.Equal((WebSocketCloseStatus.NormalClosure, "done"), await stream.GoodbyeAsync());
        Assert.Equal(50_000, (await app.ChannelAsync(customer.Id)).Balance.Authorized.Satoshi);
    }

    [Fact]
    public async Task A_merchant_who_stops_answers_what_he_has_begun_and_says_goodbye()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app);
        using var stream = await TestStream.OpenAsync(app, customer);
        await stream.SendAsync(customer.Payment(1_000), customer.Payment(2_000));
        await stream.ReadUpToAsync(2);
        var stopping = app.StopAsync();
        Assert.Equal((WebSocketCloseStatus.EndpointUnavailable, "stopping"), await stream.GoodbyeAsync());
        await stopping;
        await app.StartAgainAsync();
        Assert.Equal(2_000, (await app.ChannelAsync(customer.Id)).Balance.Authorized.Satoshi);
    }

    [Fact]
    public async Task Text_is_no_payment_and_ends_the_stream_after_the_answers()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app);
        using var stream = await TestStream.OpenAsync(app, customer);
        await stream.SendAsync(customer.Payment(1_000));
        await stream.Socket.SendAsync("{}"u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);
        await stream.SendAsync(customer.Payment(2_000));
        Assert.Equal(200, (await stream.ReadAsync())!.Status);
        Assert.Equal((WebSocketCloseStatus.InvalidMessageType, "not-binary"), await stream.GoodbyeAsync());
        Assert.Equal(1_000, (await app.ChannelAsync(customer.Id)).Balance.Authorized.Satoshi);
    }

    [Fact]
    public async Task A_silent_stream_is_ended()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app);
        using var stream = await TestStream.OpenAsync(app, customer);
        app.Clock.Advance(TimeSpan.FromSeconds(119));
        await stream.SendAsync(customer.Payment(1_000));
        Assert.NotNull(await stream.ReadAsync());
        app.Clock.Advance(TimeSpan.FromSeconds(119));
        await stream.SendAsync(customer.Payment(2_000));
        Assert.NotNull(await stream.ReadAsync());
        app.Clock.Advance(TimeSpan.FromSeconds(120));
        Assert.Equal((WebSocketCloseStatus.NormalClosure, "idle"), await stream.GoodbyeAsync());
    }

    [Fact]
    public async Task A_customer_who_says_no_goodbye_is_cut_off()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app);
        using var stream = await TestStream.OpenAsync(app, customer);
        await stream.SendAsync(customer.Payment(1_000));
        Assert.NotNull(await stream.ReadAsync());   // it listens by now
        app.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Null(await stream.ReadAsync());
        app.Clock.Advance(TimeSpan.FromSeconds(5));
        await app.StopAsync();   // it does not wait for the other side
        await Assert.ThrowsAsync<WebSocketException>(async () =>
        {
            while (true) await stream.SendAsync(new byte[72]);
        });
    }

    [Fact]
    public async Task Who_does_not_read_his_answers_is_read_no_more_and_cut_off_in_the_end()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app);
        using var stream = await TestStream.OpenAsync(app, customer);
        var malformed = new byte[72 * 200];
        const int MostMessages = 20_000;   // 288 MB
        var sent = 0;
        var sending = Task.Run(async () =>
        {
            for (; sent < MostMessages; Interlocked.Increment(ref sent)) await stream.SendAsync(malformed);
        });
        for (var before = -1; before != Volatile.Read(ref sent); await Task.Delay(500)) before = Volatile.Read(ref sent);
        Assert.InRange(sent, 1, MostMessages - 1);
        app.Clock.Advance(TimeSpan.FromMinutes(2));
        await Assert.ThrowsAnyAsync<Exception>(() => sending.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.IsNotType<TimeoutException>(sending.Exception?.InnerException);
        await customer.PayAsync(1_000);
    }

    [Fact]
    public async Task Two_streams_and_single_payments_may_go_side_by_side_on_one_channel()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app);
        using var one = await TestStream.OpenAsync(app, customer);
        using var two = await TestStream.OpenAsync(app, customer);
        await one.SendAsync(customer.Payment(1_000));
        await one.ReadUpToAsync(1);
        await two.SendAsync(customer.Payment(2_000), customer.Payment(1_500));
        Assert.Equal(["", "total-not-raised"], (await two.ReadUpToAsync(2)).Select(it => it.Problem));
        await customer.PayAsync(3_000);
        await Task.WhenAll(
            one.SendAsync([.. Enumerable.Range(1, 100).Select(step => customer.Payment(3_000 + (step * 2)))]),
            two.SendAsync([.. Enumerable.Range(1, 100).Select(step => customer.Payment(3_001 + (step * 2)))]));
        Assert.All(await one.ReadUpToAsync(101), it => Assert.Contains(it.Problem, (string[])["", "total-not-raised"]));
        Assert.All(await two.ReadUpToAsync(102), it => Assert.Contains(it.Problem, (string[])["", "total-not-raised"]));
        Assert.Equal(3_201, (await app.ChannelAsync(customer.Id)).Balance.Authorized.Satoshi);
    }

    [Fact]
    public async Task The_customers_library_and_the_merchants_understand_each_other()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app);
        Assert.True(AuthorizationHeader.TryParse(customer.Authorize(ChannelAction.Stream), out var authorization));
        using var stream = await BtcChannels.Client.MerchantStream.ConnectAsync(
            app.Once, app.Once.BaseAddress!.GetLeftPart(UriPartial.Authority), customer.Id, authorization, TimeSpan.FromSeconds(30), TimeProvider.System, CancellationToken.None);
        await stream!.SendAsync([customer.Sign(1_000), customer.Sign(2_000), customer.Sign(1_500)], CancellationToken.None);
        var answers = new List<StreamAnswer>();
        while (answers is not [.., { Number: 3 }]) answers.Add((await stream.ReadAsync())!.Value);
        Assert.Equal(StreamAnswer.Acknowledge(2, new PaymentReceipt(2_000, 2_000_000)), answers[^2]);
        Assert.Equal(new StreamAnswer(3, new PaymentReceipt(1_500, 0), 409, 0, "total-not-raised"), answers[^1]);
        await stream.EndAsync();
        Assert.Null(await stream.ReadAsync());
    }

    [Fact]
    public async Task A_fifth_stream_on_a_channel_takes_the_place_of_the_first()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app);
        var streams = new List<TestStream>();
        for (var i = 0; i < 5; i++)
        {
            streams.Add(await TestStream.OpenAsync(app, customer));
            await streams[i].SendAsync(customer.Payment(500 + i));   // it is the next one only once it listens
            Assert.Equal(200, (await streams[i].ReadAsync())!.Status);
        }
        Assert.Equal((WebSocketCloseStatus.PolicyViolation, "replaced"), await streams[0].GoodbyeAsync());
        foreach (var (stream, index) in streams.Skip(1).Select((stream, index) => (stream, index)))
        {
            await stream.SendAsync(customer.Payment(1_000 * (index + 1)));
            Assert.Equal(200, (await stream.ReadAsync())!.Status);
        }
        streams.ForEach(it => it.Dispose());
    }

    [Fact]
    public async Task Once_closing_no_payment_of_a_stream_is_taken()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app);
        using var stream = await TestStream.OpenAsync(app, customer);
        var sending = stream.SendAsync([.. Enumerable.Range(1, 300).Select(step => customer.Payment(1_000 + step))]);
        await stream.ReadAsync();
        var closing = customer.CloseAsync();
        await sending;
        var close = await closing;
        await stream.SendAsync(customer.Payment(50_000));
        for (StreamFrame? last = null; last?.Number != 301; last = await stream.ReadAsync())
            if (last?.Status == 200) Assert.InRange(last.Total, 1_001, close.ToMerchantSat);
        Assert.Equal(close.ToMerchantSat, (await app.ChannelAsync(customer.Id)).Balance.Authorized.Satoshi);
    }
}
