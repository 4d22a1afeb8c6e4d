using System.Text.RegularExpressions;

namespace BtcChannels.Tests.Readme;

/// <summary>The README's C# is the C# of the samples beside this file, which the compiler has seen.</summary>
public sealed partial class ReadmeTests
{
    [Fact]
    public void The_merchant_in_the_readme_compiles() => Assert.Equal(Sample("MerchantSample"), Blocks()[0]);

    [Fact]
    public void The_prices_in_the_readme_compile() => Assert.Equal(Sample("PriceSample"), Blocks()[1]);

    [Fact]
    public void The_customer_in_the_readme_compiles() => Assert.Equal(Sample("CustomerSample"), Blocks()[2]);

    [Fact]
    public void The_payer_in_the_documents_compiles() => Assert.Equal(Sample("PayingSample"), Assert.Single(CSharpBlock().Matches(Read("docs/paying.md"))).Groups[1].Value);

    [Fact]
    public void Every_reason_not_to_pay_is_explained_in_the_documents() =>
        Assert.All(Enum.GetNames<global::BtcChannels.Client.PaymentRefusal>(), it => Assert.Contains($"`{it}`", Read("docs/paying.md"), StringComparison.Ordinal));

    [Fact]
    public void There_is_no_other_code_in_the_readme() => Assert.Equal(3, Blocks().Count);

    [Fact]
    public void Every_path_of_the_readme_exists()
    {
        var named = PathLine().Matches(Read("README.md")).Select(match => match.Groups[1].Value).ToList();
        Assert.NotEmpty(named);
        Assert.All(named, path => Assert.True(Path.Exists(Path.Combine(Root, path)), path));
    }

    [Fact]
    public void Every_link_in_the_documents_leads_somewhere()
    {
        string[] documents = ["README.md", .. Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md").Select(file => Path.GetRelativePath(Root, file))];
        foreach (var document in documents)
            foreach (Match link in LocalLink().Matches(Read(document)))
                Assert.True(File.Exists(Path.Combine(Root, Path.GetDirectoryName(document)!, link.Groups[1].Value)), $"{document}: {link.Groups[1].Value}");
    }

    private static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "BtcChannels.sln"))) return at.FullName;
        throw new DirectoryNotFoundException("The tests are not inside the repository");
    }

    private static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static List<string> Blocks() => [.. CSharpBlock().Matches(Read("README.md")).Select(match => match.Groups[1].Value)];

    private static string Sample(string name)
    {
        const int indentation = 8;
        var lines = Read($"tests/BtcChannels.Tests/Readme/{name}.cs").Split('\n');
        var first = Array.FindIndex(lines, line => line.Trim() == "// sample") + 1;
        var last = Array.FindIndex(lines, line => line.Trim() == "// end of sample");
        return string.Concat(lines[first..last].Select(line => (line.Length > indentation ? line[indentation..] : "") + "\n"));
    }

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharpBlock();

    [GeneratedRegex("^((?:src|tests|regtest|docs)[/A-Za-z0-9.]*) {2,}", RegexOptions.Multiline)]
    private static partial Regex PathLine();

    [GeneratedRegex(@"\]\((?!http)([^)#]+)")]
    private static partial Regex LocalLink();
}
