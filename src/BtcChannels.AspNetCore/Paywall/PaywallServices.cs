using BtcChannels.Paywall;
using BtcChannels.Storage;
using Microsoft.Extensions.Logging;
using NBitcoin;

namespace BtcChannels.AspNetCore.Paywall;

/// <summary>What the paywall works with.</summary>
internal sealed record PaywallServices(
    Merchant Merchant, MerchantKeys Keys, IMerchantStore Store, Charges Charges, Settling Settling, PaywallChallenges Challenges, FreeRequests Free, RequestLimiter Limiter, Admin.Draining Draining,
    PaywallOptions Options, PaywallMetrics Metrics, WatchDuty Duty, TimeProvider Clock, ILogger<PaywallGate> Log)
{
    /// <param name="channel">Of the caller.</param>
    /// <param name="challengeId">Of the challenge that he answered.</param>
    /// <param name="balance">The channel's now.</param>
    /// <param name="units">What this answer cost.</param>
    /// <param name="txid">The close, where it closed the channel.</param>
    public SessionReceipt Receipt(ChannelId channel, string challengeId, Balance balance, long units = 0, uint256? txid = null) =>
        new(Clock.GetUtcNow(), channel, challengeId, balance.Authorized, balance.Spent, units, txid);
}
