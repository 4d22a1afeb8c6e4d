using System.Text.RegularExpressions;

namespace BtcChannels.PackageApi;

/// <summary>What a description in the manner of C# says of a method and the lists of members do not.</summary>
internal sealed record Described(IReadOnlyList<string> ParameterNames, bool IsObsolete);

/// <summary>A description of the API in the manner of C#, which covers the types that matter.</summary>
internal sealed partial class DescribedApi
{
    private static readonly Dictionary<string, string> s_keywords = new()
    {
        ["System.Boolean"] = "bool", ["System.Byte"] = "byte", ["System.SByte"] = "sbyte", ["System.Int16"] = "short", ["System.UInt16"] = "ushort", ["System.Int32"] = "int", ["System.UInt32"] = "uint",
        ["System.Int64"] = "long", ["System.UInt64"] = "ulong", ["System.Char"] = "char", ["System.Decimal"] = "decimal", ["System.Double"] = "double", ["System.Single"] = "float",
        ["System.String"] = "string", ["System.Object"] = "object", ["System.Void"] = "void",
    };

    private readonly Dictionary<string, Described> _methods = [];

    /// <summary>The values of constants, by type and name.</summary>
    public Dictionary<string, string> Constants { get; } = [];

    /// <param name="lines">For each type a block that starts with <c>// namespace X</c> and its declaration, and goes on with a signature a line, indented.</param>
    public DescribedApi(IEnumerable<string> lines)
    {
        var (space, type) = ("", "");
        foreach (var line in lines)
        {
            if (line.StartsWith("```", StringComparison.Ordinal)) (space, type) = ("", "");
            else if (line.StartsWith("// namespace ", StringComparison.Ordinal)) space = line["// namespace ".Length..];
            else if (space.Length > 0 && Declaration().Match(line) is { Success: true } declared) type = $"{space}.{declared.Groups[1].Value}";
            else if (type.Length > 0 && Constant().Match(line) is { Success: true } constant) Constants.Add($"{type}.{constant.Groups[1].Value}", constant.Groups[2].Value);
            else if (type.Length > 0 && Signature().Match(line) is { Success: true } member)
            {
                var parameters = Split(member.Groups[3].Value).Select(parameter => Parameter().Match(parameter)).ToList();
                if (!parameters.TrueForAll(it => it.Success)) continue;
                var name = member.Groups[2].Value;
                var method = member.Groups[1].Value switch { "implicit operator " => "op_Implicit", "explicit operator " => "op_Explicit", _ => type.EndsWith("." + name, StringComparison.Ordinal) ? "ctor" : name };
                _methods.TryAdd(
                    Key(type, method, parameters.Select(it => it.Groups[2].Value + (it.Groups[1].Success ? "&" : ""))),
                    new([.. parameters.Select(it => it.Groups[3].Value)], line.Contains("// [Obsolete]", StringComparison.Ordinal)));
            }
        }
    }

    /// <returns>Null where nothing is said of the method.</returns>
    public Described? Of(string type, string method, IEnumerable<TypeText> parameters) => _methods.GetValueOrDefault(Key(type, method, parameters.Select(Write)));

    private static string Key(string type, string method, IEnumerable<string> parameters) => $"{type}.{method}({string.Join(", ", parameters)})";

    private static string Write(TypeText type)
    {
        if (type.Name == "System.Nullable`1") return Write(type.Arguments[0]) + "?";
        var name = s_keywords.GetValueOrDefault(type.Name) ?? type.Name[(type.Name.LastIndexOf('.') + 1)..].Replace('+', '.');
        if (type.Arguments.Count > 0) name = $"{name.Split('`')[0]}<{string.Join(", ", type.Arguments.Select(Write))}>";
        return name + string.Concat(Enumerable.Repeat("[]", type.Arrays)) + (type.IsByRef ? "&" : "");
    }

    private static IEnumerable<string> Split(string parameters)
    {
        var (depth, start) = (0, 0);
        for (var i = 0; i < parameters.Length; i++)
        {
            depth += parameters[i] is '<' or '(' ? 1 : parameters[i] is '>' or ')' ? -1 : 0;
            if (depth != 0 || parameters[i] != ',') continue;
            yield return parameters[start..i].Trim();
            start = i + 1;
        }
        if (parameters.Length > start) yield return parameters[start..].Trim();
    }

    [GeneratedRegex(@"^public (?:static |abstract |sealed |readonly )*(?:class|struct|interface) (\w+)")]
    private static partial Regex Declaration();

    [GeneratedRegex(@"^  const \S+ (\w+) = (\S+);")]
    private static partial Regex Constant();

    [GeneratedRegex(@"^  (?:\S.*? )??((?:implicit|explicit) operator )?([\w]+)(?:<\w+>)?\((.*)\);")]
    private static partial Regex Signature();

    [GeneratedRegex(@"^(?:this |params )*((?:out|ref|in) )?(.+?) @?(\w+)(?: = .*)?$")]
    private static partial Regex Parameter();
}
