using NBitcoin;
namespace BtcChannels.Client;

/// <summary>What came of opening a channel.</summary>
public abstract record OpenResult
{
    private OpenResult() { }

    /// <summary>The merchant agreed, and that is stored. The deposit is out, or goes out as soon as the node takes it.</summary>
    public sealed record Opened(CustomerChannel Channel) : OpenResult;

    /// <summary>The merchant's terms are not accepted. Nothing was funded.</summary>
    public sealed record TermsRefused(OfferRejection Reason, Offer Offer) : OpenResult;

    /// <summary>The merchant said something that cannot be: another network, no key, another channel. No deposit went out.</summary>
    public sealed record MerchantInvalid(string Detail) : OpenResult;

    /// <param name="Detail">In words.</param>
    /// <param name="Deposit">What the deposit's output was to hold, satoshi.</param>
    public sealed record InsufficientFunds(string Detail, Money Deposit) : OpenResult;

    /// <summary>The merchant refused. No deposit went out, and its coins are free again.</summary>
    public sealed record Refused(MerchantRefusal Refusal) : OpenResult;

    /// <summary>The merchant does not answer, or not now.</summary>
    /// <param name="Prepared">The channel that is kept and shown to him again; null where nothing was funded yet.</param>
    /// <param name="Why">In words.</param>
    public sealed record Unanswered(CustomerChannel? Prepared, string Why) : OpenResult;

    /// <exception cref="ChannelException">It is not opened.</exception>
    public CustomerChannel OrThrow() => this is Opened { Channel: { } channel } ? channel : throw new ChannelException(ToString());

    /// <summary>The result in a sentence.</summary>
    public sealed override string ToString() => this switch
    {
        Opened it => $"Channel {it.Channel.Id} is agreed on",
        TermsRefused it => $"The merchant's terms are not accepted: {Wire.Slug.Of(it.Reason)} (close fee {it.Offer.CloseFee.Satoshi} sat, deposit {it.Offer.MinDeposit.Satoshi} to "
            + $"{it.Offer.MaxDeposit.Satoshi} sat, expiry {DateTimeOffset.FromUnixTimeSeconds(Within(it.Offer.MinExpiry)):u} to {DateTimeOffset.FromUnixTimeSeconds(Within(it.Offer.MaxExpiry)):u}, "
            + $"{it.Offer.Confirmations} confirmations)",
        MerchantInvalid it => it.Detail,
        InsufficientFunds it => it.Detail,
        Refused it => $"The merchant refused: {it.Refusal}",
        Unanswered { Prepared: { } prepared } it => $"The merchant has not agreed yet, and is asked again: {it.Why} (channel {prepared.Id})",
        Unanswered it => $"The merchant makes no offer: {it.Why}",
        _ => throw new System.Diagnostics.UnreachableException(GetType().Name),
    };

    /// <summary>A stranger's number as one that can be written as a date.</summary>
    private static long Within(long seconds) => Math.Clamp(seconds, 0, uint.MaxValue);
}
