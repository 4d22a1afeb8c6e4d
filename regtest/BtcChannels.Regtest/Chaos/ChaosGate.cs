namespace BtcChannels.Regtest.Chaos;

/// <summary>Lets everybody do one thing after the other, until it is shut: then it waits for those who are at it, and holds the rest.</summary>
internal sealed class ChaosGate
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _quiet = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _inside;

    public async Task<T> PassAsync<T>(Func<Task<T>> act)
    {
        for (var isIn = false; !isIn;)
        {
            Task open;
            lock (_lock) open = _open.Task;
            await open;
            lock (_lock)
            {
                if (!_open.Task.IsCompleted) continue;
                (isIn, _inside) = (true, _inside + 1);
            }
        }
        try
        {
            return await act();
        }
        finally
        {
            lock (_lock)
                if (--_inside == 0) _quiet.TrySetResult();
        }
    }

    public void Open()
    {
        lock (_lock) _open.TrySetResult();
    }

    public Task ShutAsync()
    {
        lock (_lock)
        {
            if (_open.Task.IsCompleted) _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _quiet = new(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_inside == 0) _quiet.TrySetResult();
            return _quiet.Task;
        }
    }
}
