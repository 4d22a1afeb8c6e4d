namespace BtcChannels.AspNetCore;

/// <summary>
/// How much is taken from whom. An address is an IPv4 address, or the 64 leading bits of an IPv6 one, as the connection or a trusted proxy tells it; many customers
/// may share one. The defaults let through whatever one machine gets done.
/// </summary>
public sealed class RequestLimits
{
    /// <summary>Offers and openings from one address, a minute. Default 120: 60 channels.</summary>
    public int OpensPerMinute { get; set; } = 120;

    /// <summary>
    /// Requests from one address that may fail by their sender's fault (status 4xx but 409 and 429), a minute. Default 600. Beyond it nothing is taken from there: what
    /// is refused costs as much as what is paid.
    /// </summary>
    public int RefusalsPerMinute { get; set; } = 600;

    /// <summary>Other requests from one address, a second. Default 50,000.</summary>
    public int RequestsPerSecond { get; set; } = 50_000;

    /// <summary>Requests that concern one channel, a second. Default 10,000.</summary>
    public int RequestsPerSecondOfChannel { get; set; } = 10_000;

    /// <summary>Channels opened from one address that wait for their deposit to be mined. Default 100.</summary>
    public int PendingFromAddress { get; set; } = 100;

    /// <summary>All channels that wait for their deposit to be mined. Default 10,000.</summary>
    public int Pending { get; set; } = 10_000;

    /// <exception cref="ArgumentException">A limit is below 1.</exception>
    internal void Validate()
    {
        foreach (var (name, value) in (ReadOnlySpan<(string, int)>)[
            (nameof(OpensPerMinute), OpensPerMinute), (nameof(RefusalsPerMinute), RefusalsPerMinute), (nameof(RequestsPerSecond), RequestsPerSecond),
            (nameof(RequestsPerSecondOfChannel), RequestsPerSecondOfChannel), (nameof(PendingFromAddress), PendingFromAddress), (nameof(Pending), Pending)])
        {
            if (value < 1) throw new ArgumentException($"BtcChannels: {name} is at least 1");
        }
    }
}
