using BtcChannels.Chain;
using NBitcoin;

namespace BtcChannels.Client;

/// <summary>What came of taking a deposit back.</summary>
public abstract record RefundResult
{
    private RefundResult() { }

    /// <summary>The network has it.</summary>
    public sealed record Sent(CustomerChannel Channel, uint256 Txid, Money Amount) : RefundResult;

    /// <summary>The node does not take it now. It is sent again at every block.</summary>
    public sealed record NotTaken(CustomerChannel Channel, BroadcastOutcome Outcome) : RefundResult;

    /// <summary>The time lock holds still (BIP113).</summary>
    /// <param name="Expiry">When it ends.</param>
    /// <param name="Left">Time by the chain's median time, which runs about an hour behind the clock.</param>
    public sealed record NotYet(Expiry Expiry, TimeSpan Left) : RefundResult;

    /// <summary>The deposit stands in no block: there is nothing to take back yet.</summary>
    public sealed record NoDeposit(CustomerChannel Channel) : RefundResult;

    /// <summary>The deposit is spent already.</summary>
    public sealed record AlreadySpent(CustomerChannel Channel) : RefundResult;

    /// <summary>That fee rate leaves nothing that would be relayed.</summary>
    public sealed record FeeTooHigh(Money Fee, Money Deposit) : RefundResult;

    public sealed record ChannelUnknown : RefundResult;

    /// <summary>The result in a sentence.</summary>
    public sealed override string ToString() => this switch
    {
        Sent it => $"The refund {it.Txid} is on its way: {it.Amount.Satoshi} sat",
        NotTaken it => $"The node does not take the refund now, and gets it again at every block: {it.Outcome}",
        NotYet it => $"Not before {it.Expiry}, by the chain's median time: {it.Left} left",
        NoDeposit => "The deposit stands in no block: there is nothing to take back yet",
        AlreadySpent it => $"The deposit is spent: the channel is {it.Channel.State.GetType().Name.ToLowerInvariant()}",
        FeeTooHigh it => $"A fee of {it.Fee.Satoshi} sat leaves too little of {it.Deposit.Satoshi} sat",
        ChannelUnknown => "There is no such channel here",
        _ => throw new System.Diagnostics.UnreachableException(GetType().Name),
    };
}
