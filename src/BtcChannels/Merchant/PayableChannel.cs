using BtcChannels.Two1;
using NBitcoin;

namespace BtcChannels;

/// <summary>
/// What a payment is judged by and what it changes, and nothing else of the channel: little enough that a merchant keeps it of every open one.
/// Immutable; those that follow each other share what payments do not change.
/// </summary>
public sealed class PayableChannel
{
    private readonly PayableFrame _frame;

    public PayableChannel(MerchantChannel channel) : this(new PayableFrame(channel), channel.Balance, channel.Version, PrecedingBalance.Of(channel.Balance)) { }

    private PayableChannel(PayableFrame frame, Balance balance, long version, PrecedingBalance follows) => (_frame, Balance, Version, Follows) = (frame, balance, version, follows);

    public ChannelId Id => _frame.Id;

    /// <summary>The channel's number with its merchant.</summary>
    public uint PayoutIndex => _frame.PayoutIndex;

    public Expiry Expiry => _frame.Expiry;

    /// <summary>Why its state lets it take no payment; null while it is open.</summary>
    public PaymentRejection? Obstacle => _frame.Obstacle;

    /// <inheritdoc cref="MerchantChannel.IsHeld"/>
    public bool IsHeld => _frame.IsHeld;

    /// <summary>Whether the deposit stands in no block: what is paid is at risk, and bounded by <see cref="MerchantPolicy.MaxUnminedExposure"/>.</summary>
    public bool IsUnmined => _frame.IsUnmined;

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
    public HistoryNote? Note { get; private init; }

    /// <inheritdoc cref="MerchantChannel.Capacity"/>
    public Money Capacity => Money.Satoshis(_frame.Template.Capacity);

    /// <summary>The least that the merchant's output is relayed with, satoshi.</summary>
    public long MerchantDust => _frame.Template.MerchantDust;

    /// <summary>What its payments are judged by besides; null but for a channel of the two1 door.</summary>
    public Two1Payable? Two1 => _frame.Two1;

    /// <summary>Whether this is the version after <paramref name="before"/>, and was judged by it: one write of this one then does for both.</summary>
    public bool BuildsOn(PayableChannel before) => Version == before.Version + 1 && Follows == PrecedingBalance.Of(before.Balance);

    /// <inheritdoc cref="MerchantChannel.IsSigned"/>
    internal bool IsSigned(SignedPayment payment) => _frame.Template.IsSigned(payment);

    /// <summary>This version in as little room as it takes.</summary>
    public RestingChannel Rest() => new(_frame, Balance, Version);

    internal static PayableChannel Of(PayableFrame frame, Balance balance, long version) => new(frame, balance, version, PrecedingBalance.Of(balance));

    /// <summary>The channel after a payment, one version on.</summary>
    /// <param name="balance">What it is then.</param>
    /// <param name="now">When, where it may be the first payment.</param>
    internal PayableChannel With(Balance balance, Moment? now = null) => Next(_frame, balance, now);

    /// <summary>The same where the payment chose the fee, or a token was redeemed.</summary>
    internal PayableChannel With(Balance balance, Two1Payable two1, Moment? now = null) => Next(_frame.With(two1), balance, now);

    private PayableChannel Next(PayableFrame frame, Balance balance, Moment? now) => new(frame, balance, Version + 1, PrecedingBalance.Of(Balance))
    {
        Note = now is not null && Balance.Newest is null && balance.Newest is { } first ? HistoryNote.At(now, HistoryKind.FirstPayment, first.Total) : null,
    };
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
