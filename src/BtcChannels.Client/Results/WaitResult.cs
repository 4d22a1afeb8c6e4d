namespace BtcChannels.Client;

/// <summary>What came of waiting for a channel to take payments.</summary>
public abstract record WaitResult
{
    private WaitResult() { }

    /// <summary>The deposit is deep enough, and the merchant says so too.</summary>
    public sealed record Open(CustomerChannel Channel) : WaitResult;

    /// <summary>Patience ran out.</summary>
    public sealed record NotYet(CustomerChannel Channel, int Confirmations, string Why) : WaitResult;

    /// <summary>It will take none any more.</summary>
    public sealed record Over(CustomerChannel Channel) : WaitResult;

    public sealed record ChannelUnknown : WaitResult;

    /// <exception cref="ChannelException">It is not open.</exception>
    public CustomerChannel OrThrow() => this is Open { Channel: { } channel } ? channel : throw new ChannelException(ToString());

    /// <summary>The result in a sentence.</summary>
    public sealed override string ToString() => this switch
    {
        Open it => $"Channel {it.Channel.Id} is open",
        NotYet it => $"The channel is not open yet: {it.Confirmations} of {it.Channel.Confirmations} confirmations; {it.Why}",
        Over it => $"The channel takes no payments any more: it is {it.Channel.State.GetType().Name.ToLowerInvariant()}",
        ChannelUnknown => "There is no such channel here",
        _ => throw new System.Diagnostics.UnreachableException(GetType().Name),
    };
}
