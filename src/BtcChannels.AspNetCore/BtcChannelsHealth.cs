using BtcChannels.Storage;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace BtcChannels.AspNetCore;

/// <summary>Whether channels can be opened and payments taken: healthy, degraded (payments only) or unhealthy (neither).</summary>
internal sealed class BtcChannelsHealth(IMerchantStore store, ChainView view, WatchDuty duty, MerchantPolicy policy) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var facts = new Dictionary<string, object>();
        try
        {
            foreach (var (state, count) in await store.CountsAsync(cancellationToken)) facts[state] = count;
        }
        catch (StoreUnavailableException away)
        {
            return HealthCheckResult.Unhealthy(away.Message);
        }
        // Without a look at today's fees there is no offer, and nobody is ready who cannot offer.
        if (!view.TryGetNow(out var now) || view.Fees is null) return HealthCheckResult.Unhealthy("The node has not answered yet", data: facts);
        facts["height"] = now.Tip.Height;
        facts["medianTime"] = now.Tip.MedianTime;
        // An instance that stands by has asked its node, or the outage that keeps it from that is the store's.
        var why = duty.IsOurs ? "The node does not answer" : "The node does not answer, or no instance has dealt with its newest block";
        return now.ChainSilence > policy.MaxChainSilence ? HealthCheckResult.Unhealthy($"{why}: no channel opens and no payment is taken", data: facts)
            : now.ChainSilence > ChainView.Patience ? HealthCheckResult.Degraded($"{why}: no channel opens, payments go on for now", data: facts)
            : now.TipAge > policy.MaxTipAge ? HealthCheckResult.Degraded($"The newest block that the node knows is {now.TipAge.TotalHours:0} hours old: no channel opens, payments go on", data: facts)
            : HealthCheckResult.Healthy(data: facts);
    }
}
