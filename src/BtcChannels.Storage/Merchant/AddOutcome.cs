namespace BtcChannels.Storage;

/// <summary>What became of a channel that was to be added.</summary>
public abstract record AddOutcome
{
    private AddOutcome() { }

    /// <param name="Channel">As it was stored.</param>
    /// <param name="Superseded">Unmined, unpaid, pending channels backed by one of the same coins: the newest wins, these are to be given up.</param>
    public sealed record Added(MerchantChannel Channel, IReadOnlyList<ChannelId> Superseded) : AddOutcome;

    /// <summary>The offer has opened this channel already; told first where the outpoint is taken, too.</summary>
    public sealed record OfferTaken(MerchantChannel Channel) : AddOutcome;

    /// <summary>The outpoint backs this channel already.</summary>
    public sealed record OutPointTaken(MerchantChannel Channel) : AddOutcome;
}
