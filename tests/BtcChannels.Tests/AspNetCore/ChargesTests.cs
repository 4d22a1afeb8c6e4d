using BtcChannels.AspNetCore;
using BtcChannels.Storage;
using BtcChannels.Tests.Domain;
using BtcChannels.Tests.Storage;
using NBitcoin;

namespace BtcChannels.Tests.AspNetCore;

/// <summary>Charges on a store that is really on disk.</summary>
public sealed class ChargesTests : IAsyncLifetime, IDisposable
{
    private static readonly RequestKey s_key = RequestKey.Of("key");

    private readonly DataFolder _folder = new();
    private SqliteMerchantStore _store = null!;
    private MerchantChannel _channel = null!;
    private ChargeRig _rig = null!;

    private static CancellationToken Ct => CancellationToken.None;

    private Charges Charges => _rig.Charges;

    public async Task InitializeAsync()
    {
        _store = await OpenAsync();
        _channel = await ChargeRig.AddAsync(_store);
        _rig = new(_store);
    }

    public async Task DisposeAsync() => await _store.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    private Task<SqliteMerchantStore> OpenAsync() => SqliteMerchantStore.OpenAsync(_folder.Path, Network.RegTest, DataFolder.Fingerprint, Ct);

    private static ChargeOutcome.Refused Refused(PaymentRejection reason) => new(reason);

    [Fact]
    public async Task What_is_granted_is_on_disk_with_the_voucher_that_came_with_it()
    {
        Assert.IsType<ChargeOutcome.Granted>(await _rig.TakeAsync(_channel, 2_000, 250, s_key));
        Assert.Equal((2_000, 0, $"{_store.Run}:250:{s_key}"), await _rig.SumsAsync(_channel));

        Assert.IsType<ChargeOutcome.Granted>(await Charges.ChargeAsync(_channel.Id, new MilliSatoshi(7), Ct));
        Assert.Equal((2_000, 7, $"{_store.Run}:250:{s_key}"), await _rig.SumsAsync(_channel));

        var answer = new KeptAnswer(s_key, new byte[32], 200, "", [1], 5);
        Assert.Equal(257, (await Charges.SettleAsync(_channel.Id, _rig.Cost(250, s_key), new MilliSatoshi(250), answer)).Spent.Value);
        Assert.Equal((2_000, 257, null), await _rig.SumsAsync(_channel));
        Assert.NotNull(await _store.FindAnswerAsync(_channel.Id, s_key, Ct));
    }

    [Fact]
    public async Task A_failed_request_costs_nothing_and_keeps_no_answer()
    {
        Assert.IsType<ChargeOutcome.Granted>(await _rig.TakeAsync(_channel, 2_000, 2_000_000, s_key));
        await Charges.SettleAsync(_channel.Id, _rig.Cost(2_000_000, s_key), MilliSatoshi.Zero, null);

        Assert.Equal((2_000, 0, null), await _rig.SumsAsync(_channel));
        Assert.Null(await _store.FindAnswerAsync(_channel.Id, s_key, Ct));
        Assert.IsType<ChargeOutcome.Granted>(await _rig.TakeAsync(_channel, 2_000, 2_000_000, s_key));
    }

    [Fact]
    public async Task Nothing_is_taken_on_a_channel_that_nobody_knows()
    {
        var unknown = new ChannelId(StoreSample.Coin("unknown"));
        Assert.Equal(Refused(PaymentRejection.ChannelUnknown), await Charges.TakeAsync(unknown, Sample.Pay(_channel, 1_000), _rig.Cost(1), Ct));
        Assert.Equal(Refused(PaymentRejection.ChannelUnknown), await Charges.ChargeAsync(unknown, new MilliSatoshi(1), Ct));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Charges.SettleAsync(unknown, _rig.Cost(1), MilliSatoshi.Zero, null).AsTask());
    }

    [Fact]
    public async Task Before_the_chain_was_ever_heard_of_nothing_is_taken()
    {
        var blind = new Charges(_store, _rig.Channels, new HeldChannels(_store, new FakeChain(_rig.Clock)), new RaisedTotals(), new ChainView(_rig.Clock), Sample.Policy, _rig.Clock,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<Charges>.Instance);
        Assert.Equal(Refused(PaymentRejection.ChainSilent), await blind.TakeAsync(_channel.Id, Sample.Pay(_channel, 1_000), null, Ct));
    }

    [Fact]
    public async Task A_hundred_takes_at_once_never_overdraw_and_are_all_accounted_for()
    {
        var vouchers = Enumerable.Range(1, 100).Select(it => Sample.Pay(_channel, it * 300)).ToArray();
        var served = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Task.Run(async () =>
        {
            var cost = _rig.Cost(450_000, i % 3 == 0 ? RequestKey.Of($"{i}") : null);
            if (await Charges.TakeAsync(_channel.Id, vouchers[i * 37 % 100], cost, Ct) is not ChargeOutcome.Granted granted) return 0L;
            Assert.True(granted.Channel.Balance.Taken <= MilliSatoshi.Of(granted.Channel.Balance.Authorized));
            if (i % 4 == 0) await Charges.ChargeAsync(_channel.Id, new MilliSatoshi(1), Ct);
            var spent = new MilliSatoshi(i % 5 == 0 ? 0 : i % 7 == 0 ? 200_001 : 450_000);
            await Charges.SettleAsync(_channel.Id, cost, spent, null);
            return spent.Value;
        })));

        var (authorized, spent, reserved) = await _rig.SumsAsync(_channel);
        Assert.Null(reserved);
        Assert.InRange(spent - served.Sum(), 0, 25);   // what was charged beside
        Assert.True(served.Sum() > 0 && spent <= authorized * 1_000);
    }

    [Fact]
    public async Task A_hundred_equal_requests_at_once_are_granted_as_often_as_there_is_credit()
    {
        Assert.IsType<ChargeOutcome.Granted>(await _rig.TakeAsync(_channel, 1_000, null));
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => _rig.TakeAsync(_channel, 1_000, 30_000).AsTask())));

        Assert.Equal(33, outcomes.Count(it => it is ChargeOutcome.Granted));
        Assert.All(outcomes.Where(it => it is not ChargeOutcome.Granted), it => Assert.Equal(1_020, Assert.IsType<ChargeOutcome.Insufficient>(it).Required.Satoshi));
        Assert.Equal((1_000, 0, $"{_store.Run}:990000"), await _rig.SumsAsync(_channel));
    }

    [Fact]
    public async Task Of_a_hundred_requests_of_one_key_at_once_one_is_granted()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => _rig.TakeAsync(_channel, 1_000, 1, s_key).AsTask())));

        Assert.Single(outcomes, it => it is ChargeOutcome.Granted);
        Assert.Equal(99, outcomes.Count(it => it is ChargeOutcome.UnderWay));
    }

    [Fact]
    public async Task A_close_among_requests_pays_for_all_that_were_granted_and_what_they_cost_is_recorded_after_it()
    {
        Assert.IsType<ChargeOutcome.Granted>(await _rig.TakeAsync(_channel, 50_000, null));
        var granted = 0;
        var takers = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            var own = new List<Reservation>();
            while (true)
            {
                var cost = _rig.Cost(10_001);
                var outcome = await _rig.TakeAsync(_channel, 50_000, cost.Amount.Value);
                if (outcome is not ChargeOutcome.Granted)
                {
                    Assert.Equal(Refused(PaymentRejection.ChannelClosed), outcome);
                    return own;
                }
                own.Add(cost);
                Interlocked.Increment(ref granted);
            }
        })).ToList();
        while (Volatile.Read(ref granted) < 30) await Task.Delay(1);
        var closed = await _rig.CloseAtLeastAsync(_channel);
        var all = (await Task.WhenAll(takers)).SelectMany(it => it).ToList();

        var total = Assert.IsType<MerchantState.Closing>(closed.State).Close.Payment.Total;
        Assert.Equal((all.Count * 10_001L) + " msat", (await _rig.RowAsync(_channel)).Balance.Taken.ToString());
        Assert.Equal(total, (await _rig.RowAsync(_channel)).Balance.Taken.RoundedUp);
        await Task.WhenAll(all.Select(it => Charges.SettleAsync(_channel.Id, it, it.Amount, new(s_key, new byte[32], 200, "", null, 1)).AsTask()));
        var row = await _rig.RowAsync(_channel);
        Assert.Equal((all.Count * 10_001, null), ((int)row.Balance.Spent.Value, row.Balance.Reserved.Text));
        Assert.Equal(total, Assert.IsType<MerchantState.Closing>(row.State).Close.Payment.Total);
        Assert.Equal(Refused(PaymentRejection.ChannelClosed), await Charges.ChargeAsync(_channel.Id, new MilliSatoshi(1), Ct));
        Assert.Null(await _store.FindAnswerAsync(_channel.Id, s_key, Ct));
    }

    [Fact]
    public async Task What_a_crash_leaves_reserved_is_free_at_the_next_start_and_stands_in_no_closes_way()
    {
        Assert.IsType<ChargeOutcome.Granted>(await _rig.TakeAsync(_channel, 1_000, 600_000, s_key));
        Assert.IsType<ChargeOutcome.Granted>(await _rig.TakeAsync(_channel, 1_000, 400_000));
        using var crashed = _folder.Snapshot("merchant.db");
        await using (var again = await SqliteMerchantStore.OpenAsync(crashed.Path, Network.RegTest, DataFolder.Fingerprint, Ct))
        {
            var rig = new ChargeRig(again);
            Assert.IsType<ChargeOutcome.Granted>(await rig.TakeAsync(_channel, 1_000, 1_000_000, s_key));
            Assert.Equal((1_000, 0, $"{again.Run}:1000000:{s_key}"), await rig.SumsAsync(_channel));
        }

        using var other = _folder.Snapshot("merchant.db");
        await using var closing = await SqliteMerchantStore.OpenAsync(other.Path, Network.RegTest, DataFolder.Fingerprint, Ct);
        Assert.Equal(294, Assert.IsType<MerchantState.Closing>((await new ChargeRig(closing).CloseAtLeastAsync(_channel)).State).Close.Payment.Total.Satoshi);
    }

    [Fact]
    public async Task Nothing_is_answered_before_it_is_on_disk_and_what_fails_there_has_charged_nothing()
    {
        Assert.IsType<ChargeOutcome.Granted>(await _rig.TakeAsync(_channel, 1_000, 100_000));
        var held = _rig.Cost(100_000);
        List<Task> calls;
        ReadOnly disk;
        using (await Halt.AtAsync(_store.File))
        {
            disk = new ReadOnly(_store.File);
            calls =
            [
                _rig.TakeAsync(_channel, 2_000, 500_000).AsTask(),
                _rig.TakeAsync(_channel, 2_000, null).AsTask(),        // it is newest only in memory
                _rig.TakeAsync(_channel, 1_500, 600_000).AsTask(),
                _rig.TakeAsync(_channel, 1_500, 2_000_000).AsTask(),   // too little, but by what is not on disk
                Charges.ChargeAsync(_channel.Id, new MilliSatoshi(300_000), Ct).AsTask(),
                Charges.SettleAsync(_channel.Id, held, new MilliSatoshi(1), new(s_key, new byte[32], 200, "", null, 1)).AsTask(),
            ];
            Assert.DoesNotContain(calls, it => it.IsCompleted);
        }
        foreach (var call in calls) await Assert.ThrowsAsync<StoreUnavailableException>(() => call);
        Assert.Equal((1_000, 0, $"{_store.Run}:100000"), await _rig.SumsAsync(_channel));

        disk.Dispose();
        Assert.Equal(1_001, Assert.IsType<ChargeOutcome.Insufficient>(await _rig.TakeAsync(_channel, 1_000, 900_001)).Required.Satoshi);
        Assert.IsType<ChargeOutcome.Granted>(await Charges.ChargeAsync(_channel.Id, new MilliSatoshi(900_000), Ct));
        await Charges.SettleAsync(_channel.Id, held, new MilliSatoshi(1), null);
        Assert.Equal((1_000, 900_001, null), await _rig.SumsAsync(_channel));
    }

    [Fact]
    public async Task A_queue_that_is_too_long_charges_nothing()
    {
        Assert.IsType<ChargeOutcome.Granted>(await _rig.TakeAsync(_channel, 1_000, 100_000));
        var waiting = Task.FromResult(0);
        using (await Halt.AtAsync(_store.File))
        {
            for (var i = 0; i < SqliteWriter.MaxWaiting; i++) waiting = _store.File.WriteAsync((_, _) => 0, Ct);
            await Assert.ThrowsAsync<StoreBusyException>(() => _rig.TakeAsync(_channel, 2_000, 1).AsTask());
            await Assert.ThrowsAsync<StoreBusyException>(() => Charges.ChargeAsync(_channel.Id, new MilliSatoshi(1), Ct).AsTask());
            await Assert.ThrowsAsync<StoreBusyException>(() => Charges.SettleAsync(_channel.Id, _rig.Cost(100_000), new MilliSatoshi(1), null).AsTask());
        }
        await waiting;

        await Charges.SettleAsync(_channel.Id, _rig.Cost(100_000), new MilliSatoshi(5), null);
        Assert.Equal((1_000, 5, null), await _rig.SumsAsync(_channel));
    }

    [Fact]
    public async Task What_was_granted_is_settled_also_by_a_memory_from_before_the_first_payment()
    {
        var behind = new ChargeRig(_store);
        Assert.IsType<ChargeOutcome.Insufficient>(await behind.TakeAsync(_channel, 0, 1));
        Assert.IsType<ChargeOutcome.Granted>(await _rig.TakeAsync(_channel, 1_000, 500));

        Assert.Equal(400, (await behind.Charges.SettleAsync(_channel.Id, _rig.Cost(500), new MilliSatoshi(400), null)).Spent.Value);
        Assert.Equal((1_000, 400, null), await _rig.SumsAsync(_channel));
    }

    [Fact]
    public async Task What_was_never_granted_on_a_channel_without_a_payment_is_settled_for_nothing()
    {
        Assert.Equal(Balance.Nothing, await Charges.SettleAsync(_channel.Id, _rig.Cost(500), new MilliSatoshi(400), null));
        Assert.Equal(1, (await _rig.RowAsync(_channel)).Version);
    }

    [Fact]
    public async Task Direct_payments_among_requests_leave_what_is_reserved()
    {
        var rig = new ChargeRig(_store, Sample.Policy with { PaymentsAreSpent = true });
        Assert.IsType<ChargeOutcome.Granted>(await rig.TakeAsync(_channel, 1_000, 300_000));
        Assert.IsType<PaymentOutcome.Accepted>(await rig.Channels.PayAsync(_channel.Id, Sample.Pay(_channel, 2_000), Sample.At(), Ct));
        Assert.Equal((2_000, 1_700_000, $"{_store.Run}:300000"), await rig.SumsAsync(_channel));

        await rig.Charges.SettleAsync(_channel.Id, rig.Cost(300_000), new MilliSatoshi(100_000), null);
        Assert.Equal((2_000, 1_800_000, null), await rig.SumsAsync(_channel));
        Assert.IsType<ChargeOutcome.Granted>(await rig.TakeAsync(_channel, 2_000, 200_000));
    }
}
