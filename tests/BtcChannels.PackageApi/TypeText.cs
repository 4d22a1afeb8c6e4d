namespace BtcChannels.PackageApi;

/// <summary>A type as reflection writes it: <c>System.Collections.Generic.List`1[NBitcoin.Key][]&amp;</c>.</summary>
internal sealed record TypeText(string Name, IReadOnlyList<TypeText> Arguments, int Arrays, bool IsByRef)
{
    public IEnumerable<string> Names => Arguments.SelectMany(argument => argument.Names).Prepend(Name);

    /// <exception cref="FormatException">Pointers and arrays of several dimensions are not read.</exception>
    public static TypeText Parse(string text)
    {
        var at = 0;
        var type = Parse(text, ref at);
        return at == text.Length ? type : throw new FormatException($"No type: {text}");
    }

    private static TypeText Parse(string text, ref int at)
    {
        var start = at;
        while (at < text.Length && text[at] is not ('[' or ']' or ',' or '&')) at++;
        var name = text[start..at];
        List<TypeText> arguments = [];
        if (name.Contains('`', StringComparison.Ordinal) && at < text.Length && text[at] == '[' && text[at + 1] != ']')
        {
            do
            {
                at++;
                arguments.Add(Parse(text, ref at));
            }
            while (text[at] == ',');
            at++;
        }
        var arrays = 0;
        for (; at + 1 < text.Length && text[at] == '[' && text[at + 1] == ']'; at += 2) arrays++;
        var byRef = at < text.Length && text[at] == '&';
        if (byRef) at++;
        return name.Length > 0 && !name.Contains('*', StringComparison.Ordinal) ? new(name, arguments, arrays, byRef) : throw new FormatException($"No type: {text}");
    }
}
