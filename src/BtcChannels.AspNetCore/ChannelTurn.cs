namespace BtcChannels.AspNetCore;

/// <summary>
/// An attempt to decide something else than a payment on a channel. Payments are judged in memory, each upon the one before it, and would win every race against whoever reads the
/// store first, for as long as a customer likes: so whoever lost one lets them wait for a moment.
/// </summary>
internal sealed class ChannelTurn(OpenChannels channels, ChannelId id) : IDisposable
{
    private TaskCompletionSource? _over;

    /// <summary>
    /// Another write came first. From here on this process judges no payment of the channel, until something is decided (<see cref="OpenChannels.Forget"/>) or this is disposed of; what
    /// it had judged is on disk.
    /// </summary>
    public async ValueTask AgainAsync()
    {
        if (_over is not { Task.IsCompleted: false })
        {
            _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
            while (channels.TryPause(id, _over) is { } other) await other;
        }
        await channels.EmptyAsync(id);
    }

    public void Dispose()
    {
        if (_over is not null) channels.Resume(id, _over);
    }
}
