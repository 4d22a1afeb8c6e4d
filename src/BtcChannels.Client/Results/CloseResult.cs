using BtcChannels.Storage;
using NBitcoin;

namespace BtcChannels.Client;

/// <summary>What came of closing a channel. Whatever it is, nothing is signed for the channel any more, except where there is none.</summary>
public abstract record CloseResult
{
    private CloseResult() { }

    /// <summary>The merchant closes it.</summary>
    /// <param name="Channel">As it is stored.</param>
    /// <param name="Txid">The close, as he prepared it. A third party may change its id.</param>
    /// <param name="ToMerchant">What it pays him.</param>
    /// <param name="ToCustomer">What it pays back.</param>
    /// <param name="Fee">What it pays the miners.</param>
    public sealed record Closing(CustomerChannel Channel, uint256 Txid, Money ToMerchant, Money ToCustomer, Money Fee) : CloseResult;

    /// <summary>The merchant had not agreed to the channel: it is dropped, and no deposit goes out.</summary>
    public sealed record Dropped(CustomerChannel Channel) : CloseResult;

    /// <summary>It is over, or only its refund is left to wait for.</summary>
    public sealed record AlreadyOver(CustomerChannel Channel) : CloseResult;

    public sealed record ChannelUnknown : CloseResult;

    /// <summary>A two1 door closes only what was paid in. Nothing has changed: the channel stays open for payments, and the refund goes out after expiry.</summary>
    public sealed record NothingPaid(CustomerChannel Channel) : CloseResult;

    /// <summary>
    /// Tokens of a two1 door are paid for and not redeemed, and would be worth nothing once the channel is closed. Nothing has changed: repeat the requests that they are for, or
    /// give them up (<see cref="Customer.AbandonTokensAsync"/>).
    /// </summary>
    public sealed record TokensLeft(CustomerChannel Channel, IReadOnlyList<Two1Token> Tokens) : CloseResult;

    /// <summary>The merchant refuses. After expiry the refund goes out.</summary>
    public sealed record Refused(CustomerChannel Channel, MerchantRefusal Refusal) : CloseResult;

    /// <summary>The merchant does not answer, or is still serving requests that are paid in the channel. He is asked again; after expiry the refund goes out.</summary>
    public sealed record Unanswered(CustomerChannel Channel, string Why) : CloseResult;

    /// <exception cref="ChannelException">The merchant has not said that he closes it, and it is not over.</exception>
    public CustomerChannel OrThrow() => this switch
    {
        Closing it => it.Channel,
        Dropped it => it.Channel,
        AlreadyOver it => it.Channel,
        _ => throw new ChannelException(ToString()),
    };

    /// <summary>The result in a sentence.</summary>
    public sealed override string ToString() => this switch
    {
        Closing it => $"The merchant closes the channel with {it.Txid}: {it.ToMerchant.Satoshi} sat to him, {it.ToCustomer.Satoshi} sat back, fee {it.Fee.Satoshi} sat",
        Dropped => "The channel is dropped: the merchant had not agreed, and no deposit goes out",
        AlreadyOver it => $"There is nothing to close: the channel is {it.Channel.State.GetType().Name.ToLowerInvariant()}",
        ChannelUnknown => "There is no such channel here",
        NothingPaid => "Nothing was paid in the channel, and such a merchant closes no others: it stays open, and its refund goes out after expiry",
        TokensLeft it => $"{it.Tokens.Count} {(it.Tokens.Count == 1 ? "token is" : "tokens are")} paid for and not redeemed, and would be lost: "
            + string.Join(", ", it.Tokens.Take(5).Select(token => $"{token.Amount.Satoshi} sat for {token.For!.Method} {token.For.Address}")),
        Refused it => $"The merchant refused to close: {it.Refusal}",
        Unanswered it => $"The merchant has not answered, and is asked again: {it.Why}",
        _ => throw new System.Diagnostics.UnreachableException(GetType().Name),
    };
}
