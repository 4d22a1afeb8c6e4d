using System.Text.RegularExpressions;

namespace BtcChannels.PackageApi;

/// <summary>A parameter; of <paramref name="Default"/>, null means that an argument has to be given.</summary>
internal sealed record ListedParameter(TypeText Type, bool IsOut, bool IsParams, string? Default);

/// <summary>A method, constructor, accessor or field.</summary>
internal sealed partial record ListedMember(string Kind, string Name, bool IsStatic, IReadOnlyList<string> TypeParameters, IReadOnlyList<ListedParameter> Parameters, TypeText Result)
{
    private static readonly TypeText s_void = TypeText.Parse("System.Void");

    public IEnumerable<string> Names => Parameters.SelectMany(parameter => parameter.Type.Names).Concat(Result.Names);

    /// <returns>Null for events, which are left out.</returns>
    public static ListedMember? Parse(string line, ListedType owner)
    {
        if (line.StartsWith("event ", StringComparison.Ordinal)) return null;
        var isStatic = line.StartsWith("static ", StringComparison.Ordinal);
        if (isStatic) line = line["static ".Length..];
        if (Setter().Match(line) is { Success: true } set) return new("set", set.Groups[1].Value, isStatic, [], [], TypeText.Parse(set.Groups[2].Value));
        if (Field().Match(line) is { Success: true } field) return new("field", field.Groups[1].Value, isStatic, [], [], TypeText.Parse(field.Groups[2].Value));
        if (Method().Match(line) is not { Success: true } method) throw new FormatException($"No member: {line}");
        var parameters = ParseParameters(method.Groups[4].Value).ToList();
        var result = method.Groups[5].Success ? TypeText.Parse(method.Groups[5].Value) : s_void;
        var member = new ListedMember(
            method.Groups[1].Success ? "get" : method.Groups[2].Value == "ctor" ? "ctor" : "method", method.Groups[2].Value, isStatic, [], parameters, result);
        if (!method.Groups[3].Success) return member;
        var named = member.Names.Where(IsParameter).Except(owner.Parameters).Distinct().ToList();
        while (named.Count < int.Parse(method.Groups[3].Value, System.Globalization.CultureInfo.InvariantCulture)) named.Add($"T{named.Count}");
        return member with { TypeParameters = named };
    }

    /// <summary>Whether a name is a type parameter's, by custom.</summary>
    public static bool IsParameter(string name) => TypeParameter().IsMatch(name);

    private static IEnumerable<ListedParameter> ParseParameters(string text)
    {
        while (text.Length > 0)
        {
            if (Parameter().Match(text) is not { Success: true } match) throw new FormatException($"No parameters: {text}");
            yield return new(TypeText.Parse(match.Groups[3].Value), match.Groups[1].Success, match.Groups[2].Success, match.Groups[4].Success ? match.Groups[4].Value : null);
            text = text[match.Length..];
        }
    }

    [GeneratedRegex(@"^T([A-Z]\w*|\d*)$")]
    private static partial Regex TypeParameter();

    [GeneratedRegex(@"^set (\w+) <- (\S+)$")]
    private static partial Regex Setter();

    [GeneratedRegex(@"^(\w+) -> (\S+)$")]
    private static partial Regex Field();

    // Records have <Clone>$.
    [GeneratedRegex(@"^(get )?(\w+|<Clone>\$)(?:<(\d+)>)?\((.*)\)(?: -> (\S+))?$")]
    private static partial Regex Method();

    // A comma within a type's arguments has no space behind it; a name without a dot behind a default is one more flag of it.
    [GeneratedRegex(@"^(out )?(params )?(\S+?)(?= = |, |$)(?: = (""[^""]*""|[^,]*(?:, \w+(?=, |$))*))?(?:, |$)")]
    private static partial Regex Parameter();
}
