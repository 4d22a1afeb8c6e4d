using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using BtcChannels.Chain;
using BtcChannels.Cli.Commands;
using BtcChannels.Client;
using BtcChannels.Storage;
using NBitcoin;

namespace BtcChannels.Cli;

/// <summary>The program: its commands, and what each kind of failure ends it with.</summary>
internal sealed class Cli(CliHost host)
{
    private const string Summary = """
        Pays merchants in satoshi through one-way Bitcoin payment channels: one transaction opens a channel, one closes it.

        Amounts are whole satoshi. A channel may be named by the beginning of its id.

        Exit codes:
          0  done
          1  unexpected, or interrupted
          2  wrong usage
          3  refused by the merchant, or his terms are not accepted
          4  the merchant does not answer; what was signed is stored and sent again
          5  the node does not answer, or its wallet cannot be used
          6  not yet: the deposit is not deep enough, or a refund is too early
          7  the store is in use, damaged, or of another network or seed
          8  insufficient funds in wallet or channel
        """;

    // A payment on its way gets its answer, or is stored as unanswered.
    private static readonly TimeSpan s_terminationTimeout = TimeSpan.FromSeconds(20);

    private readonly GlobalOptions _global = new();

    public async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken ct = default)
    {
        var root = new Command("btcchannels", Summary) { new HelpOption(), new VersionOption() };
        _global.AddTo(root);
        foreach (var command in (Command[])[
            OpenCommand.Make(this), PayCommand.Make(this), FetchCommand.MakeGet(this, host), FetchCommand.MakePost(this, host), StreamCommand.Make(this), ListCommand.Make(this), StatusCommand.Make(this),
            CloseCommand.Make(this), RefundCommand.Make(this), WatchCommand.Make(this), WalletCommand.Make(this), RestoreCommand.Make(this, host)])
            root.Subcommands.Add(command);
        root.SetAction(parsed => new HelpAction().Invoke(parsed));

        // What begins with @ is for the commands to read, not further arguments in a file.
        var result = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (result.Action is ParseErrorAction)
            return (int)new Output(host, args.Contains("--json")).Failed(ExitCode.Usage, string.Join(System.Environment.NewLine, result.Errors.Select(error => error.Message)));
        return await result.InvokeAsync(
            new InvocationConfiguration { Output = host.Out, Error = host.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = s_terminationTimeout }, ct);
    }

    /// <summary>Gives a command its action: with a customer, and with an exit code for everything that can go wrong.</summary>
    /// <param name="before">Runs with the data folder, before anything of it is opened.</param>
    public Command On(
        Command command, Func<ParseResult, Session, CancellationToken, Task<ExitCode>> action, Func<ParseResult, CustomerPolicy>? policy = null, Action<CustomerNotice, Output>? tell = null,
        Func<ParseResult, string, Task>? before = null, Func<ParseResult, Two1Options>? two1 = null)
    {
        command.SetAction(async (parsed, ct) => (int)await RunAsync(parsed, action, policy, tell, before, two1, ct));
        return command;
    }

    private async Task<ExitCode> RunAsync(
        ParseResult parsed, Func<ParseResult, Session, CancellationToken, Task<ExitCode>> action, Func<ParseResult, CustomerPolicy>? policy, Action<CustomerNotice, Output>? tell,
        Func<ParseResult, string, Task>? before, Func<ParseResult, Two1Options>? two1, CancellationToken ct)
    {
        var output = new Output(host, parsed.GetValue(_global.Json));
        try
        {
            var folder = _global.DataFolder(parsed, host.Environment);
            if (before is not null) await before(parsed, folder);
            var network = parsed.GetRequiredValue(_global.Network)!;
            var nodeWallet = parsed.GetValue(_global.Wallet);
            await using var node = host.Connect(_global.NodeSettingsOf(parsed, host.Environment));
            await using var customer = await Customer.OpenAsync(
                new CustomerOptions
                {
                    DataFolder = folder,
                    Chain = node.Chain,
                    Funding = node.Funding,
                    Coins = nodeWallet is null ? node.Coins : null,
                    BackupFolder = _global.BackupFolder(parsed, host.Environment),
                    Policy = policy?.Invoke(parsed) ?? new CustomerPolicy(),
                    Two1 = two1?.Invoke(parsed) ?? new Two1Options(),
                    Patience = parsed.GetValue(_global.Patience) ?? TimeSpan.FromSeconds(30),
                    Handler = host.Handler,
                    Clock = host.Clock,
                    Notify = notice => (tell ?? TellTrouble)(notice, output),
                }, ct);
            return await action(parsed, new Session(customer, output, host.Clock, network, folder, node.Funding is not null), ct);
        }
        catch (UsageException wrong)
        {
            return output.Failed(ExitCode.Usage, wrong.Message);
        }
        catch (ChainUnavailableException away)
        {
            return output.Failed(ExitCode.NodeSilent, away.Message);
        }
        catch (WalletException refused)
        {
            return output.Failed(ExitCode.NodeSilent, refused.Message);
        }
        catch (ChainMismatchException other)
        {
            return output.Failed(ExitCode.Store, other.Message);
        }
        catch (StoreException unusable)
        {
            return output.Failed(ExitCode.Store, unusable.Message);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return output.Failed(ExitCode.Unexpected, "Interrupted; what was signed is stored");
        }
        catch (Exception unexpected) when (unexpected is not OutOfMemoryException)
        {
            return output.Failed(ExitCode.Unexpected, $"Unexpected: {unexpected}");
        }
    }

    private static void TellTrouble(CustomerNotice notice, Output output)
    {
        if (notice is CustomerNotice.Trouble trouble) output.Warn(trouble.Message);
    }
}
