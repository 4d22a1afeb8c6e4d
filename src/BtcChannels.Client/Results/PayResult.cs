using NBitcoin;

namespace BtcChannels.Client;

/// <summary>What came of a payment.</summary>
public abstract record PayResult
{
    private PayResult() { }

    /// <summary>The merchant acknowledged it, and that is stored.</summary>
    public sealed record Paid(CustomerChannel Channel) : PayResult;

    /// <summary>There is no such channel in the store. Nothing was signed.</summary>
    public sealed record ChannelUnknown : PayResult;

    /// <summary>The channel takes no payments: not agreed on, closing, closed, or refunded. Nothing was signed.</summary>
    public sealed record NotActive(CustomerState State) : PayResult;

    /// <summary>The channel's expiry is reached. Nothing was signed.</summary>
    public sealed record Expired(Expiry Expiry) : PayResult;

    /// <summary>The deposit is not deep enough. Nothing was signed.</summary>
    public sealed record NotYet(int Confirmations, int Wanted) : PayResult;

    /// <summary>The total would be an output that nobody relays. Nothing was signed.</summary>
    /// <param name="Least">The least amount that this payment may have.</param>
    public sealed record BelowDust(Money Least) : PayResult;

    /// <summary>The channel holds less than that. Nothing was signed.</summary>
    public sealed record OverCapacity(Money Remaining) : PayResult;

    /// <summary>
    /// The merchant refused a signed payment. That is not believed: he has the signature, so the money counts as spent. The next payment
    /// sends the same bytes first.
    /// </summary>
    /// <param name="Channel">As it is stored.</param>
    /// <param name="Refusal">His words.</param>
    /// <param name="IsEarlier">Whether it is an earlier payment that was refused: the amount asked for now is not signed then.</param>
    public sealed record Refused(CustomerChannel Channel, MerchantRefusal Refusal, bool IsEarlier) : PayResult;

    /// <summary>No answer to a signed payment: the money counts as spent, and the next payment sends the same bytes first.</summary>
    /// <inheritdoc cref="Refused" path="/param"/>
    public sealed record Unanswered(CustomerChannel Channel, string Why, bool IsEarlier) : PayResult;

    /// <summary>Whether the amount asked for is signed away, acknowledged or not. To pay it again would be to pay twice: send it again with <see cref="Customer.ResendAsync"/>.</summary>
    public bool IsSigned => this is Paid or Refused { IsEarlier: false } or Unanswered { IsEarlier: false };

    /// <exception cref="ChannelException">It is not acknowledged.</exception>
    public CustomerChannel OrThrow() => this is Paid { Channel: { } channel } ? channel : throw new ChannelException(ToString());

    /// <summary>The result in a sentence.</summary>
    public sealed override string ToString() => this switch
    {
        Paid it => $"Paid: {it.Channel.Authorized.Satoshi} sat in all, {it.Channel.Remaining.Satoshi} sat left",
        ChannelUnknown => "There is no such channel here",
        NotActive it => $"The channel takes no payments: it is {it.State.GetType().Name.ToLowerInvariant()}",
        Expired it => $"The channel has expired ({it.Expiry})",
        NotYet it => $"The deposit has {it.Confirmations} of {it.Wanted} confirmations",
        BelowDust it => $"A channel's first payment has to be one that the network relays: at least {it.Least.Satoshi} sat",
        OverCapacity it => $"The channel has {it.Remaining.Satoshi} sat left",
        Refused it => $"The merchant refused {Which(it.IsEarlier)}, and it stays signed: {it.Refusal}",
        Unanswered it => $"No answer to {Which(it.IsEarlier)}; it stays signed and is sent again: {it.Why}",
        _ => throw new System.Diagnostics.UnreachableException(GetType().Name),
    };

    private static string Which(bool isEarlier) => isEarlier ? "the payment before this one (this one is not signed)" : "the payment";
}
