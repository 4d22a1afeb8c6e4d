namespace BtcChannels.PackageApi;

/// <summary>What a list says about one type.</summary>
/// <param name="Text">With its type parameters: <c>NBitcoin.UnsignedList`1[T]</c>.</param>
/// <param name="Kind">class, static class, struct, enum or interface.</param>
internal sealed record ListedType(string Text, string Kind)
{
    public TypeText Type { get; } = TypeText.Parse(Text);

    public string Name => Type.Name;

    public IReadOnlyList<string> Parameters => [.. Type.Arguments.Select(argument => argument.Name)];

    public List<string> Bases { get; } = [];

    public List<string> Interfaces { get; } = [];

    /// <summary>What stands behind the type's name, inherited members included.</summary>
    public List<string> Members { get; } = [];

    public bool IsValueType => Kind is "struct" or "enum";

    /// <summary>An enum's values by name.</summary>
    public IReadOnlyDictionary<string, long> Values =>
        Members.Select(member => member.Split(" = ")).ToDictionary(parts => parts[0], parts => long.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture));

    public static IReadOnlyList<ListedType> Read(IEnumerable<string> lines)
    {
        var all = lines.ToList();
        Dictionary<string, ListedType> types = [];
        foreach (var parts in all.Select(line => line.Split(" : ")))
            if (parts is [var text, "class" or "static class" or "struct" or "enum" or "interface"]) types.Add(text, new(text, parts[1]));
        foreach (var line in all)
        {
            if (line.Split(" : ") is [var text, var said] && types.TryGetValue(text, out var type))
            {
                if (said.StartsWith("base ", StringComparison.Ordinal)) type.Bases.Add(said["base ".Length..]);
                if (said.StartsWith("implements ", StringComparison.Ordinal)) type.Interfaces.Add(said["implements ".Length..]);
                continue;
            }
            var dot = line.AsSpan(0, line.AsSpan().IndexOfAny('(', ' ')).LastIndexOf('.');
            while (dot > 0 && !types.ContainsKey(line[..dot])) dot = line.AsSpan(0, dot).LastIndexOf('.');
            if (dot <= 0) throw new FormatException($"A member of no listed type: {line}");
            types[line[..dot]].Members.Add(line[(dot + 1)..]);
        }
        // The outer before the nested, as metadata wants it.
        return [.. types.Values.OrderBy(type => type.Name.Count(letter => letter == '+')).ThenBy(type => type.Name, StringComparer.Ordinal)];
    }
}
