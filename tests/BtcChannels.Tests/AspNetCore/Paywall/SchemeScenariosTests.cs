using System.Text.RegularExpressions;

namespace BtcChannels.Tests.AspNetCore.Paywall;

/// <summary>docs/scheme-scenarios.md names tests that there are.</summary>
public sealed partial class SchemeScenariosTests
{
    [Fact]
    public void Every_sentence_of_the_scheme_is_held_by_tests_that_exist()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "BtcChannels.sln"))) folder = folder.Parent!;
        var rows = File.ReadAllLines(Path.Combine(folder.FullName, "docs", "scheme-scenarios.md")).Where(it => it.StartsWith("| ", StringComparison.Ordinal)).Skip(1).ToList();
        Assert.True(rows.Count > 30);
        Assert.All(rows, row =>
        {
            var named = TestName().Matches(row.Split('|')[^2]);
            Assert.NotEmpty(named);
            Assert.All(named, it =>
            {
                var type = typeof(SchemeScenariosTests).Assembly.GetType($"{typeof(SchemeScenariosTests).Namespace}.{it.Groups[1].Value}");
                Assert.True(type?.GetMethod(it.Groups[2].Value)?.GetCustomAttributes(typeof(FactAttribute), inherit: true).Length == 1, it.Value);
            });
        });
    }

    [GeneratedRegex("`([A-Za-z]+)\\.([A-Za-z0-9_]+)`")]
    private static partial Regex TestName();
}
