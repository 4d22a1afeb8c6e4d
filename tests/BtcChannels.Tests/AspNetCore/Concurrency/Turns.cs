namespace BtcChannels.Tests.AspNetCore.Concurrency;

/// <summary>While it is there, whatever on this thread waited and may go on does so when its turn comes, one after the other: what happens is the same each time.</summary>
internal sealed class Turns : SynchronizationContext, IDisposable
{
    // Far beyond what any step sets off: then something goes round in circles.
    private const int MostTurns = 10_000;

    private readonly SynchronizationContext? _before = Current;
    private readonly Queue<(SendOrPostCallback Do, object? State)> _waiting = new();

    public Turns() => SetSynchronizationContext(this);

    public override void Post(SendOrPostCallback d, object? state) => _waiting.Enqueue((d, state));

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException();

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Lets everybody go on until all wait.</summary>
    public void TakeAll()
    {
        for (var turn = 0; _waiting.TryDequeue(out var next); turn++)
        {
            if (turn == MostTurns) throw new InvalidOperationException("Something goes round in circles");
            next.Do(next.State);
        }
    }

    public void Dispose() => SetSynchronizationContext(_before);
}
