namespace BtcChannels.Client;

/// <summary>What became of a channel backup.</summary>
public abstract record RestoredBackup
{
    private RestoredBackup() { }

    /// <summary>The channel is back.</summary>
    /// <param name="Channel">As it is stored.</param>
    /// <param name="Reservation">Why it cannot be paid through yet, or any more; null where the merchant told how it stands.</param>
    public sealed record Restored(CustomerChannel Channel, string? Reservation) : RestoredBackup;

    /// <summary>The store has the channel already, and knows more than its backup.</summary>
    public sealed record Known(CustomerChannel Channel) : RestoredBackup;

    /// <summary>There is no deposit any more, and cannot be: the channel was closed or refunded, which the wallet has received, or never came to be.</summary>
    public sealed record Over(CustomerChannel Channel) : RestoredBackup;

    /// <summary>The file is no backup of this seed and network, or damaged.</summary>
    public sealed record Unreadable(string File, string Fault) : RestoredBackup;

    /// <summary>The result in a sentence.</summary>
    public sealed override string ToString() => this switch
    {
        Restored { Reservation: { } reservation } it => $"{it.Channel.Id} is {it.Channel.State.GetType().Name.ToLowerInvariant()}: {reservation}",
        Restored it => $"{it.Channel.Id} is {it.Channel.State.GetType().Name.ToLowerInvariant()}, {it.Channel.Authorized.Satoshi} sat paid, {it.Channel.Remaining.Satoshi} sat left",
        Known it => $"{it.Channel.Id} is here already",
        Over it => $"{it.Channel.Id} is over: its deposit is spent, or never came to be",
        Unreadable it => $"{it.File} cannot be used: {it.Fault}",
        _ => throw new System.Diagnostics.UnreachableException(GetType().Name),
    };
}
