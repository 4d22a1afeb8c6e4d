using System.CommandLine;
using BtcChannels.Client;
using NBitcoin;

namespace BtcChannels.Cli.Commands;

internal static class OpenCommand
{
    private static readonly Money FeeAllowance = Money.Satoshis(5_000L);

    public static Command Make(Cli cli)
    {
        var merchant = new Argument<Uri?>("merchant") { Description = "The merchant's address, such as https://shop.example; with a path, such as https://shop.example/payment, a merchant's of 21's.", CustomParser = Parsers.HttpAddress };
        var capacity = new Argument<Money?>("capacity") { Description = "The most that can be paid, satoshi. The deposit is that and the close fee.", CustomParser = Parsers.Amount };
        var duration = new Option<TimeSpan?>("--duration")
        {
            Description = "When the deposit can be taken back, such as 36h or 14d. Default 7d.", HelpName = "time", CustomParser = result => Parsers.Duration(result),
        };
        var maxFee = new Option<Money?>("--max-close-fee") { Description = "The most that the close may cost, satoshi. Default 50000.", HelpName = "sat", CustomParser = Parsers.Amount };
        var two1Fee = Two1Fee.Make();
        var wait = new Option<bool>("--wait") { Description = "Wait until the merchant takes payments." };
        var qr = new Option<bool>("--qr") { Description = "Where the own wallet has not enough, show what to pay it, as a BIP21 code for any other wallet, and wait until it is mined." };
        return cli.On(
            new Command("open", "Opens a channel: funds the deposit, stores its refund and a backup, and broadcasts it once the merchant has agreed.") { merchant, capacity, duration, maxFee, two1Fee, wait, qr },
            async (parsed, session, ct) =>
            {
                var address = parsed.GetRequiredValue(merchant)!;
                var isTwo1 = address.AbsolutePath != "/";
                RequireAddress(address, isTwo1, session.Network);
                // Closes at a two1 door pay back to one of its keys.
                if (isTwo1 || parsed.GetValue(qr)) await session.MadeWalletAsync(ct);
                await session.RequireFundingAsync(ct);
                var (wanted, time) = (parsed.GetRequiredValue(capacity)!, parsed.GetValue(duration) ?? TimeSpan.FromDays(7));
                Task<OpenResult> OpenAsync() => isTwo1 ? OpenTwo1Async(session, address, wanted, time, ct) : session.Customer.OpenAsync(address, wanted, time, ct);
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
            parsed => new CustomerPolicy() is var policy && parsed.GetValue(maxFee) is { } most ? policy with { MaxCloseFee = most } : policy, two1: Two1Fee.Read(two1Fee));
    }

    private static async Task<OpenResult> OpenTwo1Async(Session session, Uri door, Money capacity, TimeSpan duration, CancellationToken ct)
    {
        try
        {
            return await session.Customer.OpenTwo1Async(door, capacity, duration, ct);
        }
        catch (ArgumentOutOfRangeException wrong)
        {
            throw new UsageException($"Such merchants have no such channels: at least 3000 sat for at least 4 days, until 2038-01-19 at most. {wrong.Message}");
        }
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

    private static void RequireAddress(Uri merchant, bool isTwo1, Network network)
    {
        try
        {
            if (isTwo1) Two1Address.Of(merchant, network);
            else MerchantOrigin.Of(merchant, network);
        }
        catch (ArgumentException wrong)
        {
            throw new UsageException(wrong.Message);
        }
    }
}
