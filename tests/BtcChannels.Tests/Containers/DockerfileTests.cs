using System.Xml.Linq;
using BtcChannels.Containers;

namespace BtcChannels.Tests.Containers;

/// <summary>What the Dockerfile names is there: projects, files, stages, programs.</summary>
public sealed class DockerfileTests
{
    private static readonly string[] s_images = ["customer", "merchant"];

    private readonly Dockerfile _dockerfile = Dockerfile.Read();

    public static TheoryData<string> Images => [.. s_images];

    [Fact]
    public void Every_base_is_one_exact_version() => Assert.All(_dockerfile.Stages, stage => Assert.Contains(stage.Image, KnownNames.Images));

    [Fact]
    public void The_images_that_compose_builds_are_stages_and_the_merchants_is_the_one_by_default()
    {
        Assert.Equal(s_images, ComposeFile.Read().Services.Values.Select(it => it.BuildTarget).OfType<string>().Order());
        Assert.Equal("merchant", _dockerfile.Stages[^1].Name);
    }

    [Fact]
    public void What_is_copied_from_the_repository_is_there_and_is_sent_to_the_builder()
    {
        var sources = _dockerfile.Stages.SelectMany(it => it.Copies).Where(it => it.From is null).SelectMany(it => it.Sources).ToList();
        var sent = File.ReadAllLines(Path.Combine(ComposeFile.Root, ".dockerignore"));
        Assert.NotEmpty(sources);
        Assert.All(sources, path => Assert.True(Path.Exists(Path.Combine(ComposeFile.Root, path)), path));
        Assert.Equal(sources.Order(), sent.Where(it => it.StartsWith('!')).Select(it => it[1..]).Order());
        Assert.Contains("*", sent);
        Assert.Contains("**/bin", sent);
        Assert.Contains("**/obj", sent);
    }

    [Fact]
    public void All_that_MSBuild_reads_at_the_top_is_copied()
    {
        var copied = _dockerfile["build"].Copies.SelectMany(it => it.Sources).ToHashSet();
        string[] read = ["global.json", "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props"];
        var imported = read.Where(it => it != "global.json").SelectMany(file => XDocument.Load(Path.Combine(ComposeFile.Root, file)).Descendants())
            .Select(it => it.Name.LocalName switch { "Import" => it.Attribute("Project")!.Value, "AdditionalFiles" => it.Attribute("Include")!.Value.Replace("$(MSBuildThisFileDirectory)", "", StringComparison.Ordinal), _ => null })
            .OfType<string>();
        Assert.All([.. read, .. imported], file => Assert.Contains(file, copied));
    }

    [Fact]
    public void Every_stage_that_is_copied_from_stands_before()
    {
        var before = new HashSet<string>();
        foreach (var stage in _dockerfile.Stages)
        {
            Assert.All(stage.Copies.Select(it => it.From).OfType<string>(), from => Assert.Contains(from, before));
            before.Add(stage.Name);
        }
    }

    [Theory, MemberData(nameof(Images))]
    public void The_program_that_is_started_is_the_one_that_is_published(string image)
    {
        var stage = _dockerfile[image];
        var copy = stage.Copies.Single(it => it.From == "build" && it.Target == "/app");
        var publish = _dockerfile["build"].Of("RUN").Select(it => it.Split(' ')).Single(it => it is ["dotnet", "publish", ..] && it[^1] == copy.Sources.Single());
        var (folder, name) = (publish[2], publish[2].Split('/')[^1]);
        var project = XDocument.Load(Path.Combine(ComposeFile.Root, folder, $"{name}.csproj"));
        var program = $"/app/{project.Descendants("AssemblyName").SingleOrDefault()?.Value ?? name}.dll";
        Assert.Equal(["dotnet", program], image == "merchant" ? stage.Command("ENTRYPOINT") : stage.Environment["BTCCHANNELS"].Split(' '));
        Assert.Contains("--no-self-contained", publish);
        // The base has the frameworks that the project wants.
        Assert.Equal(project.Root!.Attribute("Sdk")!.Value == "Microsoft.NET.Sdk.Web", stage.Image.Contains("/aspnet:", StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(Images))]
    public void The_curve_is_where_the_loader_is_told_to_look(string image)
    {
        var stage = _dockerfile[image];
        var library = stage.Environment[global::Secp256k1.Library.PathVariable];
        var copy = stage.Copies.Single(it => it.From == "curve");
        Assert.Equal(library, copy.Target);
        Assert.Contains(Path.GetFileName(library), global::Secp256k1.Library.Names);
        Assert.EndsWith($" {copy.Sources.Single()}", _dockerfile["curve"].Of("RUN").Single(), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Images))]
    public void Nobody_is_root_and_the_volume_is_the_users(string image)
    {
        var stage = _dockerfile[image];
        var volume = stage.Of("VOLUME").Single();
        Assert.Equal(KnownNames.DotnetUser, stage.Of("USER").Single());
        Assert.Contains(stage.Of("COPY"), it => it == $"--from=build --chown={KnownNames.DotnetUser}:{KnownNames.DotnetUser} /data {volume}");
        Assert.Contains("mkdir -m 700 /data", _dockerfile["build"].Of("RUN"));
        Assert.Equal(volume, ComposeFile.Read()[image].Mounts.Single(it => it is { IsVolume: true, IsReadOnly: false }).Target);
    }
}
