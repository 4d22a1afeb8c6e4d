namespace BtcChannels.Tests;

/// <summary>Reference data that lies beside the checkout, in ../shared; tests that read it skip where it does not.</summary>
internal static class SharedFolder
{
    public static string? Path { get; } = Find();

    public static string? SkipReason => Path is null ? "No folder 'shared' lies beside the checkout" : null;

    public static string File(string relative) => System.IO.Path.Combine(Path ?? throw new DirectoryNotFoundException(SkipReason), relative);

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (System.IO.File.Exists(System.IO.Path.Combine(folder.FullName, "BtcChannels.sln")))
                return System.IO.Path.Combine(folder.FullName, "..", "shared") is var shared && Directory.Exists(shared) ? System.IO.Path.GetFullPath(shared) : null;
        return null;
    }
}

/// <summary>A fact that reads <see cref="SharedFolder"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SharedFactAttribute : FactAttribute
{
    public SharedFactAttribute() => Skip = SharedFolder.SkipReason!;
}

/// <summary>A theory that reads <see cref="SharedFolder"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SharedTheoryAttribute : TheoryAttribute
{
    public SharedTheoryAttribute() => Skip = SharedFolder.SkipReason!;
}
