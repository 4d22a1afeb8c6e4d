using System.Globalization;
using System.Reflection;

namespace BtcChannels.Storage;

/// <summary>What a kind of store is called and made of.</summary>
/// <param name="Name">Folder of its schema scripts.</param>
/// <param name="FileName">In the data folder.</param>
/// <param name="ApplicationId">In SQLite's header, offset 68: by it a file is known as one of these.</param>
internal sealed record StoreFormat(string Name, string FileName, int ApplicationId)
{
    public static readonly StoreFormat Merchant = new("Merchant", "merchant.db", 0x4243_686d);
    public static readonly StoreFormat Customer = new("Customer", "customer.db", 0x4243_6863);

    /// <summary>What follows the name of a file whose channels have moved into another store: it is kept, and never opened again.</summary>
    public const string Migrated = ".migrated";

    /// <summary>The numbered scripts in their order, from 1 without a gap. One that was published never changes.</summary>
    public IReadOnlyList<string> Scripts { get; } = ReadScripts(typeof(StoreFormat), Name);

    /// <summary>The numbered scripts of a folder beside a type.</summary>
    public static IReadOnlyList<string> ReadScripts(Type beside, string name)
    {
        var assembly = beside.Assembly;
        var prefix = $"{beside.Namespace}.{name}.";
        var found = assembly.GetManifestResourceNames()
            .Where(it => it.StartsWith(prefix, StringComparison.Ordinal))
            .OrderBy(it => it, StringComparer.Ordinal)
            .ToList();
        for (var i = 0; i < found.Count; i++)
        {
            if (!found[i].AsSpan(prefix.Length).StartsWith($"{(i + 1).ToString("000", CultureInfo.InvariantCulture)}-"))
                throw new InvalidOperationException($"Schema script {i + 1} of {name} is missing");
        }
        return [.. found.Select(it => Text(assembly, it))];
    }

    private static string Text(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }
}
