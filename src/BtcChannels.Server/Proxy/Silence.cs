namespace BtcChannels.Server.Proxy;

/// <summary>Gives up on an upstream that is silent for too long, and on a customer who is gone. Only while it is the upstream's turn does time count.</summary>
internal sealed class Silence : IDisposable
{
    private readonly TimeSpan _limit;
    private readonly CancellationToken _gone;
    private readonly CancellationTokenSource _over;
    private readonly CancellationTokenRegistration _registration;
    private readonly Lock _gate = new();
    private bool _isAnswered;

    /// <param name="limit">How long it may last.</param>
    /// <param name="clock">Tells how long it lasts.</param>
    /// <param name="gone">The customer's connection.</param>
    public Silence(TimeSpan limit, TimeProvider clock, CancellationToken gone)
    {
        (_limit, _gone) = (limit, gone);
        _over = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
        _registration = gone.UnsafeRegister(static it => ((CancellationTokenSource)it!).Cancel(), _over);
    }

    public CancellationToken Token => _over.Token;

    /// <summary>It is the upstream's turn.</summary>
    public void Begin() => _over.CancelAfter(_limit);

    /// <summary>It is not.</summary>
    public void End() => _over.CancelAfter(Timeout.InfiniteTimeSpan);

    /// <summary>Whose turn it is while the request is sent. An answer that begins meanwhile counts its own time.</summary>
    public void Send(bool isUpstreams)
    {
        lock (_gate)
        {
            if (_isAnswered) return;
            if (isUpstreams) Begin();
            else End();
        }
    }

    /// <summary>The answer has begun.</summary>
    public void Answered()
    {
        lock (_gate)
        {
            _isAnswered = true;
            End();
        }
    }

    /// <summary>What a failed exchange with the upstream means.</summary>
    /// <exception cref="OperationCanceledException">The customer is gone.</exception>
    public UpstreamFault Explain(Exception failure)
    {
        _gone.ThrowIfCancellationRequested();
        return new(failure is OperationCanceledException, failure is OperationCanceledException ? $"silent for {_limit}" : failure.Message, failure);
    }

    public void Dispose()
    {
        _registration.Dispose();
        _over.Dispose();
    }
}
