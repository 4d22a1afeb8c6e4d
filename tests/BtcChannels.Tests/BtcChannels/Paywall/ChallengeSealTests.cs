using BtcChannels.Paywall;
using FsCheck;
using FsCheck.Fluent;

namespace BtcChannels.Tests.Domain;

public class ChallengeSealTests
{
    private static readonly ChallengeSeal s_seal = new(PaymentVectors.Secret);
    private static readonly PaymentChallenge s_full = PaymentVectors.Challenges[1];

    public static TheoryData<int> EveryVector => [.. Enumerable.Range(0, PaymentVectors.Challenges.Count)];

    [Theory, MemberData(nameof(EveryVector))]
    public void The_id_is_the_published_one(int index)
    {
        var challenge = PaymentVectors.Challenges[index];
        Assert.Equal(challenge, s_seal.Bind(challenge with { Id = "" }, PaymentVectors.Now));
        Assert.Equal(ChallengeCheck.Good, s_seal.Check(challenge, PaymentVectors.Now));
    }

    [Fact]
    public void Whatever_counts_is_bound()
    {
        PaymentChallenge[] changed =
        [
            s_full with { Realm = "other" }, s_full with { Method = "lightning" }, s_full with { Intent = "charge" }, s_full with { Request = "e30" },
            s_full with { Expires = "2027-01-15T08:05:01Z" }, s_full with { Expires = null }, s_full with { Digest = null }, s_full with { Opaque = null },
            s_full with { Opaque = s_full.Opaque + "A" }, s_full with { Id = "" }, s_full with { Id = s_full.Id + "A" }, s_full with { Id = s_full.Id[1..] },
            s_full with { Id = s_full.Id[..^1] + "=" }, s_full with { Id = (s_full.Id[0] == 'A' ? 'B' : 'A') + s_full.Id[1..] }, PaymentVectors.Challenges[0] with { Id = s_full.Id },
        ];
        Assert.All(changed, it => Assert.Equal(ChallengeCheck.Foreign, s_seal.Check(it, PaymentVectors.Now)));
    }

    [Fact]
    public void The_description_is_for_people_and_is_not_bound() =>
        Assert.Equal(ChallengeCheck.Good, s_seal.Check(s_full with { Description = "free" }, PaymentVectors.Now));

    [Fact]
    public void Another_secret_or_period_makes_other_ids()
    {
        byte[] other = [.. PaymentVectors.Secret];
        other[31] ^= 1;
        Assert.Equal(ChallengeCheck.Foreign, new ChallengeSeal(other).Check(s_full, PaymentVectors.Now));
        Assert.Equal(ChallengeCheck.Foreign, new ChallengeSeal(PaymentVectors.Secret, TimeSpan.FromHours(1)).Check(s_full, PaymentVectors.Now));
    }

    [Fact]
    public void A_bar_cannot_move_from_between_two_parameters_into_one()
    {
        var own = s_seal.Bind(new("", "r", "bitcoin", "session", "e30", Digest: "d"), PaymentVectors.Now);
        var moved = own with { Realm = "r|bitcoin", Method = "session", Intent = "e30", Request = "", Expires = "d", Digest = null };
        Assert.Equal(ChallengeCheck.Foreign, s_seal.Check(moved, PaymentVectors.Now));
        Assert.Throws<ArgumentException>(() => s_seal.Bind(moved, PaymentVectors.Now));
    }

    [Fact]
    public void Past_its_expires_it_is_its_own_but_expired()
    {
        Assert.Equal(ChallengeCheck.Good, s_seal.Check(s_full, s_full.ExpiresAt!.Value));
        Assert.Equal(ChallengeCheck.Expired, s_seal.Check(s_full, s_full.ExpiresAt!.Value + TimeSpan.FromSeconds(1)));
        Assert.Equal(ChallengeCheck.Foreign, s_seal.Check(s_full with { Realm = "other" }, s_full.ExpiresAt!.Value + TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void The_key_before_the_present_one_still_verifies_and_none_older()
    {
        var endless = s_seal.Bind(new("", "r", "bitcoin", "session", "e30"), PaymentVectors.Now);
        var period = ChallengeSeal.DefaultPeriod;
        var start = PaymentVectors.Now - TimeSpan.FromSeconds(PaymentVectors.Now.ToUnixTimeSeconds() % (long)period.TotalSeconds);
        Assert.Equal(ChallengeCheck.Good, s_seal.Check(endless, start + period));
        Assert.Equal(ChallengeCheck.Good, s_seal.Check(endless, start + (2 * period) - TimeSpan.FromSeconds(1)));
        Assert.Equal(ChallengeCheck.Foreign, s_seal.Check(endless, start + (2 * period)));
    }

    [Fact]
    public void An_instance_whose_clock_is_a_little_behind_knows_the_next_key()
    {
        var turn = DateTimeOffset.FromUnixTimeSeconds(86_400L * 20_833);
        var made = s_seal.Bind(new("", "r", "bitcoin", "session", "e30"), turn);
        Assert.Equal(ChallengeCheck.Good, s_seal.Check(made, turn - TimeSpan.FromSeconds(59)));
        Assert.Equal(ChallengeCheck.Foreign, s_seal.Check(made, turn - TimeSpan.FromSeconds(61)));
    }

    [Fact]
    public void No_two_challenges_share_an_id() => Prop.ForAll(
        ArbMap.Default.ArbFor<string[]>().Filter(it => it is { Length: >= 14 } && it.All(text => text?.Contains('|', StringComparison.Ordinal) == false)),
        texts =>
        {
            PaymentChallenge Of(int at) => new("", texts[at], texts[at + 1], texts[at + 2], texts[at + 3], texts[at + 4], texts[at + 5], null, texts[at + 6]);
            var (first, second) = (s_seal.Bind(Of(0), PaymentVectors.Now), s_seal.Bind(Of(7), PaymentVectors.Now));
            return (first == second) == (first.Id == second.Id);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Secrets_have_32_bytes_and_periods_a_minute()
    {
        Assert.Throws<ArgumentException>(() => new ChallengeSeal(new byte[31]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ChallengeSeal(PaymentVectors.Secret, TimeSpan.FromSeconds(59)));
    }
}
