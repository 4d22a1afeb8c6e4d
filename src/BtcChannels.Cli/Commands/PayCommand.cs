using System.CommandLine;
using BtcChannels.Client;
using NBitcoin;

namespace BtcChannels.Cli.Commands;

internal static class PayCommand
{
    public static Command Make(Cli cli)
    {
        var channel = ChannelArgument.Make();
        var amount = new Argument<Money?>("amount") { Description = "Satoshi.", CustomParser = Parsers.Amount };
        return cli.On(
            new Command("pay", "Pays once. A payment that has no answer yet is sent again first.") { channel, amount },
            async (parsed, session, ct) =>
            {
                var found = await session.FindAsync(parsed.GetRequiredValue(channel), ct);
                var result = await session.Customer.PayAsync(found.Id, parsed.GetRequiredValue(amount)!, null, ct);
                if (result is not PayResult.Paid { Channel: { } paid }) return session.Output.Failed(CodeOf(result), result.ToString(), (result as PayResult.Refused)?.Refusal.Problem);
                var token = (await session.Customer.TokensAsync(paid, most: 1, ct)).SingleOrDefault()?.Token.ToString();
                return session.Output.Done(
                    new PaymentView(paid.Id.ToString(), paid.Authorized.Satoshi, paid.Remaining.Satoshi, token), CliJson.Default.PaymentView,
                    token is null ? result.ToString() : $"{result}\ntoken {token}");
            });
    }

    public static ExitCode CodeOf(PayResult result) => result switch
    {
        PayResult.Paid => ExitCode.Done,
        PayResult.NotYet => ExitCode.NotYet,
        PayResult.OverCapacity => ExitCode.InsufficientFunds,
        PayResult.Refused { Refusal.IsTemporary: true } => ExitCode.NotYet,
        PayResult.Refused => ExitCode.Refused,
        PayResult.Unanswered => ExitCode.MerchantSilent,
        _ => ExitCode.Usage,
    };
}
