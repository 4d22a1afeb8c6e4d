using System.CommandLine;
using BtcChannels.Client;
using NBitcoin;

namespace BtcChannels.Cli.Commands;

internal static class OpenCommand
{
    private static readonly Money FeeAllowance = Money.Satoshis(5_000L);

    public static Command Make(Cli cli)
    {
        var merchant = new Argument<Uri?>("merchant") { Description = "The merchant's address, such as https://shop.example", CustomParser = Parsers.HttpAddress };
        var capacity = new Argument<Money?>("capacity") { Description = "The most that can be paid, satoshi. The deposit is that and the close fee.", CustomParser = Parsers.Amount };
        var duration = new Option<TimeSpan?>("--duration")
        {
            Description = "When the deposit can be taken back, such as 36h or 14d. Default 7d.", HelpName = "time", CustomParser = result => Parsers.Duration(result),
        };
        var maxFee = new Option<Money?>("--max-close-fee") { Description = "The most that the close may cost, satoshi. Default 50000.", HelpName = "sat", CustomParser = Parsers.Amount };
        var wait = new Option<bool>("--wait") { Description = "Wait until the merchant takes payments." };
        var qr = new Option<bool>("--qr") { Description = "Where the own wallet has not enough, show what to pay it, as a BIP21 code for any other wallet, and wait until it is mined." };
        return cli.On(
            new Command("open", "Opens a channel: funds the deposit, stores its refund and a backup, and broadcasts it once the merchant has agreed.") { merchant, capacity, duration, maxFee, wait, qr },
            async (parsed, session, ct) =>
            {
                var address = parsed.GetRequiredValue(merchant)!;
                RequireOrigin(address, session.Network);
                await session.RequireFundingAsync(ct);
                Task<OpenResult> OpenAsync() => session.Customer.OpenAsync(address, parsed.GetRequiredValue(capacity)!, parsed.GetValue(duration) ?? TimeSpan.FromDays(7), ct);
                if (parsed.GetValue(qr)) await session.MadeWalletAsync(ct);
                var result = await OpenAsync();
                while (parsed.GetValue(qr) && result is OpenResult.InsufficientFunds poor)
                {
                    await WaitForFundsAsync(session, poor.Deposit, ct);
                    result = await OpenAsync();
                }
                if (result is not OpenResult.Opened opened) return session.Output.Failed(CodeOf(result), result.ToString(), (result as OpenResult.Refused)?.Refusal.Problem);
                var channel = opened.Channel;
                if (parsed.GetValue(wait))
                {
                    session.Output.Warn($"{result}; waiting for {channel.Confirmations} confirmations");
                    var waited = await session.Customer.WaitUntilOpenAsync(channel.Id, null, ct);
                    if (waited is not WaitResult.Open open) return session.Output.Failed(ExitCode.NotYet, waited.ToString());
                    channel = open.Channel;
                }
                return session.Output.Done(
                    ChannelView.Of(channel), CliJson.Default.ChannelView,
                    $"{channel.Id}\n{channel.Capacity.Satoshi} sat can be paid until {channel.Terms.Expiry}; closing costs {channel.Terms.CloseFee.Satoshi} sat");
            },
            parsed => new CustomerPolicy() is var policy && parsed.GetValue(maxFee) is { } most ? policy with { MaxCloseFee = most } : policy);
    }

    // The fee of the deposit's own transaction cannot be known before its coins; where it is more, the rest is asked for.
    private static async Task WaitForFundsAsync(Session session, Money deposit, CancellationToken ct)
    {
        var wallet = session.Wallet;
        var balance = await wallet.BalanceAsync(ct);
        var has = balance.Spendable + balance.Unmined;
        var missing = Money.Max(deposit + FeeAllowance - has, FeeAllowance);
        var address = (await wallet.AddressAsync(ct: ct)).Address;
        session.Output.Warn($"The wallet has {has.Satoshi} sat, and the deposit takes {deposit.Satoshi} sat and a fee. Pay {missing.Satoshi} sat to it, from any wallet; the rest stays there:");
        session.Output.Warn(QrCode.UriOf(address, missing));
        session.Output.Show(QrCode.Of(address, missing));
        await wallet.WaitUntilSpendableAsync(has + missing, ct);
    }

    private static ExitCode CodeOf(OpenResult result) => result switch
    {
        OpenResult.Unanswered => ExitCode.MerchantSilent,
        OpenResult.InsufficientFunds => ExitCode.InsufficientFunds,
        _ => ExitCode.Refused,
    };

    private static void RequireOrigin(Uri merchant, Network network)
    {
        try
        {
            MerchantOrigin.Of(merchant, network);
        }
        catch (ArgumentException wrong)
        {
            throw new UsageException(wrong.Message);
        }
    }
}
