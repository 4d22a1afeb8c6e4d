using System.Diagnostics;
using System.Text.Json;

namespace BtcChannels.Regtest;

/// <summary>The customer's program as its users run it, each command a process of its own, with a data folder of its own, at a node.</summary>
/// <param name="paysFromNode">Whether deposits come from the node's wallet, which has to be asked itself then, whatever else the world asks of the chain.</param>
public sealed class CliProcess(RegtestNode node, bool paysFromNode = false) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string Folder => Path.Combine(_folder.FullPath, "customer");

    /// <summary>What a command printed and how it ended.</summary>
    public sealed record Result(int ExitCode, string Output, string Error)
    {
        /// <summary>The output of a command that was told <c>--json</c>.</summary>
        public JsonElement Json => JsonDocument.Parse(Output).RootElement;
    }

    /// <summary>Runs a command to its end.</summary>
    public async Task<Result> RunAsync(params string[] command)
    {
        using var process = Start(command);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new(process.ExitCode, await output, await error);
    }

    /// <summary>Starts a command, which the caller ends.</summary>
    public Process Start(params string[] command)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] where =
        [
            Path.Combine(AppContext.BaseDirectory, "BtcChannels.Cli.dll"), "--data", Folder, "--network", "regtest",
        ];
        var source = paysFromNode ? ["--node", node.RpcUri.ToString(), "--cookie-file", node.CookieFile] : node.Source.CustomerOptions;
        foreach (var argument in where.Concat(source).Concat(command)) start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    public void Dispose() => _folder.Dispose();
}
