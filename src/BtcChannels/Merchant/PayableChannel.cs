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
        _template = new PaymentTemplate(channel);
        Obstacle = channel.State switch
        {
            MerchantState.Open => null,
            MerchantState.Pending => PaymentRejection.ChannelPending,
            _ => PaymentRejection.ChannelClosed,
        };
        (Balance, Version) = (channel.Balance, channel.Version);
    }

    private PayableChannel(PayableChannel before, Balance balance)
    {
        (Id, PayoutIndex, Expiry, _template, Obstacle) = (before.Id, before.PayoutIndex, before.Expiry, before._template, before.Obstacle);
        (Balance, Version, AuthorizedBefore) = (balance, before.Version + 1, before.Balance.Authorized.Satoshi);
    }

    public ChannelId Id { get; }

    /// <summary>The channel's number with its merchant.</summary>
    public uint PayoutIndex { get; }

    public Expiry Expiry { get; }

    /// <summary>Why its state lets it take no payment; null while it is open.</summary>
    public PaymentRejection? Obstacle { get; }

    /// <inheritdoc cref="MerchantChannel.Balance"/>
    public Balance Balance { get; }

    /// <inheritdoc cref="MerchantChannel.Version"/>
    public long Version { get; }

    /// <summary>
    /// What was authorized, satoshi, before the payment that made this; null where no payment did. A payment is written only upon that: the version alone may be another
    /// write's, which came in the place of a payment that this one builds on.
    /// </summary>
    public long? AuthorizedBefore { get; }

    /// <inheritdoc cref="MerchantChannel.Capacity"/>
    public Money Capacity => Money.Satoshis(_template.Capacity);

    /// <summary>The least that the merchant's output is relayed with, satoshi.</summary>
    internal long MerchantDust => _template.MerchantDust;

    /// <inheritdoc cref="MerchantChannel.IsSigned"/>
    internal bool IsSigned(SignedPayment payment) => _template.IsSigned(payment);

    /// <summary>The channel after a payment, one version on.</summary>
    internal PayableChannel With(Balance balance) => new(this, balance);
}
