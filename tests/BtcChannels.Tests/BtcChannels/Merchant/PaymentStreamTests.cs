using FsCheck;
using FsCheck.Fluent;
using NBitcoin;

namespace BtcChannels.Tests.Domain;

/// <summary>Streams of payments, honest and other, against what has to hold whatever comes.</summary>
public class PaymentStreamTests
{
    private enum Trick { None, RepeatNewest, RepeatOldest, HighS, OtherKey, OtherAmount, OtherChannel, NoneHashType }

    private static readonly Gen<(int Step, Trick Trick)[]> s_streams = (
        from step in Gen.OneOf(Gen.Choose(-500, 2_000), Gen.Choose(-1_000, 60_000))
        from trick in Gen.Frequency((6, Gen.Constant(Trick.None)), (4, Gen.Elements(Enum.GetValues<Trick>().AsEnumerable())))
        select (step, trick)).ArrayOf();

    private static SignedPayment Make(MerchantChannel channel, int step, Trick trick, SignedPayment? oldest)
    {
        var total = Math.Clamp(channel.Balance.Authorized.Satoshi + step, -10, Sample.Capacity + 10);
        if (total is < 0 or > Sample.Capacity) return Sample.Unsigned(total);
        var honest = Sample.Pay(channel, total);
        return trick switch
        {
            Trick.RepeatNewest => channel.Balance.Newest ?? honest,
            Trick.RepeatOldest => oldest ?? honest,
            Trick.HighS => honest with { Signature = Sample.HighS(honest.Signature) },
            Trick.OtherKey => Sample.Pay(channel, total, Sample.Stranger),
            Trick.OtherAmount => honest with { Total = Money.Satoshis(total + 1) },
            Trick.OtherChannel => Sample.Pay(channel with { Deposit = channel.Deposit with { OutPoint = new OutPoint(uint256.One, 0) } }, total),
            Trick.NoneHashType => honest with
            {
                Signature = ChannelSigning.Sign(Sample.Customer, channel.PaymentOf(Money.Satoshis(total)).GetSignatureHash(channel.Terms.RedeemScript, 0, SigHash.None)),
            },
            _ => honest,
        };
    }

    /// <summary>Plays a stream, holding each step; gives the channel that it ends with.</summary>
    private static MerchantChannel Play((int Step, Trick Trick)[] stream, bool paymentsAreSpent)
    {
        var channel = Sample.Channel();
        SignedPayment? oldest = null;
        foreach (var (step, trick) in stream)
        {
            var payment = Make(channel, step, trick, oldest);
            var outcome = PaymentJudge.Judge(new PayableChannel(channel), payment, Sample.At(), Sample.Policy with { PaymentsAreSpent = paymentsAreSpent });
            if (outcome is not PaymentOutcome.Accepted { Next: var next }) continue;
            Assert.True(trick is Trick.None or Trick.RepeatNewest or Trick.RepeatOldest, $"{trick} was accepted");
            Assert.True(next.Balance.Authorized > channel.Balance.Authorized);
            Assert.True(next.Balance.Spent >= channel.Balance.Spent && next.Balance.Spent <= MilliSatoshi.Of(next.Balance.Authorized));
            Assert.Equal(channel.Version + 1, next.Version);
            channel = channel with { Balance = next.Balance, Version = next.Version };
            oldest ??= payment;
        }
        return channel;
    }

    [Fact]
    public void Authorized_only_rises_and_spent_never_exceeds_it() =>
        Prop.ForAll(s_streams.ToArbitrary(), ArbMap.Default.ArbFor<bool>(), (stream, paymentsAreSpent) => { Play(stream, paymentsAreSpent); }).QuickCheckThrowOnFailure();

    [Fact]
    public void After_any_stream_the_newest_payment_makes_a_close_that_is_signed_by_both_and_pays_the_split() =>
        Prop.ForAll(s_streams.ToArbitrary(), stream =>
        {
            var channel = Play(stream, paymentsAreSpent: true);
            if (channel.Balance.Newest is not { } newest) return;
            var close = Sample.Keys.Countersign(channel, newest);
            Assert.Equal(4, SignedInput.Elements(close).Count);
            SignedInput.HoldsAllSignatures(close);
            var rest = Sample.Capacity - newest.Total.Satoshi;
            var paid = close.Outputs.Select(output => (output.ScriptPubKey, output.Value.Satoshi));
            Assert.Equal(rest < 546 ? [(Sample.Payout, newest.Total.Satoshi)] : [(Sample.Payout, newest.Total.Satoshi), (Sample.Change, rest)], paid);
        }).QuickCheckThrowOnFailure();
}
