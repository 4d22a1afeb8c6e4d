using NBXplorer.Models;

namespace NBXplorer;

/// <summary>Events as they come.</summary>
public abstract class NotificationSessionBase
{
    internal NotificationSessionBase() { }

    /// <summary>Waits for the next one.</summary>
    public abstract Task<NewEventBase> NextEventAsync(CancellationToken cancellation = default);
}
