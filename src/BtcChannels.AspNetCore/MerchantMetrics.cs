using System.Diagnostics;
using System.Diagnostics.Metrics;
using BtcChannels.AspNetCore.Admin;
using BtcChannels.Storage;
using BtcChannels.Two1;
using BtcChannels.Wire;
using Microsoft.Extensions.Logging;

namespace BtcChannels.AspNetCore;

/// <summary>What the merchant counts; docs/operations.md names each instrument. While nobody collects them, they cost a comparison.</summary>
public sealed class MerchantMetrics
{
    /// <summary>The name of the meter and of the source of activities.</summary>
    public const string Name = "BtcChannels";

    private readonly Counter<long> _payments;
    private readonly Counter<long> _changes;
    // All channels are read for it: not more often than that, and only while somebody collects it.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(50);

    private readonly IMerchantStore _store;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly Lock _gate = new();
    private volatile IReadOnlyList<StateSum> _sums = [];
    private Task _summing = Task.CompletedTask;
    private DateTimeOffset _nextSums = DateTimeOffset.MinValue;

    internal MerchantMetrics(IMeterFactory factory, Alarms alarms, IMerchantStore store, TimeProvider clock, ILogger<MerchantMetrics> log)
    {
        (_store, _clock, _log) = (store, clock, log);
        var meter = factory.Create(Name);
        _payments = meter.CreateCounter<long>("btcchannels.payments", "{payment}", "Payments and vouchers, by outcome");
        _changes = meter.CreateCounter<long>("btcchannels.channel.changes", "{change}", "Changes of channels' states, by the states");
        var groups = meter.CreateHistogram(
            "btcchannels.store.group", "{write}", "Writes that were committed together", advice: new InstrumentAdvice<long> { HistogramBucketBoundaries = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000] });
        store.Backlog.Committed += size => groups.Record(size);
        meter.CreateObservableGauge("btcchannels.store.waiting", () => (long)store.Backlog.Waiting, "{write}", "Writes that wait for those before them");
        meter.CreateObservableGauge("btcchannels.channels", () => Of(it => it.Count), "{channel}", "Channels, by state");
        meter.CreateObservableGauge("btcchannels.authorized", () => Of(it => it.Authorized.Satoshi), "sat", "What customers have signed, by the state of the channel");
        meter.CreateObservableCounter("btcchannels.alarms", () => alarms.Count, "{alarm}", "Errors in the log since the start");
    }

    internal static ActivitySource Activities { get; } = new(Name);

    /// <summary>Whether anybody counts payments.</summary>
    internal bool CountsPayments => _payments.Enabled;

    internal void Count(PaymentOutcome outcome) => CountPayment(outcome switch
    {
        PaymentOutcome.Accepted => "accepted",
        PaymentOutcome.AlreadyAccepted => "repeated",
        PaymentOutcome.Refused refused => Slug.Of(refused.Reason),
        var other => throw new UnreachableException(other.ToString()),
    });

    internal void Count(ChargeOutcome outcome) => CountPayment(outcome switch
    {
        ChargeOutcome.Granted { IsChanged: true } or ChargeOutcome.Insufficient { IsChanged: true } => "accepted",
        ChargeOutcome.Granted or ChargeOutcome.Insufficient or ChargeOutcome.UnderWay => "repeated",
        ChargeOutcome.Refused refused => Slug.Of(refused.Reason),
        var other => throw new UnreachableException(other.ToString()),
    });

    internal void Count(Two1PaymentOutcome outcome) => CountPayment(outcome switch
    {
        Two1PaymentOutcome.Accepted => "accepted",
        Two1PaymentOutcome.AlreadyAccepted => "repeated",
        Two1PaymentOutcome.Refused refused => $"two1-{Slug.Of(refused.Reason)}",
        var other => throw new UnreachableException(other.ToString()),
    });

    internal void Changed(MerchantState from, MerchantState to) => _changes.Add(1, new("from", Slug.Of(from)), new KeyValuePair<string, object?>("to", Slug.Of(to)));

    private void CountPayment(string outcome) => _payments.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    /// <summary>As they were last summed up: whoever collects is not made to wait for a million rows, and has them the next time.</summary>
    private IEnumerable<Measurement<long>> Of(Func<StateSum, long> value)
    {
        lock (_gate)
        {
            if (_summing.IsCompleted && _clock.GetUtcNow() is var now && now >= _nextSums) (_summing, _nextSums) = (Task.Run(SumAsync), now + Pause);
        }
        return _sums.Select(it => new Measurement<long>(value(it), new KeyValuePair<string, object?>("state", it.State)));
    }

    private async Task SumAsync()
    {
        try
        {
            _sums = await _store.SumsAsync(CancellationToken.None);
        }
        catch (StoreUnavailableException outage)
        {
            _log.Outage(outage.Message);
        }
    }
}
