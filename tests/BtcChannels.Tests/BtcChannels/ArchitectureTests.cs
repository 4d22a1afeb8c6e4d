using System.Xml.Linq;

namespace BtcChannels.Tests.Domain;

/// <summary>What the project files say of each other: references point one way.</summary>
public class ArchitectureTests
{
    /// <summary>What each project may refer to, itself or by way of these.</summary>
    private static readonly Dictionary<string, string[]> s_mayReferTo = new()
    {
        ["Secp256k1"] = [],
        ["NBitcoin"] = ["Secp256k1"],
        ["NBXplorer.Client"] = ["NBitcoin"],
        ["BtcChannels"] = ["Secp256k1", "NBitcoin"],
        ["BtcChannels.Chain"] = ["BtcChannels", "NBitcoin", "NBXplorer.Client"],
        ["BtcChannels.Storage"] = ["BtcChannels", "NBitcoin"],
        ["BtcChannels.Storage.Postgres"] = ["BtcChannels.Storage", "BtcChannels", "NBitcoin"],
        ["BtcChannels.AspNetCore"] = ["BtcChannels", "BtcChannels.Chain", "BtcChannels.Storage", "BtcChannels.Storage.Postgres", "NBitcoin"],
        ["BtcChannels.AspNetCore.OpenApi"] = ["BtcChannels.AspNetCore", "BtcChannels", "BtcChannels.Chain", "BtcChannels.Storage", "BtcChannels.Storage.Postgres", "NBitcoin"],
        ["BtcChannels.Client"] = ["BtcChannels", "BtcChannels.Chain", "BtcChannels.Storage", "NBitcoin"],
        ["BtcChannels.Server"] = ["BtcChannels.AspNetCore", "BtcChannels.Storage.Postgres", "BtcChannels", "BtcChannels.Chain", "BtcChannels.Storage", "NBitcoin"],
        ["BtcChannels.Cli"] = ["BtcChannels.Client", "BtcChannels", "BtcChannels.Chain", "BtcChannels.Storage", "NBitcoin"],
    };

    private static readonly string[] s_drawers = ["Abstractions", "Core", "Common", "Helpers", "Helper", "Utils", "Utilities", "Shared", "Misc"];

    private static DirectoryInfo Root
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "BtcChannels.sln"))) folder = folder.Parent ?? throw new DirectoryNotFoundException("No BtcChannels.sln above the tests");
            return folder;
        }
    }

    private static IReadOnlyList<FileInfo> ProjectsIn(string folder) =>
        [.. new DirectoryInfo(Path.Combine(Root.FullName, folder)).GetDirectories().SelectMany(it => it.GetFiles("*.csproj"))];

    private static string NameOf(FileInfo project) => Path.GetFileNameWithoutExtension(project.Name);

    private static IReadOnlyList<string> ReferencesOf(FileInfo project)
    {
        var items = XDocument.Load(project.FullName).Descendants().ToList();
        var projects = items.Where(it => it.Name.LocalName == "ProjectReference").Select(it => Path.GetFileNameWithoutExtension(it.Attribute("Include")!.Value.Replace('\\', '/')));
        var bitcoin = items.Where(it => it.Name.LocalName == "BitcoinReference").Select(it => it.Attribute("Include")!.Value);
        return [.. projects, .. bitcoin];
    }

    public static TheoryData<string> Sources => [.. ProjectsIn("src").Select(NameOf)];

    [Theory, MemberData(nameof(Sources))]
    public void A_project_refers_only_to_what_stands_below_it(string project)
    {
        Assert.True(s_mayReferTo.ContainsKey(project), $"{project} has no place in the order yet");
        Assert.Empty(ReferencesOf(ProjectsIn("src").Single(it => NameOf(it) == project)).Except(s_mayReferTo[project]));
    }

    [Fact]
    public void The_order_has_no_circle()
    {
        var placed = new HashSet<string>();
        while (s_mayReferTo.FirstOrDefault(it => !placed.Contains(it.Key) && it.Value.All(placed.Contains)).Key is { } next) placed.Add(next);
        Assert.Equal(s_mayReferTo.Keys.Order(), placed.Order());
    }

    [Fact]
    public void Bitcoin_comes_through_its_own_kind_of_reference_and_never_past_it() =>
        Assert.All(
            [.. ProjectsIn("src"), .. ProjectsIn("tests"), .. ProjectsIn("regtest")],
            project => Assert.DoesNotContain(
                XDocument.Load(project.FullName).Descendants().Where(it => it.Name.LocalName is "ProjectReference" or "PackageReference"),
                it => Path.GetFileNameWithoutExtension(it.Attribute("Include")!.Value.Replace('\\', '/')) is "NBitcoin" or "NBXplorer.Client" or "NBitcoin.TestFramework"));

    [Fact]
    public void No_code_is_compiled_by_where_Bitcoin_comes_from()
    {
        string[] conditions = ["#if", "#elif", "[Conditional("];
        var files = ((string[])["src", "tests", "regtest"]).SelectMany(it => Directory.EnumerateFiles(Path.Combine(Root.FullName, it), "*.cs", SearchOption.AllDirectories)).ToList();
        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.DoesNotContain(File.ReadLines(file), line => conditions.Any(line.TrimStart().StartsWith)));
    }

    [Fact]
    public void Only_what_is_ours_goes_into_packages()
    {
        var packed = ProjectsIn("src").Concat(ProjectsIn("regtest")).Concat(ProjectsIn("tests"))
            .Where(it => XDocument.Load(it.FullName).Descendants("IsPackable").Any(value => value.Value == "true")).Select(NameOf).Order(StringComparer.Ordinal);
        Assert.Equal(["BtcChannels", "BtcChannels.AspNetCore", "BtcChannels.AspNetCore.OpenApi", "BtcChannels.Chain", "BtcChannels.Cli", "BtcChannels.Client", "BtcChannels.Storage", "BtcChannels.Storage.Postgres", "Secp256k1"], packed);
    }

    [Fact]
    public void Nothing_in_src_refers_to_tests_or_regtest()
    {
        var others = ProjectsIn("tests").Concat(ProjectsIn("regtest")).Select(NameOf).ToList();
        Assert.NotEmpty(others);
        Assert.All(ProjectsIn("src"), project => Assert.Empty(ReferencesOf(project).Intersect(others)));
    }

    [Fact]
    public void A_project_stands_in_the_folder_of_its_name() =>
        Assert.All([.. ProjectsIn("src"), .. ProjectsIn("tests"), .. ProjectsIn("regtest")], project => Assert.Equal(project.Directory!.Name, NameOf(project)));

    [Fact]
    public void There_is_no_drawer_for_things_without_a_place()
    {
        var folders = ((string[])["src", "tests", "regtest"])
            .SelectMany(it => Directory.EnumerateDirectories(Path.Combine(Root.FullName, it), "*", SearchOption.AllDirectories))
            .Select(it => Path.GetRelativePath(Root.FullName, it).Split(Path.DirectorySeparatorChar))
            .Where(steps => !steps.Any(step => step.StartsWith('.') || step is "bin" or "obj"))   // what was fetched or built
            .ToList();
        Assert.NotEmpty(folders);
        Assert.DoesNotContain(folders, steps => steps[^1].Split('.').Intersect(s_drawers, StringComparer.OrdinalIgnoreCase).Any());
    }

    [Fact]
    public void The_domain_knows_neither_clock_nor_disk_nor_network()
    {
        string[] outside = ["using System.IO", "using System.Net", "File.", "HttpClient", "TimeProvider", "Task.", "async ", "Environment."];
        var files = new DirectoryInfo(Path.Combine(Root.FullName, "src", "BtcChannels")).EnumerateFiles("*.cs", SearchOption.AllDirectories).ToList();
        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.DoesNotContain(outside, File.ReadAllText(file.FullName).Contains));
    }
}
