using NBitcoin;
using Secp256k1;
using static BtcChannels.PaymentRejection;

namespace BtcChannels.Tests.Domain;

public class PaymentJudgeTests
{
    /// <summary>A payment that is good in every way, until a fault is put in.</summary>
    private sealed record Attempt
    {
        public MerchantState State { get; init; } = new MerchantState.Open();
        public long Clock { get; init; } = Sample.Now;
        public long Silence { get; init; }
        public long Authorized { get; init; } = 1_000;
        public long Total { get; init; } = 2_000;
        public long Deposit { get; init; } = Sample.Deposit;
        public Key Signer { get; init; } = Sample.Customer;
        public bool IsHighS { get; init; }

        public PaymentOutcome Judge()
        {
            // How the newest payment is signed is nobody's business any more; only that it is not this one.
            var newest = new SignedPayment(Money.Satoshis(Authorized), ChannelSigning.Sign(Sample.Stranger, uint256.Zero));
            var channel = Sample.Channel(State, deposit: Deposit) with { Balance = Authorized == 0 ? Balance.Nothing : new Balance(newest, MilliSatoshi.Zero) };
            // Above capacity there is nothing to sign.
            var payment = Total > channel.Capacity.Satoshi ? Sample.Unsigned(Total) : Sample.Pay(channel, Total, Signer);
            if (IsHighS) payment = payment with { Signature = Sample.HighS(payment.Signature) };
            return PaymentJudge.Judge(new PayableChannel(channel), payment, Sample.At(Clock, seenAt: Clock - Silence), Sample.Policy);
        }
    }

    /// <summary>Each fault in the order of the list. Put in from last to first, several stand beside each other.</summary>
    private static readonly IReadOnlyList<(PaymentRejection Reason, Func<Attempt, Attempt> PutIn)> s_faults =
    [
        (ChannelPending, it => it with { State = new MerchantState.Pending(Sample.Now) }),
        (ChannelClosed, it => it with { State = new MerchantState.Closing(Sample.Prepared(Sample.Channel(), 1_000)) }),
        (ChainSilent, it => it with { Silence = (long)Sample.Policy.MaxChainSilence.TotalSeconds + 1 }),
        (ExpiryTooNear, it => it with { Clock = Sample.Expiry.Value - (long)Sample.Policy.CloseMargin.TotalSeconds }),
        (TotalNotRaised, it => it with { Authorized = it.Total }),
        (TotalOverCapacity, it => it with { Deposit = Sample.CloseFee + it.Total - 1 }),
        (TotalBelowDust, it => it with { Authorized = 0, Total = 293 }),
        (SignatureHighS, it => it with { IsHighS = true }),
        (SignatureInvalid, it => it with { Signer = Sample.Stranger }),
    ];

    /// <summary>Found before there is a payment or a channel to judge: their tests are the HTTP endpoints'.</summary>
    private static readonly PaymentRejection[] s_foundByTheEndpoint = [Malformed, ChannelUnknown], s_foundByTheStore = [UnminedLimitReached];

    public static TheoryData<PaymentRejection> Faults => [.. s_faults.Select(it => it.Reason)];

    public static TheoryData<PaymentRejection, PaymentRejection> PairsOfFaults
    {
        get
        {
            var pairs = new TheoryData<PaymentRejection, PaymentRejection>();
            foreach (var (first, _) in s_faults)
                foreach (var (second, _) in s_faults)
                    if (first < second && (first, second) is not (ChannelPending, ChannelClosed)) pairs.Add(first, second);   // a channel is in one state
            return pairs;
        }
    }

    private static Attempt PutIn(PaymentRejection fault, Attempt attempt) => s_faults.Single(it => it.Reason == fault).PutIn(attempt);

    private static PaymentOutcome Judge(MerchantChannel channel, SignedPayment payment, Moment? now = null, MerchantPolicy? policy = null) =>
        PaymentJudge.Judge(new PayableChannel(channel), payment, now ?? Sample.At(), policy ?? Sample.Policy);

    private static readonly PaymentOutcome s_invalid = new PaymentOutcome.Refused(SignatureInvalid);

    [Fact]
    public void A_payment_without_fault_is_accepted() => Assert.IsType<PaymentOutcome.Accepted>(new Attempt().Judge());

    [Theory, MemberData(nameof(Faults))]
    public void Each_fault_has_its_answer(PaymentRejection fault) => Assert.Equal(new PaymentOutcome.Refused(fault), PutIn(fault, new Attempt()).Judge());

    [Theory, MemberData(nameof(PairsOfFaults))]
    public void Of_two_faults_the_first_is_the_answer(PaymentRejection first, PaymentRejection second) =>
        Assert.Equal(new PaymentOutcome.Refused(first), PutIn(first, PutIn(second, new Attempt())).Judge());

    [Fact]
    public void Every_rejection_has_a_test_in_the_order_of_the_list() =>
        Assert.Equal(Enum.GetValues<PaymentRejection>(), [.. s_foundByTheEndpoint, .. s_faults.Select(it => it.Reason), .. s_foundByTheStore]);

    [Fact]
    public void An_accepted_payment_becomes_the_newest_and_changes_nothing_else()
    {
        var channel = Sample.Channel(paid: 1_000);
        var payment = Sample.Pay(channel, 2_000);
        var accepted = Assert.IsType<PaymentOutcome.Accepted>(Judge(channel, payment));
        Assert.Equal(new Balance(payment, MilliSatoshi.Zero), accepted.Next.Balance);
        Assert.Equal(channel.Version + 1, accepted.Next.Version);
        Assert.Equal((channel.Id, channel.PayoutIndex, channel.Terms.Expiry, channel.Capacity), (accepted.Next.Id, accepted.Next.PayoutIndex, accepted.Next.Expiry, accepted.Next.Capacity));
        Assert.Null(accepted.Next.Obstacle);
    }

    [Fact]
    public void A_payment_for_something_delivered_elsewhere_is_spent_at_once()
    {
        var channel = Sample.Channel(paid: 1_000, spentMsat: 1);
        var payment = Sample.Pay(channel, 2_000);
        MilliSatoshi SpentUnder(bool paymentsAreSpent) => Assert.IsType<PaymentOutcome.Accepted>(
            Judge(channel, payment, policy: Sample.Policy with { PaymentsAreSpent = paymentsAreSpent })).Next.Balance.Spent;
        Assert.Equal(2_000_000, SpentUnder(true).Value);
        Assert.Equal(1, SpentUnder(false).Value);
    }

    [Theory]
    [InlineData(Sample.Capacity)]
    [InlineData(294)]
    public void The_edges_of_what_can_be_claimed_are_accepted(long total)
    {
        var channel = Sample.Channel();
        Assert.IsType<PaymentOutcome.Accepted>(Judge(channel, Sample.Pay(channel, total)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    public void A_total_of_nothing_or_less_is_not_raised(long total) =>
        Assert.Equal(new PaymentOutcome.Refused(TotalNotRaised), Judge(Sample.Channel(), Sample.Unsigned(total)));

    [Theory]
    [InlineData(Sample.Capacity + 1)]
    [InlineData(2_100_000_000_000_001)]
    [InlineData(long.MaxValue)]
    public void A_total_above_capacity_is_refused_however_large(long total) =>
        Assert.Equal(new PaymentOutcome.Refused(TotalOverCapacity), Judge(Sample.Channel(), Sample.Unsigned(total)));

    [Fact]
    public void The_newest_payment_again_is_the_same_success_in_every_state_and_at_any_time()
    {
        foreach (var state in MerchantStates.All)
        {
            var channel = Sample.Channel(paid: 2_000) with { State = state };
            var late = Sample.At(Sample.Expiry.Value + Sample.Days(1), seenAt: Sample.Now);
            Assert.Equal(channel.Balance, Assert.IsType<PaymentOutcome.AlreadyAccepted>(Judge(channel, channel.Balance.Newest!, late)).Same.Balance);
        }
    }

    [Fact]
    public void The_newest_total_with_another_signature_is_not_the_newest_payment()
    {
        var channel = Sample.Channel(paid: 2_000);
        Assert.Equal(new PaymentOutcome.Refused(TotalNotRaised), Judge(channel, Sample.Unsigned(2_000)));
    }

    [Fact]
    public void An_older_payment_again_is_refused()
    {
        var channel = Sample.Channel();
        var older = Sample.Pay(channel, 1_000);
        Assert.Equal(new PaymentOutcome.Refused(TotalNotRaised), Judge(Sample.Channel(paid: 2_000), older));
    }

    [Fact]
    public void Only_an_open_channel_takes_payments()
    {
        foreach (var state in MerchantStates.All.Where(it => it is not MerchantState.Open))
        {
            var channel = Sample.Channel(state);
            var expected = state is MerchantState.Pending ? ChannelPending : ChannelClosed;
            Assert.Equal(new PaymentOutcome.Refused(expected), Judge(channel, Sample.Pay(channel, 2_000)));
        }
    }

    [Theory]
    [InlineData(SigHash.None)]
    [InlineData(SigHash.Single)]
    [InlineData(SigHash.All | SigHash.AnyoneCanPay)]
    [InlineData(SigHash.None | SigHash.AnyoneCanPay)]
    [InlineData(SigHash.Single | SigHash.AnyoneCanPay)]
    [InlineData((SigHash)0)]
    public void A_signature_of_another_hash_type_is_refused(SigHash type)
    {
        var channel = Sample.Channel();
        var hash = channel.PaymentOf(Money.Satoshis(2_000L)).GetSignatureHash(channel.Terms.RedeemScript, 0, type);
        Assert.Equal(s_invalid, Judge(channel, new SignedPayment(Money.Satoshis(2_000L), ChannelSigning.Sign(Sample.Customer, hash))));
    }

    [Fact]
    public void A_signature_for_another_amount_is_refused()
    {
        var channel = Sample.Channel();
        Assert.Equal(s_invalid, Judge(channel, Sample.Pay(channel, 2_000) with { Total = Money.Satoshis(2_001L) }));
    }

    [Fact]
    public void A_signature_for_another_channel_of_the_same_keys_is_refused()
    {
        var channel = Sample.Channel();
        var other = channel with { Deposit = channel.Deposit with { OutPoint = new OutPoint(uint256.One, 1) } };
        Assert.Equal(s_invalid, Judge(channel, Sample.Pay(other, 2_000)));
    }

    [Fact]
    public void A_signature_for_another_payout_or_change_is_refused()
    {
        var channel = Sample.Channel();
        Assert.Equal(s_invalid, Judge(channel, Sample.Pay(channel with { PayoutScript = Sample.Keys.PayoutScript(1) }, 2_000)));
        Assert.Equal(s_invalid, Judge(channel, Sample.Pay(channel with { CustomerScript = Sample.Stranger.PubKey.Hash.ScriptPubKey }, 2_000)));
    }

    [Fact]
    public void A_signature_of_the_merchants_own_key_is_refused()
    {
        var channel = Sample.Channel();
        var close = Sample.Prepared(channel, 2_000).Transaction;
        var merchants = SignedInput.SignatureOf(SignedInput.Elements(close)[1]);
        Assert.Equal(s_invalid, Judge(channel, new SignedPayment(Money.Satoshis(2_000L), merchants)));
    }

    [Fact]
    public void No_signature_at_all_is_refused() => Assert.Equal(s_invalid, Judge(Sample.Channel(), new SignedPayment(Money.Satoshis(2_000L), default)));

    [Fact]
    public void Any_single_bit_that_is_changed_in_a_signature_is_noticed()
    {
        var channel = Sample.Channel();
        var payment = Sample.Pay(channel, 2_000);
        for (var bit = 0; bit < 512; bit++)
        {
            var compact = payment.Signature.ToCompact();
            compact[bit / 8] ^= (byte)(1 << (bit % 8));
            if (Signature.TryParseCompact(compact, out var changed)) Assert.IsType<PaymentOutcome.Refused>(Judge(channel, payment with { Signature = changed }));
        }
    }

    [Fact]
    public void Payments_go_on_while_the_node_is_silent_for_no_longer_than_policy_allows()
    {
        var channel = Sample.Channel();
        var longest = (long)Sample.Policy.MaxChainSilence.TotalSeconds;
        Assert.IsType<PaymentOutcome.Accepted>(Judge(channel, Sample.Pay(channel, 2_000), Sample.At(seenAt: Sample.Now - longest)));
        Assert.Equal(new PaymentOutcome.Refused(ChainSilent), Judge(channel, Sample.Pay(channel, 2_000), Sample.At(seenAt: Sample.Now - longest - 1)));
    }

    [Theory]
    [InlineData(-1, -3_600, true)]
    [InlineData(0, -3_600, false)]
    [InlineData(-3_600, -1, true)]
    [InlineData(-3_600, 0, false)]
    public void Payments_stop_at_the_margin_by_clock_or_median_time(long clock, long medianTime, bool isAccepted)
    {
        var margin = Sample.Expiry.Value - (long)Sample.Policy.CloseMargin.TotalSeconds;
        var channel = Sample.Channel();
        var outcome = Judge(channel, Sample.Pay(channel, 2_000), Sample.At(margin + clock, medianTime: margin + medianTime));
        if (isAccepted) Assert.IsType<PaymentOutcome.Accepted>(outcome);
        else Assert.Equal(new PaymentOutcome.Refused(ExpiryTooNear), outcome);
    }
}
