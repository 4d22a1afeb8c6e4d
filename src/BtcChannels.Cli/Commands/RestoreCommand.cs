using System.CommandLine;
using BtcChannels.Client;

namespace BtcChannels.Cli.Commands;

/// <summary>Everything from words and backups.</summary>
internal static class RestoreCommand
{
    private const string OnlyWallet = "The wallet is restored. Channels are not: words alone cannot find them. Give the folder of their backups: btcchannels restore FOLDER";

    public static Command Make(Cli cli, CliHost host)
    {
        var backups = new Argument<string?>("folder") { Description = "The backups of the channels. Without them only the wallet comes back.", Arity = ArgumentArity.ZeroOrOne };
        var file = new Option<string?>("--words-file") { Description = "A file with the 24 words. Default standard input.", HelpName = "path" };
        return cli.On(
            new Command("restore", "Brings back wallet and channels from the 24 words and the channel backups, into a data folder that has no other seed. Harmless to repeat.") { backups, file },
            async (parsed, session, ct) =>
            {
                await session.Wallet.MakeAsync(ct);
                var folder = parsed.GetValue(backups);
                RestoredView[] channels = folder is null ? [] : [.. (await session.Customer.RestoreAsync(folder, ct)).Select(RestoredView.Of)];
                var balance = await WalletCommand.BalanceAsync(session, ct);
                var reservation = folder is null ? OnlyWallet : channels.Length == 0 ? $"There are no channel backups in {folder}: only the wallet is restored" : null;
                if (reservation is not null) session.Output.Warn(reservation);
                return session.Output.Done(
                    new RestoreView(true, balance, channels, reservation), CliJson.Default.RestoreView,
                    string.Join('\n', [.. channels.Select(channel => channel.Words), WalletCommand.WordsOf(balance)]));
            },
            before: async (parsed, folder) =>
            {
                if (parsed.GetValue(backups) is { } given && !Directory.Exists(given)) throw new UsageException($"There is no folder {given}");
                if (CustomerSeed.Restore(folder, await ReadWordsAsync(host, parsed.GetValue(file))) is { } fault) throw new UsageException(fault);
            });
    }

    private static async Task<string> ReadWordsAsync(CliHost host, string? file)
    {
        if (file is null)
        {
            if (host.IsTerminal) await host.Error.WriteLineAsync("The 24 words, on one line:");
            return await host.In.ReadLineAsync() ?? "";
        }
        try
        {
            return await File.ReadAllTextAsync(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{file} cannot be read: {fault.Message}");
        }
    }
}
