using System.Text.RegularExpressions;
using YamlDotNet.Serialization;

namespace BtcChannels.Containers;

/// <summary>docker-compose.regtest.yml, as far as it concerns tests.</summary>
internal sealed class ComposeFile
{
    private readonly Dictionary<string, object> _content;

    private ComposeFile(Dictionary<string, object> content)
    {
        _content = content;
        Services = ((Dictionary<object, object>)content["services"]).ToDictionary(it => (string)it.Key, it => new ComposeService((string)it.Key, (Dictionary<object, object>)it.Value));
    }

    /// <summary>The folder that the repository is checked out to.</summary>
    public static string Root { get; } = FindRoot();

    public static string Text => File.ReadAllText(Path.Combine(Root, "docker-compose.regtest.yml"));

    public IEnumerable<string> Keys => _content.Keys;

    public IReadOnlyDictionary<string, ComposeService> Services { get; }

    public IEnumerable<string> Volumes => ((Dictionary<object, object>)_content["volumes"]).Keys.Cast<string>();

    /// <summary>Whether nothing outside reaches it, by network.</summary>
    public IReadOnlyDictionary<string, bool> Networks => ((Dictionary<object, object>)_content["networks"])
        .ToDictionary(it => (string)it.Key, it => ((Dictionary<object, object>)it.Value).TryGetValue("internal", out var value) && (string)value == "true");

    public ComposeService this[string name] => Services[name];

    public static ComposeFile Read() => new(new DeserializerBuilder().Build().Deserialize<Dictionary<string, object>>(Text));

    private static string FindRoot()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "BtcChannels.sln"))) return at.FullName;
        throw new DirectoryNotFoundException("The tests are not inside the repository");
    }
}

/// <summary>What is mounted where: a named volume, or a path of the repository that begins with a dot.</summary>
internal sealed record Mount(string Source, string Target, bool IsReadOnly)
{
    public bool IsVolume => !Source.StartsWith('.');
}

internal sealed partial class ComposeService(string name, Dictionary<object, object> content)
{
    public string Name => name;

    public IEnumerable<string> Keys => content.Keys.Cast<string>();

    public string? Image => content.GetValueOrDefault("image") as string;

    /// <summary>The stage of the Dockerfile that is built; null where an image is taken as it is.</summary>
    public string? BuildTarget => content.TryGetValue("build", out var build) ? (string)((Dictionary<object, object>)build)["target"] : null;

    public IReadOnlyDictionary<string, string> Environment => content.TryGetValue("environment", out var values)
        ? ((Dictionary<object, object>)values).ToDictionary(it => (string)it.Key, it => (string)it.Value) : new Dictionary<string, string>();

    public IReadOnlyList<Mount> Mounts => [.. List("volumes").Select(text => text.Split(':')).Select(parts => new Mount(parts[0], parts[1], parts is [_, _, "ro"]))];

    public IReadOnlyList<string> Ports => List("ports");

    public IReadOnlyList<string> Networks => List("networks");

    public string? NetworkMode => content.GetValueOrDefault("network_mode") as string;

    public IReadOnlyList<string> Profiles => List("profiles");

    public string? User => content.GetValueOrDefault("user") as string;

    public IReadOnlyList<string> Entrypoint => List("entrypoint");

    /// <summary>The condition, by service.</summary>
    public IReadOnlyDictionary<string, string> DependsOn => content.TryGetValue("depends_on", out var services)
        ? ((Dictionary<object, object>)services).ToDictionary(it => (string)it.Key, it => (string)((Dictionary<object, object>)it.Value)["condition"]) : new Dictionary<string, string>();

    /// <summary>The program and its arguments; empty where the service has none of its own.</summary>
    public IReadOnlyList<string> HealthCommand => content.TryGetValue("healthcheck", out var check)
        ? [.. ((List<object>)((Dictionary<object, object>)check)["test"]).Cast<string>().Skip(1)] : [];

    /// <summary>Lines of bitcoin.conf, name and value.</summary>
    public IReadOnlyList<(string Name, string Value)> BitcoinOptions =>
        [.. Environment["BITCOIN_EXTRA_ARGS"].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => OptionLine().Match(line)).Select(it => (it.Groups[1].Value, it.Groups[2].Value))];

    /// <summary>Where a path of the container lies: the volume, and the rest of the path in it.</summary>
    /// <exception cref="InvalidOperationException">In no volume.</exception>
    public (string Volume, string Path) Locate(string path)
    {
        var mount = Mounts.Single(it => it.IsVolume && path.StartsWith(it.Target + "/", StringComparison.Ordinal));
        return (mount.Source, path[(mount.Target.Length + 1)..]);
    }

    private List<string> List(string key) => content.TryGetValue(key, out var values) ? [.. ((List<object>)values).Cast<string>()] : [];

    [GeneratedRegex("^([a-z]+)=(.+)$")]
    private static partial Regex OptionLine();
}
