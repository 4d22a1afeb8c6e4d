using System.Diagnostics;
using System.Globalization;

namespace BtcChannels.Regtest;

/// <summary>A folder that is gone with its owner; what a killed run left behind is removed by the next one.</summary>
public sealed class TemporaryFolder : IDisposable
{
    private const string Prefix = "btcchannels-regtest-";

    public TemporaryFolder()
    {
        RemoveLeftovers();
        FullPath = Directory.CreateTempSubdirectory($"{Prefix}{Environment.ProcessId}-").FullName;
    }

    public string FullPath { get; }

    public void Dispose()
    {
        if (Directory.Exists(FullPath)) Directory.Delete(FullPath, recursive: true);
    }

    private static void RemoveLeftovers()
    {
        foreach (var folder in Directory.EnumerateDirectories(Path.GetTempPath(), Prefix + "*"))
        {
            var owner = Path.GetFileName(folder)[Prefix.Length..].Split('-')[0];
            if (!int.TryParse(owner, NumberStyles.None, CultureInfo.InvariantCulture, out var id) || IsRunning(id)) continue;
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another user's, or another run is removing it just now: it harms nobody.
            }
        }
    }

    private static bool IsRunning(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
