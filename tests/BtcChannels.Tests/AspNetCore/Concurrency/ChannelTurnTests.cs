using BtcChannels.AspNetCore;
using BtcChannels.Storage;
using BtcChannels.Tests.Domain;
using BtcChannels.Tests.Storage;
using NBitcoin;

namespace BtcChannels.Tests.AspNetCore.Concurrency;

/// <summary>Whoever decides something else than a payment comes to it, however fast a customer pays.</summary>
public sealed class ChannelTurnTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(20);

    private readonly DataFolder _folder = new();
    private SqliteMerchantStore _store = null!;
    private ChargeRig _rig = null!;
    private MerchantChannel _channel = null!;

    private static CancellationToken Ct => CancellationToken.None;

    public async Task InitializeAsync()
    {
        _store = await SqliteMerchantStore.OpenAsync(_folder.Path, Network.RegTest, DataFolder.Fingerprint, Ct);
        (_rig, _channel) = (new ChargeRig(_store), await ChargeRig.AddAsync(_store));
    }

    public async Task DisposeAsync() => await _store.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_close_among_payments_without_end_is_written_at_the_second_try()
    {
        var total = 1_000;
        var paid = 0;
        var payers = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (await _rig.TakeAsync(_channel, Interlocked.Increment(ref total), null) is not ChargeOutcome.Refused { Reason: PaymentRejection.ChannelClosed }) Interlocked.Increment(ref paid);
        })).ToList();
        while (Volatile.Read(ref paid) < 20) await Task.Delay(1);

        var tries = 0;
        using (var turn = _rig.Worker.TurnOf(_channel.Id))
        {
            for (; ; await turn.AgainAsync())
            {
                tries++;
                if (await _rig.Worker.ApplyAsync(await _rig.RowAsync(_channel), new MerchantEvent.CloseOrdered(), Ct) is not null) break;
            }
        }

        Assert.InRange(tries, 1, 2);
        await Task.WhenAll(payers).WaitAsync(s_long);
        var row = await _rig.RowAsync(_channel);
        Assert.Equal(row.Balance.Authorized, Assert.IsType<MerchantState.Closing>(row.State).Close.Payment.Total);
    }

    [Fact]
    public async Task Payments_wait_for_what_is_decided_and_are_judged_by_it()
    {
        using var turn = _rig.Worker.TurnOf(_channel.Id);
        await turn.AgainAsync();
        var payment = _rig.TakeAsync(_channel, 1_000, null).AsTask();
        await Task.Delay(50);
        Assert.False(payment.IsCompleted);

        Assert.NotNull(await _rig.Worker.ApplyAsync(await _rig.RowAsync(_channel), new MerchantEvent.CloseGranted(Sample.Pay(_channel, 500)), Ct));
        Assert.Equal(new ChargeOutcome.Refused(PaymentRejection.ChannelClosed), await payment.WaitAsync(s_long));
    }

    [Fact]
    public async Task Payments_go_on_once_nothing_was_decided()
    {
        Task<ChargeOutcome> payment;
        using (var turn = _rig.Worker.TurnOf(_channel.Id))
        {
            await turn.AgainAsync();
            payment = _rig.TakeAsync(_channel, 1_000, null).AsTask();
        }

        Assert.IsType<ChargeOutcome.Granted>(await payment.WaitAsync(s_long));
    }

    [Fact]
    public async Task What_was_judged_before_is_on_disk_by_then()
    {
        var before = _rig.TakeAsync(_channel, 1_000, null).AsTask();
        using var turn = _rig.Worker.TurnOf(_channel.Id);
        await turn.AgainAsync();
        var read = (await _rig.RowAsync(_channel)).Balance.Authorized.Satoshi;

        // It was judged in time, or waits.
        Assert.Equal(read == 1_000, before.IsCompleted || await Task.WhenAny(before, Task.Delay(50)) == before);
    }

    [Fact]
    public async Task Two_who_decide_at_once_come_to_it_one_after_the_other()
    {
        using var first = _rig.Worker.TurnOf(_channel.Id);
        await first.AgainAsync();
        using var second = _rig.Worker.TurnOf(_channel.Id);
        var waiting = second.AgainAsync().AsTask();
        await Task.Delay(50);
        Assert.False(waiting.IsCompleted);

        _rig.Channels.Forget(_channel.Id);   // as after each decision
        await waiting.WaitAsync(s_long);
        await Assert.ThrowsAsync<TimeoutException>(() => _rig.TakeAsync(_channel, 1_000, null).AsTask().WaitAsync(TimeSpan.FromMilliseconds(50)));
    }

    [Fact]
    public async Task Who_is_cut_off_waits_no_longer()
    {
        using var turn = _rig.Worker.TurnOf(_channel.Id);
        await turn.AgainAsync();
        using var gone = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _rig.Charges.TakeAsync(_channel.Id, Sample.Pay(_channel, 1_000), null, gone.Token).AsTask());
    }
}
