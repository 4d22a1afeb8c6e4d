using System.Text.Json;
using System.Text.RegularExpressions;

namespace BtcChannels.Containers;

/// <summary>The Dockerfile, stage by stage.</summary>
internal sealed class Dockerfile
{
    private Dockerfile(IReadOnlyList<Stage> stages) => Stages = stages;

    public IReadOnlyList<Stage> Stages { get; }

    public Stage this[string name] => Stages.Single(it => it.Name == name);

    /// <exception cref="FormatException">An instruction stands before the first stage.</exception>
    public static Dockerfile Read()
    {
        var stages = new List<Stage>();
        // A comment ends with its line; a line that ends with a backslash goes on.
        var lines = File.ReadLines(Path.Combine(ComposeFile.Root, "Dockerfile")).Where(line => !line.StartsWith('#') && line.Length > 0);
        foreach (var instruction in string.Join('\n', lines).Replace("\\\n", "", StringComparison.Ordinal).Split('\n'))
        {
            var (word, rest) = (instruction.Split(' ', 2)[0], instruction.Split(' ', 2)[1]);
            if (word == "FROM") stages.Add(rest.Split(' ') is [var image, "AS", var name] ? new Stage(name, image) : throw new FormatException($"A stage has no name: {instruction}"));
            else if (stages.Count > 0) stages[^1].Instructions.Add((word, rest));
            else throw new FormatException($"It stands before the first stage: {instruction}");
        }
        return new(stages);
    }
}

/// <summary>What a COPY takes and where it puts it.</summary>
/// <param name="From">The stage that it is taken from; null for the repository.</param>
internal sealed record Copy(string? From, IReadOnlyList<string> Sources, string Target);

internal sealed partial record Stage(string Name, string Image)
{
    public List<(string Word, string Arguments)> Instructions { get; } = [];

    public IReadOnlyDictionary<string, string> Environment => Of("ENV").SelectMany(rest => Assignment().Matches(rest)).ToDictionary(it => it.Groups[1].Value, it => it.Groups[2].Value.Trim('"'));

    public IReadOnlyList<Copy> Copies => [.. Of("COPY").Select(rest =>
    {
        var words = rest.Split(' ');
        var from = words.FirstOrDefault(it => it.StartsWith("--from=", StringComparison.Ordinal))?["--from=".Length..];
        var paths = words.Where(it => !it.StartsWith("--", StringComparison.Ordinal)).ToList();
        return new Copy(from, paths[..^1], paths[^1]);
    })];

    /// <summary>The words of an instruction that has a list in JSON.</summary>
    public IReadOnlyList<string> Command(string word)
    {
        var arguments = Of(word).Single();
        return JsonSerializer.Deserialize<string[]>(arguments[arguments.IndexOf('[', StringComparison.Ordinal)..])!;
    }

    public IReadOnlyList<string> Of(string word) => [.. Instructions.Where(it => it.Word == word).Select(it => it.Arguments)];

    [GeneratedRegex("""([A-Za-z0-9_]+)=("[^"]*"|[^ ]*)""")]
    private static partial Regex Assignment();
}
