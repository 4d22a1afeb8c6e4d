using BtcChannels.AspNetCore;
using BtcChannels.Benchmarks.Fuzzing;
using BtcChannels.Storage;
using BtcChannels.Tests.Domain;
using Microsoft.Extensions.Logging.Abstractions;
using NBitcoin;

namespace BtcChannels.Tests.AspNetCore.Concurrency;

/// <summary>
/// One history of requests that are charged, beside direct payments, other instances' writes, closes, slow reads, failed commits and a busy store, all mixed by chance. What was
/// answered is counted, and at the end the store has to say the same to the msat. It runs on one thread: its seed decides everything.
/// </summary>
internal sealed class ChargeHistory
{
    private const int Channels = 2;
    private const int Totals = 12;
    private const long Step = 1_000;
    private const long OtherRun = 9;   // none of this process's, so that it counts as over

    private static readonly IReadOnlyList<MerchantChannel> s_channels = PaymentHistory.Sampled;

    private static readonly SignedPayment[][] s_vouchers = [.. Enumerable.Range(0, Channels).Select(
        channel => Enumerable.Range(1, Totals).Select(it => Pay(channel, it * Step)).ToArray())];

    private static readonly RequestKey?[] s_keys = [null, null, null, RequestKey.Of("a"), RequestKey.Of("b")];

    private readonly Turns _turns;
    private readonly FickleStore _store;
    private readonly FuzzStream _chance;
    private readonly OpenChannels _channels;
    private readonly Charges _charges;
    private readonly MerchantWorker _worker;
    private readonly List<Task> _calls = [];
    private readonly List<(int Channel, Reservation Cost)> _underWay = [];
    private readonly long[] _spent = new long[Channels];
    private readonly long[] _acknowledged = new long[Channels];

    public ChargeHistory(IMerchantStore store, ulong seed, Turns turns)
    {
        var clock = new ManualClock();
        clock.AdvanceTo(Sample.Now);
        var view = new ChainView(clock);
        view.Saw(Sample.At().Tip);
        (_turns, _store, _chance) = (turns, new FickleStore(store), new FuzzStream(seed));
        var (chain, raises) = (new FakeChain(clock), new RaisedTotals());
        var held = new HeldChannels(_store, chain);
        _channels = new OpenChannels(_store, held, raises, Sample.Policy);
        _charges = new Charges(_store, _channels, held, raises, view, Sample.Policy, clock, NullLogger<Charges>.Instance);
        _worker = new MerchantWorker(_store, _channels, chain, Sample.Keys, new WatchDuty(null, clock), view, Sample.Policy, NullLogger<MerchantWorker>.Instance);
    }

    /// <summary>How often what happened.</summary>
    public Dictionary<string, int> Kinds { get; } = [];

    public void Run(int steps)
    {
        for (var step = 0; step < steps; step++)
        {
            Next();
            // Sometimes the next thing happens before those who waited have gone on.
            if (!_chance.OneIn(4)) _turns.TakeAll();
        }
        _store.IsBusy = false;
        Drain();
        while (_underWay.Count > 0)
        {
            Settle(0, all: true);
            Drain();
        }
        Assert.All(_calls, it => Assert.True(it.IsCompleted, "something was never answered"));
        foreach (var call in _calls) call.GetAwaiter().GetResult();
        for (var channel = 0; channel < Channels; channel++) CheckRows(channel);
    }

    private static SignedPayment Pay(int channel, long total) => Sample.Pay(s_channels[channel], total, Sample.KeyOf((byte)(0x50 + channel)));

    private void Next()
    {
        var channel = _chance.Below(Channels);
        switch (_chance.Below(100))
        {
            case < 22:
                Begin(TakeAsync(channel, s_vouchers[channel][_chance.Below(Totals)], _chance.OneIn(8) ? null : new Reservation(_store.Run, Amount(), _chance.Of(s_keys))));
                break;
            case < 30:
                Begin(StepAsync(channel, Amount()));
                break;
            case < 45 when _underWay.Count > 0:
                Settle(_chance.Below(_underWay.Count), all: false);
                break;
            case < 62 when _store.Reads > 0:
                _store.AnswerRead(_chance.Below(_store.Reads));
                break;
            case < 82 when _store.Writes > 0:
                _store.Commit(1 + _chance.Below(_store.Writes));
                break;
            case < 87 when _store.Writes > 0:
                _store.Fail(1 + _chance.Below(_store.Writes));
                break;
            case < 89:
                _store.IsBusy = !_store.IsBusy;
                break;
            case < 91:
                var elsewhere = s_vouchers[channel][_chance.Below(Totals)];
                _store.WriteElsewhere(s_channels[channel].Id, row => row.State is MerchantState.Open && row.Balance.Authorized < elsewhere.Total
                    ? row with { Balance = new Balance(elsewhere, row.Balance.Spent, row.Balance.Reserved) } : null);
                break;
            case < 94:
                _store.WriteElsewhere(s_channels[channel].Id, row => row.State is MerchantState.Open && row.Balance.Available.Value > 2 ? SpendElsewhere(channel, row) : null);
                break;
            case < 96:
                Begin(PayAsync(channel, s_vouchers[channel][_chance.Below(Totals)]));
                break;
            case < 98:
                Begin(GuardAsync(() => _worker.ApplyAsync(s_channels[channel].Id, new MerchantEvent.DepositMined(500 + _chance.Below(400)), CancellationToken.None)));
                break;
            default:
                if (_chance.OneIn(2)) Begin(CloseAsync(channel));
                break;
        }
    }

    private MilliSatoshi Amount() => new(1 + _chance.Below(_chance.OneIn(4) ? 4_000_000 : 600_000));

    private void Begin(Task call) => _calls.Add(call);

    private MerchantChannel SpendElsewhere(int channel, MerchantChannel row)
    {
        var spent = row.Balance.Available.Value / 3;
        _spent[channel] += spent;
        return row with { Balance = new Balance(row.Balance.Newest, row.Balance.Spent + new MilliSatoshi(spent), row.Balance.Reserved.With(new(OtherRun, new MilliSatoshi(1), null))) };
    }

    private Task TakeAsync(int channel, SignedPayment voucher, Reservation? cost) => GuardAsync(async () =>
    {
        var committed = _store.Committed.Count;
        var outcome = await _charges.TakeAsync(s_channels[channel].Id, voucher, cost, CancellationToken.None);
        Note(outcome);
        switch (outcome)
        {
            case ChargeOutcome.Granted granted:
                if (granted.IsChanged) AssertCommitted(granted.Channel, committed);
                _acknowledged[channel] = Math.Max(_acknowledged[channel], voucher.Total.Satoshi);
                if (cost is not null) _underWay.Add((channel, cost));
                break;
            case ChargeOutcome.Insufficient insufficient:
                if (insufficient.IsChanged) AssertCommitted(insufficient.Channel, committed);
                _acknowledged[channel] = Math.Max(_acknowledged[channel], voucher.Total.Satoshi);
                Assert.True(insufficient.Required > insufficient.Channel.Balance.Authorized);
                break;
            case ChargeOutcome.Refused refused:
                AssertClosed(channel, refused);
                break;
            default:
                Assert.NotNull(cost!.Key);
                break;
        }
    });

    private async Task StepAsync(int channel, MilliSatoshi amount)
    {
        var (last, next) = (_underWay.FindIndex(it => it.Channel == channel && it.Cost.Key is null), new Reservation(_store.Run, amount, null));
        var served = last >= 0 && _chance.OneIn(2) ? _underWay[last].Cost : null;
        if (served is not null) _underWay.RemoveAt(last);
        var isServed = false;
        await GuardAsync(async () =>
        {
            var committed = _store.Committed.Count;
            var outcome = await _charges.StepAsync(s_channels[channel].Id, served, next, CancellationToken.None);
            Note(outcome);
            switch (outcome)
            {
                case ChargeOutcome.Granted granted:
                    AssertCommitted(granted.Channel, committed);
                    _underWay.Add((channel, next));
                    break;
                case ChargeOutcome.Insufficient insufficient:
                    if (insufficient.IsChanged) AssertCommitted(insufficient.Channel, committed);
                    break;
                default:
                    AssertClosed(channel, Assert.IsType<ChargeOutcome.Refused>(outcome));
                    return;
            }
            isServed = true;
            if (served is not null) _spent[channel] += served.Amount.Value;
        });
        if (!isServed && served is not null) _underWay.Add((channel, served));
    }

    private void Settle(int which, bool all)
    {
        var (channel, cost) = _underWay[which];
        _underWay.RemoveAt(which);
        var spent = all ? cost.Amount : new MilliSatoshi(_chance.Below(3) switch { 0 => 0, 1 => cost.Amount.Value, _ => _chance.Below((int)cost.Amount.Value) });
        Begin(SettleAsync(channel, cost, spent, cost.Key is { } key && spent > MilliSatoshi.Zero ? new KeptAnswer(key, new byte[32], 200, "", null, 1) : null));
    }

    private async Task SettleAsync(int channel, Reservation cost, MilliSatoshi spent, KeptAnswer? answer)
    {
        var isSettled = false;
        await GuardAsync(async () =>
        {
            var balance = await _charges.SettleAsync(s_channels[channel].Id, cost, spent, answer);
            isSettled = true;
            _spent[channel] += spent.Value;
            Assert.Contains(_store.Committed, it => it.Id == s_channels[channel].Id && it.Balance == balance);
        });
        // What could not be written is still under way.
        Count(isSettled ? "settled" : "settled in vain");
        if (!isSettled) _underWay.Add((channel, cost));
    }

    private Task PayAsync(int channel, SignedPayment payment) => GuardAsync(async () =>
    {
        if (await _channels.PayAsync(s_channels[channel].Id, payment, Sample.At(), CancellationToken.None) is PaymentOutcome.Accepted or PaymentOutcome.AlreadyAccepted)
            _acknowledged[channel] = Math.Max(_acknowledged[channel], payment.Total.Satoshi);
    });

    // As Merchant.CloseAsync has it, at the least that the customer may sign.
    private Task CloseAsync(int channel) => GuardAsync(async () =>
    {
        while (await _store.FindAsync(s_channels[channel].Id, CancellationToken.None) is { } found)
        {
            var counted = found with { Balance = found.Balance.Of(_store.IsLive) };
            var least = Pay(channel, Math.Max(counted.Balance.Taken.RoundedUp.Satoshi, 294));
            if (CloseJudge.Judge(counted, least) is not CloseOutcome.Granted granted) return;
            if (await _worker.ApplyAsync(found, new MerchantEvent.CloseGranted(granted.Payment), CancellationToken.None) is null) continue;
            Count("closed");
            return;
        }
    });

    /// <summary>What the disk refused is no fault of anybody's.</summary>
    private async Task GuardAsync(Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (StoreUnavailableException)
        {
            Count("refused by the disk");
        }
    }

    private void Note(ChargeOutcome outcome) => Count(outcome.GetType().Name);

    private void Count(string kind) => Kinds[kind] = Kinds.GetValueOrDefault(kind) + 1;

    private void AssertCommitted(PayableChannel channel, int since) => Assert.Contains(
        _store.Committed.Skip(since), it => it.Id == channel.Id && it.Version == channel.Version && it.Balance == channel.Balance);

    private void AssertClosed(int channel, ChargeOutcome.Refused refused)
    {
        Assert.Equal(PaymentRejection.ChannelClosed, refused.Reason);
        Assert.Contains(_store.Committed, it => it.Id == s_channels[channel].Id && it.State is not MerchantState.Open);
    }

    private void Drain()
    {
        for (_turns.TakeAll(); _store.Reads + _store.Writes > 0; _turns.TakeAll())
        {
            while (_store.Reads > 0) _store.AnswerRead(0);
            _store.Commit(_store.Writes);
        }
    }

    private void CheckRows(int channel)
    {
        var rows = _store.Committed.Where(it => it.Id == s_channels[channel].Id).Prepend(s_channels[channel]).ToList();
        for (var i = 1; i < rows.Count; i++)
        {
            Assert.Equal(rows[i - 1].Version + 1, rows[i].Version);
            Assert.True(rows[i].Balance.Authorized >= rows[i - 1].Balance.Authorized, "what is authorized fell");
            Assert.True(rows[i].Balance.Spent >= rows[i - 1].Balance.Spent, "what is spent fell");
            Assert.True(rows[i].Balance.Taken <= MilliSatoshi.Of(rows[i].Balance.Authorized), "it is overdrawn");
            if (rows[i].State is MerchantState.Closing closing)
                Assert.True(rows[i].Balance.Of(_store.IsLive).Taken <= MilliSatoshi.Of(closing.Close.Payment.Total), "the close pays less than was taken");
        }
        var last = rows[^1].Balance;
        Assert.Equal(_spent[channel], last.Spent.Value);
        Assert.Equal(Reservations.None, last.Reserved.Of(_store.IsLive));
        Assert.True(last.Authorized.Satoshi >= _acknowledged[channel], "what was acknowledged is not stored");
    }
}
