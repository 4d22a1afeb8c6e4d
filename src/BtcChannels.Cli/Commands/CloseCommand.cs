using System.CommandLine;
using BtcChannels.Client;

namespace BtcChannels.Cli.Commands;

internal static class CloseCommand
{
    public static Command Make(Cli cli)
    {
        var channel = ChannelArgument.Make();
        var abandon = new Option<bool>("--abandon-tokens") { Description = "Close although tokens of a merchant of 21's are paid for and not redeemed: they are lost." };
        return cli.On(
            new Command("close", "Asks the merchant to close: what is not paid comes back. Harmless to repeat.") { channel, abandon },
            async (parsed, session, ct) =>
            {
                var found = await session.FindAsync(parsed.GetRequiredValue(channel), ct);
                if (parsed.GetValue(abandon)) await session.Customer.AbandonTokensAsync(found, ct);
                var result = await session.Customer.CloseAsync(found.Id, null, ct);
                return result switch
                {
                    CloseResult.Closing it => session.Output.Done(
                        new CloseView(it.Channel.Id.ToString(), ChannelView.StateOf(it.Channel), it.Txid.ToString(), it.ToMerchant.Satoshi, it.ToCustomer.Satoshi, it.Fee.Satoshi),
                        CliJson.Default.CloseView, result.ToString()),
                    CloseResult.Dropped it => session.Output.Done(Over(it.Channel), CliJson.Default.CloseView, result.ToString()),
                    CloseResult.AlreadyOver it => session.Output.Done(Over(it.Channel), CliJson.Default.CloseView, result.ToString()),
                    CloseResult.Refused { Refusal: { } refusal } => session.Output.Failed(refusal.IsTemporary ? ExitCode.NotYet : ExitCode.Refused, result.ToString(), refusal.Problem),
                    CloseResult.NothingPaid => session.Output.Failed(ExitCode.NotYet, result.ToString()),
                    CloseResult.TokensLeft => session.Output.Failed(ExitCode.Usage, $"{result}. Get them first ('btcchannels get'), or give them up with --abandon-tokens"),
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
