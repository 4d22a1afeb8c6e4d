using BtcChannels.Storage;
using Microsoft.Extensions.Logging;

namespace BtcChannels.AspNetCore.Paywall;

/// <summary>What the paywall works with.</summary>
internal sealed record PaywallServices(
    Merchant Merchant, MerchantKeys Keys, IMerchantStore Store, Charges Charges, Settling Settling, PaywallChallenges Challenges, FreeRequests Free, RequestLimiter Limiter, Admin.Draining Draining,
    PaywallOptions Options, PaywallMetrics Metrics, TimeProvider Clock, ILogger<PaywallGate> Log);
