using NBitcoin;
using static BtcChannels.OpenRejection;

namespace BtcChannels.Tests.Domain;

public class OpenJudgeTests
{
    /// <summary>A request that is good in every way, until a fault is put in.</summary>
    private sealed record Attempt
    {
        public Offer Offer { get; init; } = OfferSample.Make();
        public Moment Now { get; init; } = Sample.At();
        public MerchantPolicy Policy { get; init; } = Sample.Policy;
        public PubKey CustomerKey { get; init; } = Sample.Customer.PubKey;
        public Script CustomerScript { get; init; } = Sample.Change;
        public Expiry Expiry { get; init; } = Sample.Expiry;
        public long Value { get; init; } = Sample.Deposit;
        public int Deposits { get; init; } = 1;
        public bool PaysKeyHash { get; init; }

        public OpenRequest Request
        {
            get
            {
                // With both keys the same there are no terms, and so no script to pay.
                var redeem = RedeemScript.Build(Offer.MerchantKey, CustomerKey, Expiry);
                var transaction = Transaction.Create(Network.RegTest);
                transaction.Inputs.Add(new OutPoint(Sample.Id(0x44), 0));
                transaction.Outputs.Add(new TxOut(Money.Satoshis(1_000L), Sample.Change));
                for (var i = 0; i < Deposits; i++) transaction.Outputs.Add(new TxOut(Money.Satoshis(Value), redeem.Hash.ScriptPubKey));
                if (PaysKeyHash) transaction.Outputs.Add(new TxOut(Money.Satoshis(Value), new KeyId(redeem.Hash.ToBytes()).ScriptPubKey));
                return new OpenRequest(Offer, transaction, CustomerKey, Expiry, CustomerScript);
            }
        }

        public OpenOutcome Judge() => OpenJudge.Judge(Request, Now, Policy);
    }

    private static readonly Expiry s_height = new(Sample.Height + (10 * 144));

    /// <summary>Each fault in the order of the list. Put in from last to first, several stand beside each other.</summary>
    private static readonly IReadOnlyList<(OpenRejection Reason, Func<Attempt, Attempt> PutIn)> s_faults =
    [
        (OfferExpired, it => it with { Offer = it.Offer with { Deadline = Sample.Now - 1 } }),
        (KeysEqual, it => it with { CustomerKey = it.Offer.MerchantKey }),
        (ScriptNotStandard, it => it with { CustomerScript = Script.FromHex("6a") }),
        (ExpiryIsHeight, it => it with { Expiry = s_height }),
        (ExpiryTooSoon, it => it with { Offer = it.Offer with { MinExpiry = it.Expiry.Value + 1L } }),
        (ExpiryTooFar, it => it with { Offer = it.Offer with { MaxExpiry = it.Expiry.Value - 1L } }),
        (DepositMissing, it => it with { Deposits = 0, PaysKeyHash = false }),
        (DepositPaysKeyHash, it => it with { Deposits = 0, PaysKeyHash = true }),
        (DepositAmbiguous, it => it with { Deposits = 2 }),
        (DepositTooSmall, it => it with { Offer = it.Offer with { MinDeposit = Money.Satoshis(it.Value + 1) } }),
        (DepositTooLarge, it => it with { Offer = it.Offer with { MaxDeposit = Money.Satoshis(it.Value - 1) } }),
    ];

    /// <summary>A deposit is missing, or pays a key's hash, or is ambiguous: never two of these.</summary>
    private static readonly OpenRejection[] s_searches = [DepositMissing, DepositPaysKeyHash, DepositAmbiguous];

    /// <summary>Found by reading the request, or by asking store and node: their tests are elsewhere.</summary>
    private static readonly OpenRejection[] s_before = [Malformed, OfferForeign, OfferUsed, ChainUnavailable], s_after = [OutPointUsed, TooManyPendingFromAddress, TooManyPending, DepositUnminable];

    public static TheoryData<OpenRejection> Faults => [.. s_faults.Select(it => it.Reason)];

    public static TheoryData<OpenRejection, OpenRejection> PairsOfFaults
    {
        get
        {
            var pairs = new TheoryData<OpenRejection, OpenRejection>();
            foreach (var (first, _) in s_faults)
                foreach (var (second, _) in s_faults)
                    if (first < second && !(s_searches.Contains(first) && s_searches.Contains(second))) pairs.Add(first, second);
            return pairs;
        }
    }

    private static Attempt PutIn(OpenRejection fault, Attempt attempt) => s_faults.Single(it => it.Reason == fault).PutIn(attempt);

    [Fact]
    public void A_request_without_fault_is_acceptable()
    {
        var attempt = new Attempt();
        var acceptable = Assert.IsType<OpenOutcome.Acceptable>(attempt.Judge());
        Assert.Equal(Sample.Terms(), acceptable.Terms);
        Assert.Equal(new Deposit(new OutPoint(attempt.Request.Transaction.GetHash(), 1), Money.Satoshis(Sample.Deposit)), acceptable.Deposit);
    }

    [Theory, MemberData(nameof(Faults))]
    public void Each_fault_has_its_answer(OpenRejection fault) => Assert.Equal(new OpenOutcome.Refused(fault), PutIn(fault, new Attempt()).Judge());

    [Theory, MemberData(nameof(PairsOfFaults))]
    public void Of_two_faults_the_first_is_the_answer(OpenRejection first, OpenRejection second) =>
        Assert.Equal(new OpenOutcome.Refused(first), PutIn(first, PutIn(second, new Attempt())).Judge());

    [Fact]
    public void Every_rejection_has_a_test_in_the_order_of_the_list() =>
        Assert.Equal(Enum.GetValues<OpenRejection>(), [.. s_before, .. s_faults.Select(it => it.Reason), .. s_after]);

    [Fact]
    public void An_offer_may_be_taken_up_until_its_deadline_by_clock_and_median_time()
    {
        var deadline = OfferSample.Make().Deadline;
        Assert.IsType<OpenOutcome.Acceptable>(new Attempt { Now = Sample.At(deadline) }.Judge());
        Assert.Equal(new OpenOutcome.Refused(OfferExpired), new Attempt { Now = Sample.At(deadline + 1) }.Judge());
        Assert.Equal(new OpenOutcome.Refused(OfferExpired), new Attempt { Now = Sample.At(medianTime: deadline + 1) }.Judge());
    }

    [Fact]
    public void The_bounds_of_expiry_are_inside()
    {
        var offer = OfferSample.Make();
        Assert.IsType<OpenOutcome.Acceptable>(new Attempt { Expiry = new Expiry((uint)offer.MinExpiry) }.Judge());
        Assert.IsType<OpenOutcome.Acceptable>(new Attempt { Expiry = new Expiry((uint)offer.MaxExpiry) }.Judge());
        Assert.Equal(new OpenOutcome.Refused(ExpiryTooSoon), new Attempt { Expiry = new Expiry((uint)offer.MinExpiry - 1) }.Judge());
        Assert.Equal(new OpenOutcome.Refused(ExpiryTooFar), new Attempt { Expiry = new Expiry((uint)offer.MaxExpiry + 1) }.Judge());
    }

    [Fact]
    public void The_bounds_of_the_deposit_are_inside()
    {
        Assert.IsType<OpenOutcome.Acceptable>(new Attempt { Value = 20_000 }.Judge());
        Assert.IsType<OpenOutcome.Acceptable>(new Attempt { Value = 10_000_000 }.Judge());
        Assert.Equal(new OpenOutcome.Refused(DepositTooSmall), new Attempt { Value = 19_999 }.Judge());
        Assert.Equal(new OpenOutcome.Refused(DepositTooLarge), new Attempt { Value = 10_000_001 }.Judge());
    }

    [Fact]
    public void Where_policy_allows_heights_they_count_ten_minutes_a_block()
    {
        var policy = Sample.Policy with { AllowHeightExpiry = true };
        Attempt At(int days) => new() { Policy = policy, Expiry = new Expiry((uint)(Sample.Height + (days * 144))) };
        Assert.IsType<OpenOutcome.Acceptable>(At(2).Judge());
        Assert.IsType<OpenOutcome.Acceptable>(At(60).Judge());
        Assert.Equal(new OpenOutcome.Refused(ExpiryTooSoon), (At(2) with { Expiry = new Expiry(Sample.Height + 287) }).Judge());
        Assert.Equal(new OpenOutcome.Refused(ExpiryTooFar), (At(60) with { Expiry = new Expiry(Sample.Height + 8_641) }).Judge());
        Assert.Equal(new OpenOutcome.Refused(ExpiryTooSoon), (At(2) with { Expiry = new Expiry(1) }).Judge());
        Assert.Equal(new OpenOutcome.Refused(ExpiryTooFar), (At(60) with { Expiry = new Expiry(499_999_999) }).Judge());
    }

    [Theory, MemberData(nameof(StandardScripts.Names), MemberType = typeof(StandardScripts))]
    public void Change_may_go_to_any_of_the_five_standard_scripts(string name) =>
        Assert.IsType<OpenOutcome.Acceptable>(new Attempt { CustomerScript = StandardScripts.Named(name).Script }.Judge());

    [Fact]
    public void The_same_request_is_known_again_after_the_deadline()
    {
        var late = new Attempt { Now = Sample.At(Sample.Expiry.Value) };
        Assert.IsType<OpenOutcome.Refused>(late.Judge());
        Assert.IsType<OpenOutcome.Acceptable>(OpenJudge.Match(late.Request));
    }

    [Fact]
    public void A_deposit_to_the_script_of_another_offer_is_none_of_this_ones()
    {
        var other = new Attempt { Offer = OfferSample.Make() with { MerchantKey = Sample.Keys.KeyFor(new OfferId(7)) } };
        Assert.Equal(new OpenOutcome.Refused(DepositMissing), OpenJudge.Judge(other.Request with { Offer = OfferSample.Make() }, Sample.At(), Sample.Policy));
    }
}
