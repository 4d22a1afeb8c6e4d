using NBitcoin;
using static BtcChannels.PaymentRejection;

namespace BtcChannels.Tests.Domain;

public class ChargeJudgeTests
{
    private const long Run = 7;
    private const long DeadRun = 6;

    private static readonly RequestKey s_key = RequestKey.Of("key");
    private static readonly ChargeJudge s_judge = new(Sample.Policy, run => run == Run);

    /// <summary>A voucher that is good in every way, until a fault is put in.</summary>
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

        public ChargeOutcome Judge(Reservation? cost)
        {
            var newest = new SignedPayment(Money.Satoshis(Authorized), ChannelSigning.Sign(Sample.Stranger, uint256.Zero));
            var channel = Sample.Channel(State, deposit: Deposit) with { Balance = Authorized == 0 ? Balance.Nothing : new Balance(newest, MilliSatoshi.Zero) };
            var voucher = Total > channel.Capacity.Satoshi ? Sample.Unsigned(Total) : Sample.Pay(channel, Total, Signer);
            if (IsHighS) voucher = voucher with { Signature = Sample.HighS(voucher.Signature) };
            return s_judge.Take(new PayableChannel(channel), voucher, cost, Sample.At(Clock, seenAt: Clock - Silence), isSignatureKnown: false);
        }
    }

    // In the order of the checks. No total above the capacity can be signed, so that comes before the signature; all else that a voucher's total may be comes after it.
    private static readonly IReadOnlyList<(PaymentRejection Reason, Func<Attempt, Attempt> PutIn)> s_faults =
    [
        (ChannelPending, it => it with { State = new MerchantState.Pending(Sample.Now) }),
        (ChannelClosed, it => it with { State = new MerchantState.Closing(Sample.Prepared(Sample.Channel(), 1_000)) }),
        (ChainSilent, it => it with { Silence = (long)Sample.Policy.MaxChainSilence.TotalSeconds + 1 }),
        (TotalOverCapacity, it => it with { Deposit = Sample.CloseFee + it.Total - 1 }),
        (SignatureHighS, it => it with { IsHighS = true }),
        (SignatureInvalid, it => it with { Signer = Sample.Stranger }),
        (ExpiryTooNear, it => it with { Clock = Sample.Expiry.Value - (long)Sample.Policy.CloseMargin.TotalSeconds }),
        (TotalBelowDust, it => it with { Authorized = 0, Total = 293 }),
    ];

    public static TheoryData<PaymentRejection> Faults => [.. s_faults.Select(it => it.Reason)];

    public static TheoryData<PaymentRejection, PaymentRejection> PairsOfFaults
    {
        get
        {
            var pairs = new TheoryData<PaymentRejection, PaymentRejection>();
            for (var first = 0; first < s_faults.Count; first++)
                for (var second = first + 1; second < s_faults.Count; second++)
                    if (second != 1) pairs.Add(s_faults[first].Reason, s_faults[second].Reason);   // a channel is in one state
            return pairs;
        }
    }

    private static Attempt PutIn(PaymentRejection fault, Attempt attempt) => s_faults.Single(it => it.Reason == fault).PutIn(attempt);

    private static Reservation Cost(long msat, RequestKey? key = null, long run = Run) => new(run, new MilliSatoshi(msat), key);

    private static MerchantChannel Channel(long paid, long spentMsat = 0, string? reserved = null)
    {
        var channel = Sample.Channel(paid: paid);
        return channel with { Balance = new Balance(channel.Balance.Newest, new MilliSatoshi(spentMsat), Reservations.Parse(reserved)) };
    }

    private static ChargeOutcome Take(MerchantChannel channel, long total, Reservation? cost, Moment? now = null) =>
        s_judge.Take(new PayableChannel(channel), Sample.Pay(channel, total), cost, now ?? Sample.At(), isSignatureKnown: false);

    private static ChargeOutcome Step(MerchantChannel channel, long msat) => s_judge.Step(new PayableChannel(channel), null, Cost(msat)).Outcome;

    private static (long Authorized, long Spent, string? Reserved) Sums(Balance balance) => (balance.Authorized.Satoshi, balance.Spent.Value, balance.Reserved.Text);

    private static PayableChannel Granted(ChargeOutcome outcome, bool isChanged = true)
    {
        var granted = Assert.IsType<ChargeOutcome.Granted>(outcome);
        Assert.Equal(isChanged, granted.IsChanged);
        return granted.Channel;
    }

    [Theory, MemberData(nameof(Faults))]
    public void Each_fault_has_its_answer_with_a_cost_and_without(PaymentRejection fault)
    {
        Assert.Equal(new ChargeOutcome.Refused(fault), PutIn(fault, new Attempt()).Judge(null));
        Assert.Equal(new ChargeOutcome.Refused(fault), PutIn(fault, new Attempt()).Judge(Cost(1)));
    }

    [Theory, MemberData(nameof(PairsOfFaults))]
    public void Of_two_faults_the_first_is_the_answer(PaymentRejection first, PaymentRejection second) =>
        Assert.Equal(new ChargeOutcome.Refused(first), PutIn(first, PutIn(second, new Attempt())).Judge(Cost(1)));

    [Fact]
    public void A_higher_voucher_becomes_the_newest_and_its_cost_is_reserved()
    {
        var channel = Channel(1_000, spentMsat: 999_000);
        var next = Granted(Take(channel, 2_000, Cost(1_001_000)));
        Assert.Equal((2_000, 999_000, $"{Run}:1001000"), Sums(next.Balance));
        Assert.Equal(Sample.Pay(channel, 2_000), next.Balance.Newest);
        Assert.Equal(channel.Version + 1, next.Version);
        Assert.Equal(PrecedingBalance.Of(channel.Balance), next.Follows);
        Assert.Equal(MilliSatoshi.Zero, next.Balance.Available);
    }

    [Fact]
    public void A_voucher_alone_reserves_nothing() => Assert.Equal((2_000, 5, null), Sums(Granted(Take(Channel(1_000, 5), 2_000, null)).Balance));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(999)]
    [InlineData(1_000)]
    public void A_voucher_that_raises_nothing_changes_nothing_and_is_as_good(long total)
    {
        var channel = Channel(1_000);
        Assert.Equal(channel.Version, Granted(Take(channel, total, null), isChanged: false).Version);
        Assert.Equal((1_000, 0, $"{Run}:1000000"), Sums(Granted(Take(channel, total, Cost(1_000_000))).Balance));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(1_000)]
    public void It_has_to_be_signed_all_the_same(long total)
    {
        var channel = Channel(1_000);
        foreach (var cost in (Reservation?[])[null, Cost(1)])
        {
            ChargeOutcome Judge(SignedPayment voucher) => s_judge.Take(new PayableChannel(channel), voucher, cost, Sample.At(), isSignatureKnown: false);
            Assert.Equal(new ChargeOutcome.Refused(SignatureInvalid), Judge(Sample.Pay(channel, total, Sample.Stranger)));
            var good = Sample.Pay(channel, total);
            Assert.Equal(new ChargeOutcome.Refused(SignatureHighS), Judge(good with { Signature = Sample.HighS(good.Signature) }));
            Assert.Equal(new ChargeOutcome.Refused(SignatureInvalid), Judge(good with { Total = Money.Satoshis(total - 1) }));
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    public void A_total_below_nothing_is_signed_by_nobody(long total) => Assert.Equal(
        new ChargeOutcome.Refused(SignatureInvalid), s_judge.Take(new PayableChannel(Channel(1_000)), Sample.Unsigned(total), Cost(1), Sample.At(), isSignatureKnown: false));

    [Theory]
    [InlineData(Sample.Capacity + 1)]
    [InlineData(long.MaxValue)]
    public void A_total_above_the_capacity_is_refused_however_large(long total) => Assert.Equal(
        new ChargeOutcome.Refused(TotalOverCapacity), s_judge.Take(new PayableChannel(Channel(1_000)), Sample.Unsigned(total), null, Sample.At(), isSignatureKnown: false));

    [Theory]
    [InlineData(294)]
    [InlineData(Sample.Capacity)]
    public void The_edges_of_what_can_be_claimed_are_accepted(long total) =>
        Assert.Equal((total, 0, $"{Run}:{total * 1000}"), Sums(Granted(Take(Sample.Channel(), total, Cost(total * 1000))).Balance));

    [Fact]
    public void The_newest_voucher_alone_is_the_same_success_in_every_state_and_at_any_time()
    {
        foreach (var state in MerchantStates.All)
        {
            var channel = Channel(2_000) with { State = state };
            Assert.Equal(channel.Balance, Granted(Take(channel, 2_000, null, Sample.At(Sample.Expiry.Value + Sample.Days(1), seenAt: Sample.Now)), isChanged: false).Balance);
        }
    }

    [Fact]
    public void Nothing_is_reserved_or_charged_unless_the_channel_is_open()
    {
        foreach (var state in MerchantStates.All.Where(it => it is not MerchantState.Open))
        {
            var channel = Channel(2_000) with { State = state };
            var refused = new ChargeOutcome.Refused(state is MerchantState.Pending ? ChannelPending : ChannelClosed);
            Assert.Equal(refused, Take(channel, 2_000, Cost(1)));
            Assert.Equal(refused, Step(channel, 1));
        }
    }

    [Fact]
    public void Credit_may_be_used_up_within_the_margin_and_not_be_raised()
    {
        var late = Sample.At(Sample.Expiry.Value - (long)Sample.Policy.CloseMargin.TotalSeconds);
        Granted(Take(Channel(2_000), 2_000, Cost(1), late));
        Granted(Take(Channel(2_000), 1_000, Cost(1), late));
        Assert.Equal(new ChargeOutcome.Refused(ExpiryTooNear), Take(Channel(2_000), 2_001, Cost(1), late));
    }

    [Fact]
    public void Nothing_is_reserved_while_the_node_is_silent_for_too_long()
    {
        var longest = (long)Sample.Policy.MaxChainSilence.TotalSeconds;
        Granted(Take(Channel(2_000), 2_000, Cost(1), Sample.At(seenAt: Sample.Now - longest)));
        Assert.Equal(new ChargeOutcome.Refused(ChainSilent), Take(Channel(2_000), 2_000, Cost(1), Sample.At(seenAt: Sample.Now - longest - 1)));
    }

    [Fact]
    public void A_voucher_that_is_too_little_stays_credit()
    {
        var outcome = Assert.IsType<ChargeOutcome.Insufficient>(Take(Channel(1_000, spentMsat: 900_001, reserved: $"{Run}:99998"), 1_001, Cost(1_002)));
        Assert.True(outcome.IsChanged);
        Assert.Equal((1_001, 900_001, $"{Run}:99998"), Sums(outcome.Channel.Balance));
        Assert.Equal(1_002, outcome.Required.Satoshi);   // 1,001,001 msat
    }

    [Fact]
    public void Too_little_without_more_changes_nothing()
    {
        var outcome = Assert.IsType<ChargeOutcome.Insufficient>(Take(Channel(1_000), 1_000, Cost(1_000_001)));
        Assert.Equal((false, 1_001), (outcome.IsChanged, outcome.Required.Satoshi));
        Assert.Equal(1, outcome.Channel.Version);
    }

    [Fact]
    public void What_would_do_may_be_above_the_capacity() =>
        Assert.Equal(Sample.Capacity + 1, Assert.IsType<ChargeOutcome.Insufficient>(Take(Channel(1_000), 1_000, Cost((Sample.Capacity * 1000) + 1))).Required.Satoshi);

    [Fact]
    public void Before_the_first_voucher_nothing_can_be_charged()
    {
        Assert.Equal(1, Assert.IsType<ChargeOutcome.Insufficient>(Step(Sample.Channel(), 1)).Required.Satoshi);
        Assert.Equal(1, Assert.IsType<ChargeOutcome.Insufficient>(Take(Sample.Channel(), 0, Cost(1))).Required.Satoshi);
    }

    [Fact]
    public void A_request_whose_key_is_under_way_is_not_run_twice()
    {
        var channel = Channel(1_000, reserved: $"{Run}:1:{s_key}");
        Assert.Equal(new ChargeOutcome.UnderWay(), Take(channel, 1_000, Cost(1, s_key)));
        Granted(Take(channel, 1_000, Cost(1, RequestKey.Of("other"))));
        Granted(Take(channel, 1_000, Cost(1)));
    }

    [Fact]
    public void What_a_run_left_reserved_that_is_over_counts_no_more()
    {
        var channel = Channel(1_000, reserved: $"{DeadRun}:600000 {Run}:1 {DeadRun}:399999:{s_key}");
        Assert.Equal((1_000, 0, $"{Run}:1 {Run}:999999:{s_key}"), Sums(Granted(Take(channel, 1_000, Cost(999_999, s_key))).Balance));
        Assert.Equal((1_000, 0, $"{Run}:1000000"), Sums(Granted(Step(channel, 999_999)).Balance));
        Assert.Equal((1_001, 0, $"{Run}:1"), Sums(Granted(Take(channel, 1_001, null)).Balance));
        Assert.Equal(1_001, Assert.IsType<ChargeOutcome.Insufficient>(Step(channel, 1_000_000)).Required.Satoshi);
    }

    [Fact]
    public void Each_step_spends_the_one_before_it()
    {
        var channel = Channel(1_000, spentMsat: 400_000, reserved: $"{Run}:100000");
        var (outcome, lost) = s_judge.Step(new PayableChannel(channel), Cost(100_000), Cost(500_000));
        Assert.Equal((1_000, 500_000, $"{Run}:500000"), Sums(Granted(outcome).Balance));
        Assert.Equal(MilliSatoshi.Zero, lost);
    }

    [Fact]
    public void The_last_step_is_spent_also_where_too_little_is_left_for_the_next()
    {
        var channel = Channel(1_000, spentMsat: 400_000, reserved: $"{Run}:100000");
        var outcome = Assert.IsType<ChargeOutcome.Insufficient>(s_judge.Step(new PayableChannel(channel), Cost(100_000), Cost(500_001)).Outcome);
        Assert.Equal((true, 1_001), (outcome.IsChanged, outcome.Required.Satoshi));
        Assert.Equal((1_000, 500_000, null), Sums(outcome.Channel.Balance));
    }

    [Fact]
    public void Of_a_step_that_is_gone_what_is_free_is_spent()
    {
        var (outcome, lost) = s_judge.Step(new PayableChannel(Channel(1_000, spentMsat: 999_960)), Cost(100), Cost(1));
        Assert.Equal((1_000, 1_000_000, null), Sums(Assert.IsType<ChargeOutcome.Insufficient>(outcome).Channel.Balance));
        Assert.Equal(60, lost.Value);
    }

    [Theory]
    [InlineData(100, 100, null)]
    [InlineData(100, 40, null)]
    [InlineData(100, 0, null)]
    [InlineData(30, 30, "7:70")]
    public void What_is_settled_is_spent_as_far_as_it_was_served_and_the_rest_is_free(long reserved, long spent, string? left)
    {
        var (next, lost) = s_judge.Settle(Channel(1_000, spentMsat: 5, reserved: $"{Run}:100").Balance, Cost(reserved), new MilliSatoshi(spent));
        Assert.Equal((1_000, 5 + spent, left), Sums(next));
        Assert.Equal(MilliSatoshi.Zero, lost);
    }

    [Fact]
    public void More_than_was_reserved_cannot_be_settled() => Assert.Throws<ArgumentOutOfRangeException>(
        () => s_judge.Settle(Channel(1_000, reserved: $"{Run}:100").Balance, Cost(100), new MilliSatoshi(101)));

    [Theory]
    [InlineData(500_000, 100, 100)]
    [InlineData(999_960, 40, 100)]
    [InlineData(1_000_000, 0, 100)]
    [InlineData(1_000_000, 0, 0)]
    public void Where_a_reservation_is_gone_what_is_free_is_taken(long spentBefore, long charged, long spent)
    {
        var (next, lost) = s_judge.Settle(Channel(1_000, spentMsat: spentBefore).Balance, Cost(100), new MilliSatoshi(spent));
        Assert.Equal((1_000, spentBefore + charged, null), Sums(next));
        Assert.Equal(spent - charged, lost.Value);
    }

    [Fact]
    public void What_others_have_reserved_is_not_taken_for_one_that_is_gone()
    {
        var (next, lost) = s_judge.Settle(Channel(1_000, reserved: $"{Run}:999990:{s_key} {DeadRun}:5").Balance, Cost(100), new MilliSatoshi(100));
        Assert.Equal((1_000, 10, $"{Run}:999990:{s_key}"), Sums(next));
        Assert.Equal(90, lost.Value);
    }

    [Fact]
    public void A_channel_that_has_closed_meanwhile_is_settled_as_well()
    {
        var channel = Channel(1_000, reserved: $"{Run}:100");
        Assert.Equal((1_000, 60, null), Sums(s_judge.Settle(channel.Balance, Cost(100), new MilliSatoshi(60)).Next));
    }

    [Fact]
    public void No_close_goes_below_what_is_spent_and_reserved()
    {
        var channel = Channel(2_000, spentMsat: 500_001, reserved: $"{Run}:499999");
        Assert.Equal(new CloseOutcome.Refused(CloseRejection.TotalBelowSpent), CloseJudge.Judge(channel, Sample.Pay(channel, 999)));
        Assert.IsType<CloseOutcome.Granted>(CloseJudge.Judge(channel, Sample.Pay(channel, 1_000)));
    }

    [Fact]
    public void A_direct_payment_is_spent_but_for_what_is_reserved()
    {
        var channel = Channel(1_000, spentMsat: 1, reserved: $"{Run}:300000");
        PaymentOutcome Judge(bool areSpent) => PaymentJudge.Judge(new PayableChannel(channel), Sample.Pay(channel, 2_000), Sample.At(), Sample.Policy with { PaymentsAreSpent = areSpent });
        Assert.Equal((2_000, 1_700_000, $"{Run}:300000"), Sums(Assert.IsType<PaymentOutcome.Accepted>(Judge(areSpent: true)).Next.Balance));
        Assert.Equal((2_000, 1, $"{Run}:300000"), Sums(Assert.IsType<PaymentOutcome.Accepted>(Judge(areSpent: false)).Next.Balance));
    }

    [Fact]
    public void No_more_can_be_spent_and_reserved_than_is_authorized()
    {
        Assert.Throws<ArgumentException>(() => Channel(1_000, spentMsat: 1, reserved: $"{Run}:1000000"));
        Assert.Throws<ArgumentException>(() => new Balance(null, MilliSatoshi.Zero, Reservations.Parse("1:1")));
    }
}
