using System.Diagnostics;
using System.Text.Json;
using BtcChannels.Chain;
using BtcChannels.Cli;
using BtcChannels.Containers;
using BtcChannels.Wire;

namespace BtcChannels.Tests.Containers;

/// <summary>regtest/customer.sh says to the customer's program what that understands, and believes only a close that pays what was paid.</summary>
public sealed class CustomerErrandTests : IDisposable
{
    private const string Channel = "5b0cad5cc59bb9799ed993d8b8da1bc6bbff7730dd5f78c00c4e592e6ba0ca95-1";
    private const long Paid = 11_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("btcchannels-errand-").FullName;
    private readonly ComposeFile _compose = ComposeFile.Read();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Every_command_of_the_errand_is_one_of_the_program()
    {
        var (status, said, commands) = await RunAsync(Paid);
        Assert.True(status == 0, said);
        Assert.Equal(["open", "pay", "stream", "close", "watch", "list", "status"], commands.Select(words => words.First(it => !it.StartsWith('-') && words[Array.IndexOf(words, it) - 1] == _data)));
        foreach (var words in commands)
        {
            using var error = new StringWriter();
            // The node is asked for once the words are understood, and not before.
            var host = new CliHost(TextReader.Null, TextWriter.Null, error, false, _ => null, _ => throw new ChainUnavailableException("no node here"), null, TimeProvider.System);
            Assert.True(await new BtcChannels.Cli.Cli(host).RunAsync(words) == (int)ExitCode.NodeSilent, $"{string.Join(' ', words)}: {error}");
        }
    }

    [Theory]
    [InlineData(Paid - 1)]
    [InlineData(Paid * 10)]
    public async Task A_close_that_pays_the_merchant_something_else_fails_the_errand(long toMerchant)
    {
        var (status, said, _) = await RunAsync(toMerchant);
        Assert.Equal(1, status);
        Assert.Contains("something else", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("customer")]
    [InlineData("miner")]
    public void Scripts_are_given_what_they_ask_for_and_nothing_else(string service)
    {
        var script = File.ReadLines(Path.Combine(ComposeFile.Root, "regtest", $"{service}.sh")).Single(line => line.StartsWith(": ", StringComparison.Ordinal));
        var asked = script.Split("${").Skip(1).Select(it => it[..it.IndexOf(':', StringComparison.Ordinal)]);
        var image = _compose[service].BuildTarget is { } target ? Dockerfile.Read()[target].Environment.Keys.Where(it => it != global::Secp256k1.Library.PathVariable) : [];
        Assert.Equal(asked.Order(), _compose[service].Environment.Keys.Concat(image).Order());
    }

    [Fact]
    public void The_image_runs_the_errand()
    {
        var image = Dockerfile.Read()["customer"];
        Assert.Equal(image.Command("CMD")[^1], image.Copies.Single(it => it.Sources.Contains("regtest/customer.sh")).Target);
        Assert.Equal(("customer", "customer"), _compose["customer"].Locate(image.Environment["DATA"]));
    }

    private readonly string _data = Dockerfile.Read()["customer"].Environment["DATA"];

    /// <summary>The errand with a program that writes down what it is told, and answers as the real one does.</summary>
    private async Task<(int Status, string Said, List<string[]> Commands)> RunAsync(long toMerchant)
    {
        var environment = _compose["customer"].Environment;
        var (log, program) = (Path.Combine(_folder, "log"), Path.Combine(_folder, "program"));
        var closed = new ChannelView(
            Channel, environment["MERCHANT"], "closed", 100_000, Paid, Paid, 89_000, 101_038, 1_038, 103, 1, 1_795_890_000, new string('a', 64), null,
            new SpendAnswer(new string('b', 64), 104, toMerchant, 100_000 - toMerchant, false));
        await File.WriteAllTextAsync(Path.Combine(_folder, "list"), JsonSerializer.Serialize([closed with { Channel = Channel[..^1] + "0", Spend = null }, closed], CliJson.Default.ChannelViewArray));
        await File.WriteAllTextAsync(program, $"""
            printf '%s\t' "$@" >>"{log}"; echo >>"{log}"
            case " $* " in
              *" open "*) echo "{Channel}"; echo "100000 sat can be paid" ;;
              *" list "*) cat "{_folder}/list" ;;
            esac
            """);
        var start = new ProcessStartInfo("sh", [Path.Combine(ComposeFile.Root, "regtest", "customer.sh")]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        start.Environment["DATA"] = _data;
        start.Environment["BTCCHANNELS"] = $"sh {program}";
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error, [.. File.ReadLines(log).Select(line => line.TrimEnd('\t').Split('\t'))]);
    }
}
