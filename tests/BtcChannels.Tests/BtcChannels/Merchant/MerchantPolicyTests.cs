using NBitcoin;

namespace BtcChannels.Tests.Domain;

public class MerchantPolicyTests
{
    public static TheoryData<string> Contradictions => [.. s_contradictions.Keys];

    private static readonly Dictionary<string, MerchantPolicy> s_contradictions = new()
    {
        ["no confirmations"] = new() { Confirmations = 0 },
        ["a bound without confirmations only"] = new() { Confirmations = 1, MaxUnminedExposure = Money.Satoshis(1L) },
        ["a negative bound"] = new() { Confirmations = 0, MaxUnminedExposure = Money.Satoshis(-1L) },
        ["never buried"] = new() { BuriedAt = 0 },
        ["a two1 fee that is not relayed"] = new() { Two1 = new() { MinFee = Money.Satoshis(354L) } },
        ["a two1 fee that nobody means"] = new() { Two1 = new() { MaxFee = Money.Satoshis(3_460_001L) } },
        ["two1 fees that exclude each other"] = new() { Two1 = new() { MinFee = Money.Satoshis(5_001L), MaxFee = Money.Satoshis(5_000L) } },
        ["two1 outputs that are dust"] = new() { Two1 = new() { MinOutput = Money.Satoshis(545L) } },
        ["no two1 tokens"] = new() { Two1 = new() { MaxUnredeemed = 0 } },
        ["no margin"] = new() { CloseMargin = TimeSpan.Zero },
        ["negative use"] = new() { MinUse = TimeSpan.FromSeconds(-1) },
        ["no duration fits"] = new() { MaxDuration = TimeSpan.FromDays(2) },
        ["more than ten years"] = new() { MaxDuration = TimeSpan.FromDays(3_651) },
        ["no least deposit"] = new() { MinDeposit = Money.Zero },
        ["most below least"] = new() { MaxDeposit = Money.Satoshis(19_999L) },
        ["more than there is"] = new() { MaxDeposit = Money.Coins(21_000_001) },
        ["fee target of 0"] = new() { FeeTarget = 0 },
        ["fee target of 1009"] = new() { FeeTarget = 1_009 },
        ["fee factor of 0"] = new() { FeeFactor = 0 },
        ["fee rate of 0"] = new() { MinFeeRate = 0 },
        ["fee rate above what anybody means"] = new() { MinFeeRate = 5_001 },
        ["offers that are over at once"] = new() { OfferLifetime = TimeSpan.Zero },
        ["channels that are over at once"] = new() { PendingLifetime = TimeSpan.Zero },
        ["a tip younger than its median time"] = new() { MaxTipAge = TimeSpan.FromHours(1) },
        ["no silence at all"] = new() { MaxChainSilence = TimeSpan.Zero },
        ["silence as long as the margin"] = new() { MaxChainSilence = TimeSpan.FromDays(1) },
    };

    [Fact]
    public void The_defaults_go_together()
    {
        new MerchantPolicy().Validate();
        MerchantPolicy.For(Network.Main).Validate();
        MerchantPolicy.For(Network.RegTest).Validate();
    }

    [Fact]
    public void Payments_without_confirmations_are_taken_where_they_are_bounded() => new MerchantPolicy { Confirmations = 0, MaxUnminedExposure = Money.Satoshis(1L) }.Validate();

    [Theory, MemberData(nameof(Contradictions))]
    public void What_does_not_go_together_is_said(string contradiction) => Assert.Throws<ArgumentException>(s_contradictions[contradiction].Validate);

    [Fact]
    public void The_defaults_are_those_of_the_design()
    {
        var policy = new MerchantPolicy();
        Assert.Equal((3, 6, 6, 2, 3), (policy.Confirmations, policy.BuriedAt, policy.FeeTarget, policy.FeeFactor, policy.MinFeeRate));
        Assert.Equal((TimeSpan.FromDays(1), TimeSpan.FromDays(2), TimeSpan.FromDays(60)), (policy.CloseMargin, policy.MinDuration, policy.MaxDuration));
        Assert.Equal((20_000, 10_000_000), (policy.MinDeposit.Satoshi, policy.MaxDeposit.Satoshi));
        Assert.Equal(TimeSpan.FromHours(2), policy.PendingLifetime);
        Assert.False(policy.AllowHeightExpiry);
        Assert.Equal((1, 3), (MerchantPolicy.For(Network.RegTest).Confirmations, MerchantPolicy.For(Network.TestNet).Confirmations));
    }

    [Theory]
    [InlineData(0, 1_038)]          // the floor: 3 sat/vB
    [InlineData(1_500, 1_038)]
    [InlineData(1_503, 1_040)]      // doubled it is above
    [InlineData(10_000, 6_920)]
    [InlineData(1_000_000, 692_000)]
    public void A_close_pays_twice_the_estimate_and_never_below_the_floor(long satPerKvB, long fee) =>
        Assert.Equal(fee, new MerchantPolicy().CloseFee(new FeeRate(Money.Satoshis(satPerKvB))).Satoshi);

    [Fact]
    public void At_the_lowest_floor_it_still_pays_for_the_largest_close() =>
        Assert.Equal(355, new MerchantPolicy { MinFeeRate = 1 }.CloseFee(FeeRate.Zero).Satoshi);

    [Fact]
    public void An_estimate_gone_mad_is_not_followed() =>
        Assert.Equal(346 * 5_000, new MerchantPolicy().CloseFee(new FeeRate(Money.Satoshis(9_000_000L))).Satoshi);
}
