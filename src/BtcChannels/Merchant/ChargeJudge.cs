using NBitcoin;

namespace BtcChannels;

/// <summary>Judges what customers owe for what is served here, request by request; pure. Direct payments are <see cref="PaymentJudge"/>'s.</summary>
/// <param name="policy">The merchant's.</param>
/// <param name="isLive">Whether a run still serves: <see cref="Reservation.Run"/>.</param>
public sealed class ChargeJudge(MerchantPolicy policy, Func<long, bool> isLive)
{
    /// <summary>
    /// Takes a voucher and reserves what a request costs. A voucher that does not raise the total changes nothing and is as good as any, once its signature is
    /// verified: it shows who asks.
    /// </summary>
    /// <param name="channel">The channel.</param>
    /// <param name="voucher">A payment, whatever its total.</param>
    /// <param name="cost">What is to be reserved; null for the voucher alone.</param>
    /// <param name="now">Clock and chain.</param>
    /// <param name="isSignatureKnown">The voucher was found good for another version of the channel.</param>
    public ChargeOutcome Take(PayableChannel channel, SignedPayment voucher, Reservation? cost, Moment now, bool isSignatureKnown)
    {
        var balance = channel.Balance;
        var isRepeated = voucher == balance.Newest;
        if (isRepeated && cost is null) return new ChargeOutcome.Granted(channel, IsChanged: false);
        if (Fault(channel, voucher, now, isRepeated || isSignatureKnown) is { } fault) return new ChargeOutcome.Refused(fault);
        var isRaised = voucher.Total > balance.Authorized;
        var paid = new Balance(isRaised ? voucher : balance.Newest, balance.Spent, balance.Reserved.Of(isLive));
        if (cost is null) return new ChargeOutcome.Granted(isRaised ? channel.With(paid, now) : channel, isRaised);
        if (cost.Key is { } key && paid.Reserved.Has(key)) return new ChargeOutcome.UnderWay();
        return cost.Amount > paid.Available
            ? new ChargeOutcome.Insufficient(isRaised ? channel.With(paid, now) : channel, isRaised, paid.Taken + cost.Amount)
            : new ChargeOutcome.Granted(channel.With(new Balance(paid.Newest, paid.Spent, paid.Reserved.With(cost)), now), IsChanged: true);
    }

    /// <summary>Reserves what a token is redeemed for: it was paid before.</summary>
    /// <param name="channel">The channel, open.</param>
    /// <param name="cost">With the token as its key.</param>
    /// <param name="now">Clock and chain.</param>
    public ChargeOutcome Redeem(PayableChannel channel, Reservation cost, Moment now)
    {
        if (channel.Obstacle is { } obstacle) return new ChargeOutcome.Refused(obstacle);
        // From there on the customer may be faster than the close.
        if (channel.Expiry.IsWithin(TimeSpan.Zero, now)) return new ChargeOutcome.Refused(PaymentRejection.ExpiryTooNear);
        var live = channel.Balance.Of(isLive);
        if (cost.Key is { } key && live.Reserved.Has(key)) return new ChargeOutcome.UnderWay();
        return cost.Amount > live.Available
            ? new ChargeOutcome.Insufficient(channel, IsChanged: false, live.Taken + cost.Amount)
            : new ChargeOutcome.Granted(channel.With(new Balance(live.Newest, live.Spent, live.Reserved.With(cost))), IsChanged: true);
    }

    /// <summary>The same for a channel that is closing or closed: what the close claims is what there is.</summary>
    public ChargeOutcome Redeem(MerchantChannel channel, Reservation cost, Moment now)
    {
        var claimed = channel.State switch
        {
            MerchantState.Closing closing when !channel.Terms.Expiry.IsWithin(TimeSpan.Zero, now) => closing.Close.Payment.Total,
            MerchantState.Closed closed => closed.Spend.ToMerchant,
            _ => null,
        };
        if (claimed is null) return new ChargeOutcome.Refused(PaymentRejection.ChannelClosed);
        var live = channel.Balance.Of(isLive);
        if (cost.Key is { } key && live.Reserved.Has(key)) return new ChargeOutcome.UnderWay();
        var wanted = live.Taken + cost.Amount;
        return wanted > MilliSatoshi.Of(Money.Min(claimed, live.Authorized))
            ? new ChargeOutcome.Insufficient(new PayableChannel(channel), IsChanged: false, wanted)
            : new ChargeOutcome.Granted(new PayableChannel(channel with { Balance = new Balance(live.Newest, live.Spent, live.Reserved.With(cost)) }), IsChanged: true);
    }

    /// <summary>The next step of something that is charged as it is served: what the last step reserved is spent, and what the next one costs is reserved.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="served">The last step's, which the customer has; null where there was none.</param>
    /// <param name="next">What comes next.</param>
    /// <returns>Where too little is left, the last step is settled all the same.</returns>
    public (ChargeOutcome Outcome, MilliSatoshi Lost) Step(PayableChannel channel, Reservation? served, Reservation next)
    {
        if (channel.Obstacle is { } obstacle) return (new ChargeOutcome.Refused(obstacle), MilliSatoshi.Zero);
        var (balance, lost) = served is null ? (channel.Balance, MilliSatoshi.Zero) : Settle(channel.Balance, served, served.Amount);
        var live = balance.Of(isLive);
        return next.Amount > live.Available
            ? (new ChargeOutcome.Insufficient(served is null ? channel : channel.With(balance), served is not null, live.Taken + next.Amount), lost)
            : (new ChargeOutcome.Granted(channel.With(new Balance(live.Newest, live.Spent, live.Reserved.With(next))), IsChanged: true), lost);
    }

    /// <summary>
    /// Ends what was reserved, in whatever state the channel is by now: what was served for it becomes spent, and the rest is free again. Where the reservation is gone, since another
    /// instance took this one for dead, what is free is taken instead.
    /// </summary>
    /// <param name="balance">The channel's.</param>
    /// <param name="reserved">As it was granted.</param>
    /// <param name="spent">Zero to what was reserved.</param>
    /// <returns>The balance after it, and how much of it could not be charged: zero, but for that case.</returns>
    /// <exception cref="ArgumentOutOfRangeException">More is spent than was reserved.</exception>
    public (Balance Next, MilliSatoshi Lost) Settle(Balance balance, Reservation reserved, MilliSatoshi spent)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(spent, reserved.Amount);
        if (balance.Reserved.Without(reserved) is { } rest) return (new Balance(balance.Newest, balance.Spent + spent, rest), MilliSatoshi.Zero);
        var live = balance.Of(isLive);
        var charged = live.Available < spent ? live.Available : spent;
        return (new Balance(live.Newest, live.Spent + charged, live.Reserved), spent - charged);
    }

    /// <inheritdoc cref="Settle(Balance, Reservation, MilliSatoshi)"/>
    public (PayableChannel Next, MilliSatoshi Lost) Settle(PayableChannel channel, Reservation reserved, MilliSatoshi spent, bool redeemsToken = false)
    {
        var (next, lost) = Settle(channel.Balance, reserved, spent);
        return (redeemsToken && channel.Two1 is { } two1 ? channel.With(next, two1 with { Unredeemed = Math.Max(0, two1.Unredeemed - 1) }) : channel.With(next), lost);
    }

    private PaymentRejection? Fault(PayableChannel channel, SignedPayment voucher, Moment now, bool isSignatureKnown) =>
        channel.Obstacle is { } obstacle ? obstacle
        : now.ChainSilence > policy.MaxChainSilence ? PaymentRejection.ChainSilent
        : voucher.Total > channel.Capacity ? PaymentRejection.TotalOverCapacity
        : voucher.Total < Money.Zero ? PaymentRejection.SignatureInvalid   // there is nothing that could be signed
        : !isSignatureKnown && PaymentJudge.SignatureFault(channel, voucher) is { } unsigned ? unsigned
        : voucher.Total <= channel.Balance.Authorized ? null
        : channel.Expiry.IsWithin(policy.CloseMargin, now) ? PaymentRejection.ExpiryTooNear
        : voucher.Total.Satoshi < channel.MerchantDust ? PaymentRejection.TotalBelowDust
        : null;
}
