using System.Diagnostics;

namespace BtcChannels.Regtest;

/// <summary>The bitcoind of this machine: BITCOIND, else the one on the PATH, else the one in regtest/.tools.</summary>
internal sealed class BitcoindProgram
{
    private static readonly Lazy<BitcoindProgram> s_found = new(() => new BitcoindProgram(Locate()));

    private BitcoindProgram(string path)
    {
        FilePath = path;
        IsKnots = Ask(path, "-version").Contains("Knots", StringComparison.OrdinalIgnoreCase);
    }

    /// <exception cref="FileNotFoundException">There is none; the message says how to get one.</exception>
    public static BitcoindProgram Found => s_found.Value;

    public string FilePath { get; }

    /// <summary>Bitcoin Knots relays less than Bitcoin Core unless it is told to follow Core's policy, and only it knows that option.</summary>
    public bool IsKnots { get; }

    /// <summary>
    /// A program in that folder that runs this one and stops it when its starter is gone. What get-bitcoind.sh installs does so already.
    /// </summary>
    public string WatchedFrom(string folder)
    {
        var programs = Path.GetDirectoryName(FilePath)!;
        if (OperatingSystem.IsWindows() || File.Exists(Path.Combine(programs, "watch-parent.sh"))) return FilePath;
        var watch = Path.Combine(folder, "watch-parent.sh");
        using (var script = typeof(BitcoindProgram).Assembly.GetManifestResourceStream("watch-parent.sh")!)
        using (var file = File.Create(watch))
            script.CopyTo(file);
        MakeExecutable(watch);
        // NBitcoin.TestFramework looks for bitcoin-wallet beside bitcoind.
        foreach (var name in new[] { "bitcoin-wallet", "bitcoind" })
        {
            var launcher = Path.Combine(folder, name);
            File.WriteAllText(launcher, $"#!/bin/sh\nexec {Quoted(watch)} {Quoted(Path.Combine(programs, name == "bitcoind" ? Path.GetFileName(FilePath) : name))} \"$@\"\n");
            MakeExecutable(launcher);
        }
        return Path.Combine(folder, "bitcoind");
    }

    private static string Locate()
    {
        var name = OperatingSystem.IsWindows() ? "bitcoind.exe" : "bitcoind";
        if (Environment.GetEnvironmentVariable("BITCOIND") is { Length: > 0 } named)
            return File.Exists(named) ? Path.GetFullPath(named) : throw new FileNotFoundException($"BITCOIND names {named}, which is not there", named);
        var onPath = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name));
        return onPath.Concat(Ancestors(AppContext.BaseDirectory).Select(folder => Path.Combine(folder, "regtest", ".tools", "bin", name)))
            .FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException("There is no bitcoind: run regtest/get-bitcoind.sh, or name one in BITCOIND");
    }

    private static IEnumerable<string> Ancestors(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent) yield return at.FullName;
    }

    private static string Ask(string path, string option)
    {
        using var process = Process.Start(new ProcessStartInfo(path, [option]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var answer = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? answer : throw new InvalidOperationException($"{path} {option} ended with status {process.ExitCode}");
    }

    private static string Quoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static void MakeExecutable(string file)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
