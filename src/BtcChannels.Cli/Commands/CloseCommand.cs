using System.CommandLine;
using BtcChannels.Client;

namespace BtcChannels.Cli.Commands;

internal static class CloseCommand
{
    public static Command Make(Cli cli)
    {
        var channel = ChannelArgument.Make();
        return cli.On(
            new Command("close", "Asks the merchant to close: what is not paid comes back. Harmless to repeat.") { channel },
            async (parsed, session, ct) =>
            {
                var found = await session.FindAsync(parsed.GetRequiredValue(channel), ct);
                var result = await session.Customer.CloseAsync(found.Id, null, ct);
                return result switch
                {
                    CloseResult.Closing it => session.Output.Done(
                        new CloseView(it.Channel.Id.ToString(), ChannelView.StateOf(it.Channel), it.Txid.ToString(), it.ToMerchant.Satoshi, it.ToCustomer.Satoshi, it.Fee.Satoshi),
                        CliJson.Default.CloseView, result.ToString()),
                    CloseResult.Dropped it => session.Output.Done(Over(it.Channel), CliJson.Default.CloseView, result.ToString()),
                    CloseResult.AlreadyOver it => session.Output.Done(Over(it.Channel), CliJson.Default.CloseView, result.ToString()),
                    CloseResult.Refused { Refusal: { } refusal } => session.Output.Failed(refusal.IsTemporary ? ExitCode.NotYet : ExitCode.Refused, result.ToString(), refusal.Problem),
                    CloseResult.Unanswered => session.Output.Failed(ExitCode.MerchantSilent, result.ToString()),
                    _ => session.Output.Failed(ExitCode.Usage, result.ToString()),
                };
            });
    }

    private static CloseView Over(CustomerChannel channel)
    {
        var spend = channel.State switch { CustomerState.Closed it => it.Spend, CustomerState.Refunded it => it.Spend, _ => null };
        return new(channel.Id.ToString(), ChannelView.StateOf(channel), spend?.Txid.ToString(), spend?.ToMerchant.Satoshi, spend?.ToCustomer.Satoshi, null);
    }
}
