using System.CommandLine;
using BtcChannels.Client;

namespace BtcChannels.Cli.Commands;

internal static class WatchCommand
{
    public static Command Make(Cli cli)
    {
        var once = new Option<bool>("--once") { Description = "Take in what is new, and end." };
        return cli.On(
            new Command("watch", "Follows the chain: sees deposits and closes, goes on with what merchants have not answered, refunds after expiry. With --json one object a line.") { once },
            async (parsed, session, ct) =>
            {
                if (parsed.GetValue(once))
                {
                    await session.Customer.SyncAsync(ct);
                    await session.Customer.ResumeAsync(ct);
                    return ExitCode.Done;
                }
                session.Output.Warn("Watching; Ctrl-C ends it");
                try
                {
                    await session.Customer.WatchAsync(ct);
                }
                catch (OperationCanceledException) when (ct.IsCancellationRequested)
                {
                    // How it is meant to end.
                }
                return ExitCode.Done;
            },
            tell: (notice, output) =>
            {
                if (notice is CustomerNotice.Trouble trouble && !output.IsJson) output.Warn(trouble.Message);
                else output.Write(NoticeView.Of(notice), CliJson.Default.NoticeView, Words(notice));
            });
    }

    private static string Words(CustomerNotice notice) => notice switch
    {
        CustomerNotice.Changed { Before: { } before } it when before.State.GetType() == it.After.State.GetType() =>
            $"{it.After.Id}  {ChannelView.StateOf(it.After)}, deposit {(it.After.DepositHeight is { } height ? $"in block {height}" : "in no block")}",
        CustomerNotice.Changed it => $"{it.After.Id}  is {ChannelView.StateOf(it.After)}",
        CustomerNotice.Broadcast it => $"{it.Channel.Id}  {it.Transaction.GetHash()}: {it.Outcome.GetType().Name}",
        _ => notice.ToString(),
    };
}
