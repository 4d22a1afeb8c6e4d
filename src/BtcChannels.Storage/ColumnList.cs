namespace BtcChannels.Storage;

/// <summary>Columns in <c>snake_case</c> for rows in PascalCase, spelled once for reading and writing.</summary>
internal sealed class ColumnList(params string[] names)
{
    /// <summary><c>close_fee AS CloseFee, …</c></summary>
    public string Select { get; } = Join(names, it => $"{it} AS {Pascal(it)}");

    /// <summary><c>close_fee, …</c></summary>
    public string Names { get; } = Join(names, it => it);

    /// <summary><c>@CloseFee, …</c></summary>
    public string Values { get; } = Join(names, it => $"@{Pascal(it)}");

    /// <summary><c>close_fee = @CloseFee, …</c></summary>
    public string Set { get; } = Join(names, it => $"{it} = @{Pascal(it)}");

    private static string Join(string[] names, Func<string, string> write) => string.Join(", ", names.Select(write));

    private static string Pascal(string name) => string.Concat(name.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
}
