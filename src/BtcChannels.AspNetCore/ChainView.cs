using System.Diagnostics.CodeAnalysis;
using NBitcoin;

namespace BtcChannels.AspNetCore;

/// <summary>What the merchant last heard of the chain. The watcher writes it, requests read it: a payment never waits for the node.</summary>
public sealed class ChainView(TimeProvider clock)
{
    /// <summary>How long the node may be silent before it counts as away: several questions have to fail.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private volatile Sighting? _last;
    private volatile FeeRate? _fees;

    /// <summary>The node's estimate for a close, zero where it has none; null before it was asked.</summary>
    public FeeRate? Fees => _fees;

    public void SawFees(FeeRate estimate) => _fees = estimate;

    /// <summary>The clock and the chain as last heard of; false before anything was ever heard, now or in an earlier run.</summary>
    public bool TryGetNow([NotNullWhen(true)] out Moment? now)
    {
        now = _last is { } last ? new Moment(Clock, last.Tip, last.SeenAt) : null;
        return now is not null;
    }

    /// <summary>The node just told that this is its tip, and everything up to it is dealt with.</summary>
    public void Saw(ChainTip tip) => _last = new(tip, Clock);

    /// <summary>An earlier run ended here; the node has said nothing yet.</summary>
    public void Remember(ChainTip tip) => _last ??= new(tip, SeenAt: 0);

    /// <summary>Dealing with the past: time moves with the blocks, but nothing says yet that this is the tip.</summary>
    public void Passed(ChainTip tip) => _last = new(tip, _last?.SeenAt ?? 0);

    private long Clock => clock.GetUtcNow().ToUnixTimeSeconds();

    private sealed record Sighting(ChainTip Tip, long SeenAt);
}
