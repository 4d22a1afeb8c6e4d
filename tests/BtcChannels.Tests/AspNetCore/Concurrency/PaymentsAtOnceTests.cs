using System.Collections.Concurrent;
using System.Diagnostics;
using BtcChannels.AspNetCore;
using BtcChannels.Storage;
using BtcChannels.Tests.Domain;
using BtcChannels.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using NBitcoin;

namespace BtcChannels.Tests.AspNetCore.Concurrency;

/// <summary>Threads that really run side by side, on a store that is really on disk.</summary>
public sealed class PaymentsAtOnceTests : IAsyncLifetime, IDisposable
{
    private const int Callers = 100;

    private readonly DataFolder _folder = new();
    private readonly MerchantChannel _channel = Sample.Channel() with { PayoutIndex = 0 };
    private SqliteMerchantStore _store = null!;
    private OpenChannels _channels = null!;
    private MerchantWorker _worker = null!;

    private static CancellationToken Ct => CancellationToken.None;

    public async Task InitializeAsync()
    {
        var clock = new ManualClock();
        clock.AdvanceTo(Sample.Now);
        var view = new ChainView(clock);
        view.Saw(Sample.At().Tip);
        _store = await SqliteMerchantStore.OpenAsync(_folder.Path, Network.RegTest, DataFolder.Fingerprint, Ct);
        Assert.IsType<AddOutcome.Added>(await _store.AddAsync(_ => _channel, Sample.DepositTransaction(_channel.Terms), Ct));
        var chain = new FakeChain(clock);
        _channels = new OpenChannels(_store, new HeldChannels(_store, chain), new RaisedTotals(), Sample.Policy);
        _worker = new MerchantWorker(_store, _channels, chain, Sample.Keys, new WatchDuty(null, clock), view, Sample.Policy, NullLogger<MerchantWorker>.Instance);
    }

    public async Task DisposeAsync() => await _store.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_hundred_callers_with_rising_equal_and_falling_totals_have_answers_that_some_order_explains()
    {
        var payments = Enumerable.Range(1, Callers).Select(it => Sample.Pay(_channel, it * 500)).ToArray();
        var calls = new ConcurrentBag<Call>();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            // A third go up, a third stay where all others of them are, a third go down.
            for (var turn = 0; turn < 6; turn++)
            {
                var which = (caller % 3) switch { 0 => (caller + (turn * 7)) % Callers, 1 => turn * 16, _ => Callers - 1 - ((caller + turn) % Callers) };
                var start = Stopwatch.GetTimestamp();
                var outcome = await _channels.PayAsync(_channel.Id, payments[which], Sample.At(), Ct);
                calls.Add(new(payments[which], outcome, start, Stopwatch.GetTimestamp()));
            }
        })));
        await AssertExplainedAsync([.. calls]);
        Assert.Equal(payments[^1], (await _store.FindAsync(_channel.Id, Ct))!.Balance.Newest);
    }

    [Fact]
    public async Task A_close_among_payments_carries_the_newest_that_was_accepted_and_none_is_after_it()
    {
        var calls = new ConcurrentBag<Call>();
        var first = Sample.Pay(_channel, 1_000);
        Assert.IsType<PaymentOutcome.Accepted>(await _channels.PayAsync(_channel.Id, first, Sample.At(), Ct));
        var payers = Enumerable.Range(0, 20).Select(payer => Task.Run(async () =>
        {
            for (var turn = 0; ; turn++)
            {
                var payment = Sample.Pay(_channel, 1_000 + ((turn * 20) + payer + 1));
                var start = Stopwatch.GetTimestamp();
                var outcome = await _channels.PayAsync(_channel.Id, payment, Sample.At(), Ct);
                calls.Add(new(payment, outcome, start, Stopwatch.GetTimestamp()));
                if (outcome is PaymentOutcome.Refused { Reason: PaymentRejection.ChannelClosed }) return;
            }
        })).ToList();
        while (calls.Count(it => it.Outcome is PaymentOutcome.Accepted) < 30) await Task.Delay(1);
        MerchantChannel? closed = null;
        while (closed is null)
        {
            var found = (await _store.FindAsync(_channel.Id, Ct))!;
            closed = await _worker.ApplyAsync(found, new MerchantEvent.CloseGranted(found.Balance.Newest!), Ct);
        }
        await Task.WhenAll(payers);

        var stored = (await _store.FindAsync(_channel.Id, Ct))!;
        Assert.Equal(stored.Balance.Newest, Assert.IsType<MerchantState.Closing>(stored.State).Close.Payment);
        Assert.Equal(stored.Balance.Authorized, calls.Where(it => it.Outcome is PaymentOutcome.Accepted).Select(it => it.Payment.Total).Aggregate(Money.Max));
        Assert.All(calls, it => Assert.True(it.Outcome is not PaymentOutcome.Accepted taken || taken.Next.Version < stored.Version));
    }

    [Fact]
    public async Task A_close_that_takes_the_version_of_a_payment_takes_nothing_of_the_payments_that_build_on_it()
    {
        Assert.IsType<PaymentOutcome.Accepted>(await _channels.PayAsync(_channel.Id, Sample.Pay(_channel, 1_000), Sample.At(), Ct));
        Task<MerchantChannel?> closing;
        Task<PaymentOutcome>[] payments;
        using (await Halt.AtAsync(_store.File))
        {
            closing = _worker.ApplyAsync(_channel.Id, new MerchantEvent.CloseGranted(Sample.Pay(_channel, 1_000)), Ct);
            payments = [.. Enumerable.Range(2, 5).Select(it => _channels.PayAsync(_channel.Id, Sample.Pay(_channel, it * 1_000), Sample.At(), Ct).AsTask())];
        }

        Assert.IsType<MerchantState.Closing>((await closing)!.State);
        Assert.All(await Task.WhenAll(payments), it => Assert.Equal(new PaymentOutcome.Refused(PaymentRejection.ChannelClosed), it));
        Assert.Equal(1_000, (await _store.FindAsync(_channel.Id, Ct))!.Balance.Authorized.Satoshi);
    }

    [Fact]
    public async Task A_payment_again_that_is_not_yet_on_disk_waits_for_it_and_fails_with_it()
    {
        var payment = Sample.Pay(_channel, 1_000);
        Task<PaymentOutcome> first, again, lower;
        ReadOnly disk;
        using (await Halt.AtAsync(_store.File))
        {
            disk = new ReadOnly(_store.File);
            first = _channels.PayAsync(_channel.Id, payment, Sample.At(), Ct).AsTask();
            again = _channels.PayAsync(_channel.Id, payment, Sample.At(), Ct).AsTask();
            lower = _channels.PayAsync(_channel.Id, Sample.Pay(_channel, 900), Sample.At(), Ct).AsTask();
            Assert.False(first.IsCompleted || again.IsCompleted || lower.IsCompleted, "it was answered before it was on disk");
        }
        foreach (var call in new[] { first, again, lower }) await Assert.ThrowsAsync<StoreUnavailableException>(() => call);

        // The disk is back, and nothing is left of what failed: less than that is good now.
        disk.Dispose();
        Assert.IsType<PaymentOutcome.Accepted>(await _channels.PayAsync(_channel.Id, Sample.Pay(_channel, 900), Sample.At(), Ct));
        Assert.IsType<PaymentOutcome.Accepted>(await _channels.PayAsync(_channel.Id, payment, Sample.At(), Ct));
    }

    /// <summary>
    /// Versions order what was accepted: totals rise with them, and nobody who was answered before another asked comes after him. Each other
    /// answer has to follow from what was accepted by somebody who had asked before it was given.
    /// </summary>
    private async Task AssertExplainedAsync(IReadOnlyList<Call> calls)
    {
        var accepted = calls.Where(it => it.Outcome is PaymentOutcome.Accepted).OrderBy(it => it.Version).ToList();
        for (var i = 0; i < accepted.Count; i++)
        {
            Assert.Equal(i + 2, accepted[i].Version);
            if (i == 0) continue;
            Assert.True(accepted[i].Payment.Total > accepted[i - 1].Payment.Total, "a total fell");
            Assert.True(accepted[i].End > accepted[..i].Max(it => it.Start), "one that was answered before another asked comes after it");
        }
        foreach (var call in calls.Except(accepted))
        {
            var known = accepted.Where(it => it.Start < call.End).ToList();
            if (call.Outcome is PaymentOutcome.AlreadyAccepted) Assert.Contains(known, it => it.Payment == call.Payment);
            else
            {
                Assert.Equal(new PaymentOutcome.Refused(PaymentRejection.TotalNotRaised), call.Outcome);
                Assert.Contains(known, it => it.Payment.Total >= call.Payment.Total);
            }
        }
        Assert.Equal(accepted.Count + 1, (await _store.FindAsync(_channel.Id, Ct))!.Version);
    }

    private sealed record Call(SignedPayment Payment, PaymentOutcome Outcome, long Start, long End)
    {
        public long Version => Outcome is PaymentOutcome.Accepted taken ? taken.Next.Version : 0;
    }
}
