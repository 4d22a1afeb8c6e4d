using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;

namespace BtcChannels.AspNetCore;

/// <summary>
/// Counts requests by address and by channel. What has not been heard of for some seconds, and has its whole allowance again, is forgotten; and since requests about
/// channels that do not exist are refused, nobody can make up more of them than he may be refused.
/// </summary>
public sealed class RequestLimiter(BtcChannelsOptions options, TimeProvider clock) : IDisposable
{
    private readonly PartitionedRateLimiter<ClientAddress> _opens = Limiter<ClientAddress>(options.Limits.OpensPerMinute, TimeSpan.FromMinutes(1));
    private readonly PartitionedRateLimiter<ClientAddress> _refusals = Refusals(options.Limits.RefusalsPerMinute);
    private readonly PartitionedRateLimiter<ClientAddress> _requests = Limiter<ClientAddress>(options.Limits.RequestsPerSecond, TimeSpan.FromSeconds(1));
    private readonly Allowances<string> _ofChannel = new(options.Limits.RequestsPerSecondOfChannel, clock);   // channels are many

    /// <summary>Whether a request to open, or for an offer, is to be dealt with.</summary>
    /// <param name="from">Where it comes from.</param>
    /// <param name="retryAfter">Where not: when to try again.</param>
    public bool TryOpen(ClientAddress from, out TimeSpan retryAfter) => TryTake(_refusals, from, 0, out retryAfter) && TryTake(_opens, from, 1, out retryAfter);

    /// <summary>Whether a request that concerns a channel is to be dealt with.</summary>
    /// <param name="from">Where it comes from.</param>
    /// <param name="channel">As it is named in the request.</param>
    /// <param name="retryAfter">Where not: when to try again.</param>
    public bool TryUse(ClientAddress from, string channel, out TimeSpan retryAfter) =>
        TryTake(_refusals, from, 0, out retryAfter) && TryTake(_requests, from, 1, out retryAfter) && _ofChannel.TryTake(channel, out retryAfter);

    /// <summary>Counts a request by its answer: whether it failed by its sender's fault.</summary>
    /// <returns>False where no more is taken from there for now.</returns>
    public bool Count(ClientAddress from, int status)
    {
        // 409 tells of the channel's state and comes to honest customers, too; 429 is no fault of the request.
        if (status is < 400 or >= 500 or StatusCodes.Status409Conflict or StatusCodes.Status429TooManyRequests) return true;
        using var lease = _refusals.AttemptAcquire(from);
        return lease.IsAcquired;
    }

    public void Dispose()
    {
        _opens.Dispose();
        _refusals.Dispose();
        _requests.Dispose();
    }

    private static bool TryTake<TKey>(PartitionedRateLimiter<TKey> limiter, TKey key, int count, out TimeSpan retryAfter)
    {
        using var lease = limiter.AttemptAcquire(key, count);
        retryAfter = default;
        if (lease.IsAcquired) return true;
        retryAfter = lease.TryGetMetadata(MetadataName.RetryAfter, out var told) ? told : TimeSpan.FromSeconds(1);
        return false;
    }

    private static PartitionedRateLimiter<TKey> Limiter<TKey>(int limit, TimeSpan span) where TKey : notnull
    {
        // Given back in small parts, a tenth of a second's at the least.
        var parts = (int)Math.Min(limit, span / TimeSpan.FromMilliseconds(100));
        var bucket = new TokenBucketRateLimiterOptions
        {
            TokenLimit = limit, TokensPerPeriod = limit / parts, ReplenishmentPeriod = span / parts, AutoReplenishment = false, QueueLimit = 0,
        };
        Func<TKey, RateLimiter> make = _ => new TokenBucketRateLimiter(bucket);
        return PartitionedRateLimiter.Create<TKey, TKey>(key => RateLimitPartition.Get(key, make));
    }

    // Whole ones: of a bucket any fraction, and so the next moment, lets somebody in who is only asked whether he has anything left.
    private static PartitionedRateLimiter<ClientAddress> Refusals(int limit)
    {
        var window = new FixedWindowRateLimiterOptions { PermitLimit = limit, Window = TimeSpan.FromMinutes(1), AutoReplenishment = false, QueueLimit = 0 };
        Func<ClientAddress, RateLimiter> make = _ => new FixedWindowRateLimiter(window);
        return PartitionedRateLimiter.Create<ClientAddress, ClientAddress>(key => RateLimitPartition.Get(key, make));
    }

    /// <summary>Whole seconds, at least one: what <c>Retry-After</c> says.</summary>
    internal static string Seconds(TimeSpan retryAfter) => Math.Max(1, (long)Math.Ceiling(retryAfter.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
}
