using System.Text.RegularExpressions;
using BtcChannels.Wire;

namespace BtcChannels.Tests.Domain;

public partial class SlugTests
{
    private static IEnumerable<Enum> Rejections =>
        [.. Enum.GetValues<OpenRejection>().Cast<Enum>(), .. Enum.GetValues<PaymentRejection>().Cast<Enum>(), .. Enum.GetValues<CloseRejection>().Cast<Enum>()];

    [Fact]
    public void Every_rejection_has_one_in_lower_case_words() => Assert.All(Rejections, it => Assert.Matches(Words(), Slug.Of(it)));

    [Fact]
    public void Within_a_list_no_two_are_the_same() =>
        Assert.All(Rejections.GroupBy(it => it.GetType()), list => Assert.Equal(list.Count(), list.Select(Slug.Of).Distinct().Count()));

    [Fact]
    public void The_same_slug_in_two_lists_is_the_same_name() =>
        Assert.All(Rejections.GroupBy(Slug.Of), same => Assert.Single(same.Select(it => it.ToString()).Distinct()));

    [Theory]
    [InlineData(PaymentRejection.TotalNotRaised, "total-not-raised")]
    [InlineData(PaymentRejection.SignatureHighS, "signature-high-s")]
    [InlineData(PaymentRejection.Malformed, "malformed")]
    public void It_is_the_name_in_lower_case_with_hyphens(PaymentRejection rejection, string slug) => Assert.Equal(slug, Slug.Of(rejection));

    [Fact]
    public void States_have_one_too() => Assert.Equal(
        ["abandoned", "closed", "closing", "open", "pending", "refunded"], MerchantStates.All.Select(Slug.Of).Distinct().Order());

    [GeneratedRegex("^[a-z]+(-[a-z]+)*$")]
    private static partial Regex Words();
}
