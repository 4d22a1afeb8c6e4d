using BtcChannels.AspNetCore;
using BtcChannels.Benchmarks.Fuzzing;
using BtcChannels.Storage;
using BtcChannels.Tests.Domain;
using Microsoft.Extensions.Logging.Abstractions;
using NBitcoin;

namespace BtcChannels.Tests.AspNetCore.Concurrency;

/// <summary>
/// One history of payments, closes, other changes, slow reads, failed commits and a busy store, all mixed by chance, and what has to be true of
/// each answer as it is given and of the store at the end. It runs on one thread: its seed decides everything.
/// </summary>
internal sealed class PaymentHistory
{
    private const int Channels = 3;
    private const int Totals = 12;
    private const long Step = 1_000;

    private static readonly Key[] s_customers = [.. Enumerable.Range(0, Channels).Select(it => Sample.KeyOf((byte)(0x50 + it)))];

    /// <summary>What the store begins with.</summary>
    public static readonly IReadOnlyList<MerchantChannel> Sampled = [.. s_customers.Select((customer, index) =>
        Sample.Channel(customer: customer, offer: new OfferId(new UInt128(9, (ulong)index))) with { PayoutIndex = (uint)index, Version = 1 })];

    private static readonly SignedPayment[][] s_payments = [.. s_customers.Select(
        (customer, index) => Enumerable.Range(1, Totals + 1).Select(it => Sample.Pay(Sampled[index], it * Step, customer)).ToArray())];

    private readonly Turns _turns;
    private readonly FickleStore _store;
    private readonly FuzzStream _chance;
    private readonly OpenChannels _channels;
    private readonly MerchantWorker _worker;
    private readonly List<Call> _calls = [];
    private readonly List<Task> _closes = [];

    public PaymentHistory(IMerchantStore store, ulong seed, Turns turns)
    {
        var clock = new ManualClock();
        clock.AdvanceTo(Sample.Now);
        var view = new ChainView(clock);
        view.Saw(Sample.At().Tip);
        (_turns, _store, _chance) = (turns, new FickleStore(store), new FuzzStream(seed));
        var chain = new FakeChain(clock);
        _channels = new OpenChannels(_store, new HeldChannels(_store, chain), new RaisedTotals(), Sample.Policy);
        _worker = new MerchantWorker(_store, _channels, chain, Sample.Keys, new WatchDuty(null, clock), view, Sample.Policy, NullLogger<MerchantWorker>.Instance);
    }

    public void Run(int steps)
    {
        for (var step = 0; step < steps; step++)
        {
            Take();
            // Sometimes the next thing happens before those who waited have gone on.
            if (!_chance.OneIn(4)) _turns.TakeAll();
        }
        _store.IsBusy = false;
        Drain();
        Assert.All(_calls, it => Assert.True(it.Answer.IsCompleted, "a payment was never answered"));
        Assert.All(_closes, it => Assert.True(it.IsCompletedSuccessfully || it.Exception?.InnerException is StoreUnavailableException, "a close was never answered"));
        foreach (var call in _calls) call.Check(_store.Committed);
        foreach (var channel in Enumerable.Range(0, Channels)) CheckRow(channel);
    }

    private void Take()
    {
        var channel = _chance.Below(Channels);
        switch (_chance.Below(100))
        {
            case < 45:
                Pay(channel, _chance.Below(Totals));
                break;
            case < 65 when _store.Reads > 0:
                _store.AnswerRead(_chance.Below(_store.Reads));
                break;
            case < 85 when _store.Writes > 0:
                _store.Commit(1 + _chance.Below(_store.Writes));
                break;
            case < 90 when _store.Writes > 0:
                _store.Fail(1 + _chance.Below(_store.Writes));
                break;
            case < 92:
                _store.IsBusy = !_store.IsBusy;
                break;
            case < 94:
                var elsewhere = s_payments[channel][_chance.Below(Totals)];
                _store.WriteElsewhere(Sampled[channel].Id, row => row.State is MerchantState.Open && row.Balance.Authorized < elsewhere.Total
                    ? row with { Balance = new Balance(elsewhere, row.Balance.Spent) } : null);
                break;
            case < 96:
                _store.WriteElsewhere(Sampled[channel].Id, row => row.Balance.Authorized > Money.Zero && row.State is MerchantState.Open
                    ? row with { Balance = new Balance(row.Balance.Newest, MilliSatoshi.Of(row.Balance.Authorized)) } : null);
                break;
            case < 98:
                _closes.Add(_worker.ApplyAsync(Sampled[channel].Id, new MerchantEvent.DepositMined(500 + _chance.Below(400)), CancellationToken.None));
                break;
            default:
                _closes.Add(CloseAsync(Sampled[channel].Id));
                break;
        }
    }

    private void Pay(int channel, int which)
    {
        var payment = s_payments[channel][which];
        var call = new Call(payment, Sampled[channel].Id, _store.Committed.Count);
        _calls.Add(call);
        call.Answer = AnswerAsync();

        async Task<PaymentOutcome?> AnswerAsync()
        {
            try
            {
                return await _channels.PayAsync(call.Channel, payment, Sample.At(), CancellationToken.None);
            }
            catch (StoreUnavailableException)
            {
                return null;
            }
            finally
            {
                call.CommittedAtEnd = _store.Committed.Count;
            }
        }
    }

    // As Merchant.CloseAsync has it.
    private async Task CloseAsync(ChannelId id)
    {
        while (await _store.FindAsync(id, CancellationToken.None) is { } found && CloseJudge.Judge(found, null) is CloseOutcome.Granted granted)
            if (await _worker.ApplyAsync(found, new MerchantEvent.CloseGranted(granted.Payment), CancellationToken.None) is not null) return;
    }

    private void Drain()
    {
        for (_turns.TakeAll(); _store.Reads + _store.Writes > 0; _turns.TakeAll())
        {
            while (_store.Reads > 0) _store.AnswerRead(0);
            _store.Commit(_store.Writes);
        }
    }

    private void CheckRow(int channel)
    {
        var id = Sampled[channel].Id;
        var rows = _store.Committed.Where(it => it.Id == id).Prepend(Sampled[channel]).ToList();
        for (var i = 1; i < rows.Count; i++)
        {
            Assert.Equal(rows[i - 1].Version + 1, rows[i].Version);
            Assert.True(rows[i].Balance.Authorized >= rows[i - 1].Balance.Authorized, "what is authorized fell");
            Assert.True(rows[i].Balance.Spent >= rows[i - 1].Balance.Spent, "what is spent fell");
            if (rows[i - 1].State is not MerchantState.Open) Assert.Equal(rows[i - 1].Balance, rows[i].Balance);
            if (rows[i] is { State: MerchantState.Closing closing } && rows[i - 1].State is MerchantState.Open) Assert.Equal(rows[i].Balance.Newest, closing.Close.Payment);
        }

        // What was answered is there, and one more payment finds everything in order, whatever has failed before.
        var row = _store.Row(id);
        var acknowledged = _calls.Where(it => it.Channel == id && it.IsAcknowledged).Select(it => it.Payment.Total).Aggregate(Money.Zero, Money.Max);
        Assert.True(row.Balance.Authorized >= acknowledged, $"{acknowledged} was acknowledged and {row.Balance.Authorized} is stored");
        Pay(channel, Totals);
        Drain();
        var last = _calls[^1].Answer.GetAwaiter().GetResult();
        if (row.State is MerchantState.Open) Assert.Equal(row.Version + 1, Assert.IsType<PaymentOutcome.Accepted>(last).Next.Version);
        else Assert.Equal(new PaymentOutcome.Refused(PaymentRejection.ChannelClosed), last);
    }

    /// <summary>A payment that was made, its answer, and how much was committed as it began and as it was answered.</summary>
    private sealed class Call(SignedPayment payment, ChannelId channel, int committedAtStart)
    {
        public SignedPayment Payment => payment;

        public ChannelId Channel => channel;

        public Task<PaymentOutcome?> Answer { get; set; } = null!;

        public int CommittedAtEnd { get; set; }

        public bool IsAcknowledged => Answer.Result is PaymentOutcome.Accepted or PaymentOutcome.AlreadyAccepted;

        /// <summary>Holds the answer against what was committed by then, in this order or any: nothing else may explain it.</summary>
        public void Check(IReadOnlyList<MerchantChannel> committed)
        {
            var before = committed.Take(CommittedAtEnd).Where(it => it.Id == channel).ToList();
            switch (Answer.Result)
            {
                case PaymentOutcome.Accepted accepted:
                    Assert.Contains(committed.Take(CommittedAtEnd).Skip(committedAtStart), it => it.Id == channel && it.Version == accepted.Next.Version && it.Balance.Newest == payment);
                    break;
                case PaymentOutcome.AlreadyAccepted:
                    Assert.Contains(before, it => it.Balance.Newest == payment);
                    break;
                case PaymentOutcome.Refused { Reason: PaymentRejection.TotalNotRaised }:
                    Assert.Contains(before, it => it.Balance.Authorized >= payment.Total);
                    break;
                case PaymentOutcome.Refused { Reason: PaymentRejection.ChannelClosed }:
                    Assert.Contains(before, it => it.State is not MerchantState.Open);
                    break;
                case null:
                    // A call that failed has written nothing: what is written of this payment, another one or somebody else has.
                    break;
                case var other:
                    Assert.Fail($"{other} has no reason here");
                    break;
            }
        }
    }
}
