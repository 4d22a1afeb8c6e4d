using BtcChannels.Storage;
using BtcChannels.Two1;
using NBitcoin;

namespace BtcChannels.AspNetCore;

// What is asked of one channel's newest version, and what it makes of it.
public sealed partial class Charges
{
    private sealed record Settled(Balance Balance, MilliSatoshi Lost, PayableChannel? Changed);

    private sealed record Stepped(ChargeOutcome Outcome, MilliSatoshi Lost);

    private readonly struct Taking(ChargeJudge judge, SignedPayment voucher, Reservation? cost, Moment now, Money unminedBound) : IChannelJudge<ChargeOutcome>
    {
        public KeptAnswer? Answer => null;

        public PaymentToken? TokenOf(ChargeOutcome outcome) => null;

        public Money UnminedBound => unminedBound;

        public ChargeOutcome OverUnminedBound => new ChargeOutcome.Refused(PaymentRejection.UnminedLimitReached);

        public ChargeOutcome Judge(PayableChannel channel, bool isSignatureKnown) => judge.Take(channel, voucher, cost, now, isSignatureKnown);

        public PayableChannel? ChangedBy(ChargeOutcome outcome) => Changed(outcome);
    }

    private readonly struct Stepping(ChargeJudge judge, Reservation? served, Reservation next) : IChannelJudge<Stepped>
    {
        public KeptAnswer? Answer => null;

        public PaymentToken? TokenOf(Stepped outcome) => null;

        public Money UnminedBound => throw NothingRaised();

        public Stepped OverUnminedBound => throw NothingRaised();

        public Stepped Judge(PayableChannel channel, bool isSignatureKnown)
        {
            var (outcome, lost) = judge.Step(channel, served, next);
            return new(outcome, lost);
        }

        public PayableChannel? ChangedBy(Stepped step) => Changed(step.Outcome);
    }

    private readonly struct Redeeming(ChargeJudge judge, Reservation cost, Moment now) : IChannelJudge<ChargeOutcome>
    {
        public KeptAnswer? Answer => null;

        public PaymentToken? TokenOf(ChargeOutcome outcome) => null;

        public Money UnminedBound => throw NothingRaised();

        public ChargeOutcome OverUnminedBound => throw NothingRaised();

        public ChargeOutcome Judge(PayableChannel channel, bool isSignatureKnown) => judge.Redeem(channel, cost, now);

        public PayableChannel? ChangedBy(ChargeOutcome outcome) => Changed(outcome);
    }

    private readonly struct Settling(ChargeJudge judge, Reservation reserved, MilliSatoshi spent, KeptAnswer? answer, PaymentToken? redeemed) : IChannelJudge<Settled>
    {
        public KeptAnswer? Answer => answer;

        public PaymentToken? TokenOf(Settled outcome) => redeemed;

        public Money UnminedBound => throw NothingRaised();

        public Settled OverUnminedBound => throw NothingRaised();

        public Settled Judge(PayableChannel channel, bool isSignatureKnown)
        {
            var (next, lost) = judge.Settle(channel, reserved, spent, redeemsToken: redeemed is not null);
            return new(next.Balance, lost, next.Balance.Newest is null ? null : next);
        }

        public PayableChannel? ChangedBy(Settled outcome) => outcome.Changed;
    }

    private static PayableChannel? Changed(ChargeOutcome outcome) => outcome switch
    {
        ChargeOutcome.Granted { IsChanged: true } it => it.Channel,
        ChargeOutcome.Insufficient { IsChanged: true, Channel.Balance.Newest: not null } it => it.Channel,
        _ => null,
    };

    // What no write has shown to be so, and may be otherwise at another instance by now.
    private static bool IsForWantOfMore(ChargeOutcome outcome) => outcome
        is ChargeOutcome.Insufficient { IsChanged: false } or ChargeOutcome.Insufficient { Channel.Balance.Newest: null } or ChargeOutcome.UnderWay or ChargeOutcome.Refused { Reason: PaymentRejection.ExpiryTooNear };

    private static InvalidOperationException NothingRaised() => new("This raises no total");
}
