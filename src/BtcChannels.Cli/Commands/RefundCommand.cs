using System.CommandLine;
using BtcChannels.Client;
using NBitcoin;

namespace BtcChannels.Cli.Commands;

internal static class RefundCommand
{
    private const int MaxRate = 10_000;

    public static Command Make(Cli cli)
    {
        var channel = ChannelArgument.Make();
        var rate = new Option<int?>("--fee-rate")
        {
            Description = "Signs the refund anew at this rate, whole sat/vB.", HelpName = "n", CustomParser = result => Parsers.Count("a fee rate", 1, MaxRate)(result),
        };
        return cli.On(
            new Command("refund", "Takes the deposit back after expiry. 'watch' does the same by itself.") { channel, rate },
            async (parsed, session, ct) =>
            {
                var found = await session.FindAsync(parsed.GetRequiredValue(channel), ct);
                var feeRate = parsed.GetValue(rate) is { } perByte ? new FeeRate(Money.Satoshis(perByte * 1_000L)) : null;
                var result = await session.Customer.RefundAsync(found.Id, feeRate, ct);
                return result is RefundResult.Sent sent
                    ? session.Output.Done(new RefundView(sent.Channel.Id.ToString(), sent.Txid.ToString(), sent.Amount.Satoshi), CliJson.Default.RefundView, result.ToString())
                    : session.Output.Failed(result is RefundResult.NotYet or RefundResult.NotTaken or RefundResult.NoDeposit ? ExitCode.NotYet : ExitCode.Usage, result.ToString());
            });
    }
}
