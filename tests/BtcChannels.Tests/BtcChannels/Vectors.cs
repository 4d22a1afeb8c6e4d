using System.Text.Json;

namespace BtcChannels.Tests.Domain;

/// <summary>Golden vectors: data that any implementation can read.</summary>
internal static class Vectors
{
    public static JsonElement Read(string file) => ReadAt(Path.Combine(AppContext.BaseDirectory, "BtcChannels", "Vectors", file));

    public static JsonElement Shared(string relative) => ReadAt(Path.Combine(SharedFolder.Path!, relative));

    public static string Text(this JsonElement item, string name) => item.GetProperty(name).GetString()!;

    public static long Number(this JsonElement item, string name) => item.GetProperty(name).GetInt64();

    private static JsonElement ReadAt(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return document.RootElement.Clone();
    }
}
