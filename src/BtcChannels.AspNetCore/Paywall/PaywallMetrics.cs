using System.Diagnostics.Metrics;

namespace BtcChannels.AspNetCore.Paywall;

/// <summary>What the paywall counts; docs/operations.md names each instrument.</summary>
internal sealed class PaywallMetrics
{
    private readonly Counter<long> _requests;
    private readonly Counter<long> _charged;

    public PaywallMetrics(IMeterFactory factory)
    {
        var meter = factory.Create(MerchantMetrics.Name);
        _requests = meter.CreateCounter<long>("btcchannels.paywall.requests", "{request}", "Requests to priced endpoints, by outcome");
        _charged = meter.CreateCounter<long>("btcchannels.paywall.granted", "msat", "What was granted to requests, before what failed was released");
    }

    public void Count(string outcome) => _requests.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public void Granted(MilliSatoshi amount) => _charged.Add(amount.Value);
}
