namespace BtcChannels.Storage;

/// <summary>Writes that wait for their turn, and the groups in which they are committed. In SQLite those are all writes, where payments of one channel that build on each other are one; in PostgreSQL all payments and charges.</summary>
public sealed class StoreBacklog
{
    private readonly Func<int> _waiting;

    internal StoreBacklog(Func<int> waiting) => _waiting = waiting;

    /// <summary>How many wait now, without those that are being committed.</summary>
    public int Waiting => _waiting();

    /// <summary>So many were committed together, once they know it. Called on the thread that writes, which waits for the end: it must not throw.</summary>
    public event Action<int>? Committed;

    internal void Tell(int size) => Committed?.Invoke(size);
}
