using BtcChannels.Two1;
using NBitcoin;

namespace BtcChannels;

/// <summary>
/// What a payment is judged by and what it changes, and nothing else of the channel: little enough that a merchant keeps it of every open one.
/// Immutable; those that follow each other share what payments do not change.
/// </summary>
public sealed class PayableChannel
{
    private readonly PaymentTemplate _template;

    public PayableChannel(MerchantChannel channel)
    {
        (Id, PayoutIndex, Expiry) = (channel.Id, channel.PayoutIndex, channel.Terms.Expiry);
        IsUnmined = channel.DepositHeight is null;
        _template = new PaymentTemplate(channel);
        Obstacle = channel.State switch
        {
            MerchantState.Open => null,
            MerchantState.Pending => PaymentRejection.ChannelPending,
            _ => PaymentRejection.ChannelClosed,
        };
        (Balance, Version, Follows) = (channel.Balance, channel.Version, PrecedingBalance.Of(channel.Balance));
        IsHeld = channel.IsHeld;
        if (channel.Two1 is { } two1) Two1 = new(channel.Terms, channel.Deposit, two1.Unredeemed);
    }

    private PayableChannel(PayableChannel before, Balance balance, Moment? now)
    {
        (Id, PayoutIndex, Expiry, _template, Obstacle, IsUnmined) = (before.Id, before.PayoutIndex, before.Expiry, before._template, before.Obstacle, before.IsUnmined);
        (Balance, Version, Follows) = (balance, before.Version + 1, PrecedingBalance.Of(before.Balance));
        if (now is not null && before.Balance.Newest is null && balance.Newest is { } first) Note = HistoryNote.At(now, HistoryKind.FirstPayment, first.Total);
        Two1 = before.Two1;
    }

    private PayableChannel(PayableChannel before, Balance balance, Two1Payable two1, Moment? now) : this(before, balance, now)
    {
        Two1 = two1;
        _template = before._template.With(two1.Deposit.Value - two1.Terms.CloseFee);
    }

    public ChannelId Id { get; }

    /// <summary>The channel's number with its merchant.</summary>
    public uint PayoutIndex { get; }

    public Expiry Expiry { get; }

    /// <summary>Why its state lets it take no payment; null while it is open.</summary>
    public PaymentRejection? Obstacle { get; }

    /// <inheritdoc cref="MerchantChannel.IsHeld"/>
    public bool IsHeld { get; }

    /// <summary>Whether the deposit stands in no block: what is paid is at risk, and bounded by <see cref="MerchantPolicy.MaxUnminedExposure"/>.</summary>
    public bool IsUnmined { get; }

    /// <inheritdoc cref="MerchantChannel.Balance"/>
    public Balance Balance { get; }

    /// <inheritdoc cref="MerchantChannel.Version"/>
    public long Version { get; }

    /// <summary>
    /// The balance that the payment was judged by: that of the version before. The number of that version alone does not name it, since it may have come to
    /// be otherwise than it was in memory. Without a payment, the balance itself.
    /// </summary>
    public PrecedingBalance Follows { get; }

    /// <summary>What the history tells of this version: of the first payment, and of no other.</summary>
    public HistoryNote? Note { get; }

    /// <inheritdoc cref="MerchantChannel.Capacity"/>
    public Money Capacity => Money.Satoshis(_template.Capacity);

    /// <summary>The least that the merchant's output is relayed with, satoshi.</summary>
    public long MerchantDust => _template.MerchantDust;

    /// <summary>What its payments are judged by besides; null but for a channel of the two1 door.</summary>
    public Two1Payable? Two1 { get; }

    /// <summary>Whether this is the version after <paramref name="before"/>, and was judged by it: one write of this one then does for both.</summary>
    public bool BuildsOn(PayableChannel before) => Version == before.Version + 1 && Follows == PrecedingBalance.Of(before.Balance);

    /// <inheritdoc cref="MerchantChannel.IsSigned"/>
    internal bool IsSigned(SignedPayment payment) => _template.IsSigned(payment);

    /// <summary>The channel after a payment, one version on.</summary>
    /// <param name="balance">What it is then.</param>
    /// <param name="now">When, where it may be the first payment.</param>
    internal PayableChannel With(Balance balance, Moment? now = null) => new(this, balance, now);

    /// <summary>The same where the payment chose the fee, or a token was redeemed.</summary>
    internal PayableChannel With(Balance balance, Two1Payable two1, Moment? now = null) => new(this, balance, two1, now);
}

/// <summary>What payments by the two1 door are judged by besides.</summary>
/// <param name="Terms">With the fee of the newest payment.</param>
/// <param name="Deposit">The output.</param>
/// <param name="Unredeemed">How many tokens are not redeemed.</param>
public sealed record Two1Payable(ChannelTerms Terms, Deposit Deposit, int Unredeemed);

/// <summary>A balance as far as it takes to tell it from every other that a channel ever has.</summary>
/// <param name="Authorized">Satoshi; -1 before the first payment.</param>
/// <param name="Spent">Milli-satoshi.</param>
/// <param name="Reserved"><see cref="Reservations.Text"/>.</param>
public readonly record struct PrecedingBalance(long Authorized, long Spent, string? Reserved)
{
    public static PrecedingBalance Of(Balance balance) => new(balance.Newest?.Total.Satoshi ?? -1, balance.Spent.Value, balance.Reserved.Text);
}
