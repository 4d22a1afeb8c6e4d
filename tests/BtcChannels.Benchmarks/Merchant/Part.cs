using System.Diagnostics;
using System.Globalization;

namespace BtcChannels.Benchmarks.Merchant;

/// <summary>A part of the benchmark in a process of its own, kept to certain cores.</summary>
internal static class Part
{
    /// <summary>The core that the server has to itself.</summary>
    public const string ServersCore = "0";

    /// <summary>The core of everything else: load, node and database.</summary>
    public const string OtherCore = "1";

    /// <summary>Runs a command of this program.</summary>
    /// <returns>The last line that it printed.</returns>
    public static async Task<string> RunAsync(string? cores, params string[] command)
    {
        using var process = Start(cores, [Path.ChangeExtension(typeof(Part).Assembly.Location, "dll"), .. command]);
        var errors = process.StandardError.ReadToEndAsync();
        var lines = (await process.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await process.WaitForExitAsync();
        return process.ExitCode == 0 && lines.Length > 0 ? lines[^1]
            : throw new InvalidOperationException($"{string.Join(' ', command)} ended with status {process.ExitCode}: {await errors}");
    }

    /// <param name="cores">As taskset names them; null: all that there are.</param>
    /// <param name="arguments">What <c>dotnet</c> runs.</param>
    /// <param name="environment">Added to this process's own.</param>
    public static Process Start(string? cores, string[] arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        string[] line = cores is null ? ["dotnet", .. arguments] : ["taskset", "-c", cores, "dotnet", .. arguments];
        var start = new ProcessStartInfo(line[0], line[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    public static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
}
