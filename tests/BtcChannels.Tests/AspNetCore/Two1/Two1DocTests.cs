using BtcChannels.Two1;

namespace BtcChannels.Tests.AspNetCore.Two1;

/// <summary>docs/two1.md lists every refusal in the words that it is told in.</summary>
public sealed class Two1DocTests
{
    private static readonly Lazy<string> s_text = new(() =>
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "BtcChannels.sln"))) return File.ReadAllText(Path.Combine(folder.FullName, "docs", "two1.md"));
        throw new InvalidOperationException("This is not in a checkout");
    });

    public static TheoryData<string> Words =>
    [
        .. Enum.GetValues<Two1OpenRejection>().Select(Two1Words.Of)
            .Concat(Enum.GetValues<Two1PaymentRejection>().Select(it => Two1Words.Of(it, new Two1Policy())))
            .Concat(Enum.GetValues<Two1CloseRejection>().Select(Two1Words.Of))
            .Concat(Enum.GetValues<Two1TokenRejection>().Select(Two1Words.Of)).Distinct(),
    ];

    [Theory, MemberData(nameof(Words))]
    public void Every_refusal_is_in_the_document(string words) => Assert.Contains(words, s_text.Value, StringComparison.Ordinal);
}
