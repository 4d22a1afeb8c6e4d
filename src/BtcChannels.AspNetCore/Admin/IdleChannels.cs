using BtcChannels.Storage;

namespace BtcChannels.AspNetCore.Admin;

/// <summary>While the merchant winds down: the channels that nobody has paid on for a while. Each is looked at again when it may have fallen idle, and not before.</summary>
internal sealed class IdleChannels(IMerchantStore store, TimeProvider clock)
{
    /// <summary>How long nothing is paid or charged on a channel before it counts as idle.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromMinutes(10);

    // All of them may fall due at once.
    private const int LooksAtOnce = 10_000;

    private readonly Queue<(ChannelId Id, long Version, DateTimeOffset Since)> _watched = new();   // who was looked at last comes last
    private readonly HashSet<ChannelId> _known = [];
    private DateTimeOffset _nextWalk = DateTimeOffset.MinValue;

    /// <summary>The merchant winds down no more.</summary>
    public void Forget()
    {
        _watched.Clear();
        _known.Clear();
        _nextWalk = DateTimeOffset.MinValue;
    }

    /// <summary>Channels to be closed: idle, with something authorized, and nothing under way. What is not closed then is named again later.</summary>
    /// <param name="most">So many at most.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<IReadOnlyList<ChannelId>> FindAsync(int most, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (now >= _nextWalk) await WalkAsync(now, ct);
        var idle = new List<ChannelId>();
        for (var looks = 0; looks < LooksAtOnce && idle.Count < most && _watched.TryPeek(out var next) && now - next.Since >= Idle; looks++)
        {
            var channel = await store.FindAsync(next.Id, ct);
            _watched.Dequeue();
            if (channel is not { State: MerchantState.Open })
            {
                _known.Remove(next.Id);
                continue;
            }
            if (channel.Version == next.Version && channel is { IsHeld: false, Balance.Newest: not null } && channel.Balance.Of(store.IsLive).Reserved.Text is null) idle.Add(channel.Id);
            _watched.Enqueue((channel.Id, channel.Version, now));
        }
        return idle;
    }

    // Nothing opens any more but what was on its way, so there is little new to be found.
    private async Task WalkAsync(DateTimeOffset now, CancellationToken ct)
    {
        await foreach (var channel in store.PayableAsync(ct))
            if (_known.Add(channel.Id)) _watched.Enqueue((channel.Id, channel.Version, now));
        _nextWalk = now + Idle;
    }
}
