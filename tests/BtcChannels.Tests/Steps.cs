namespace BtcChannels.Tests;

/// <summary>When the follower of a chain looks: as a test tells him to, who hears when everything that there is was dealt with.</summary>
internal sealed class Steps
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _pulse;
    private int _followed;

    /// <summary>Lets the follower look, and ends once he has dealt with everything that is there now.</summary>
    public Task SettleAsync()
    {
        lock (_gate)
        {
            _pulse++;
            _news.TrySetResult();
            _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_idle.Task.IsCompleted) _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
            return _idle.Task;
        }
    }

    /// <summary>Cuts a wait short.</summary>
    public void Wake()
    {
        lock (_gate) _news.TrySetResult();
    }

    /// <summary>The follower's wait.</summary>
    public async Task WaitAsync(CancellationToken ct)
    {
        Task news;
        lock (_gate)
        {
            news = _followed == _pulse ? _news.Task : Task.CompletedTask;
            if (_followed == _pulse) _idle.TrySetResult();
        }
        await news.WaitAsync(ct);
        lock (_gate) _followed = _pulse;
    }
}
