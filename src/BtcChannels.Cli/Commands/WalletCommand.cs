using System.CommandLine;
using BtcChannels.Client;
using NBitcoin;

namespace BtcChannels.Cli.Commands;

/// <summary>The customer's own wallet.</summary>
internal static class WalletCommand
{
    private const int MaxRate = 10_000;

    private const string Keep = "Write these words down and keep them where nobody else looks: they are the money. Channels need their backups beside them.";

    public static Command Make(Cli cli) => new("wallet", "The own wallet: 24 words, addresses by BIP84 and BIP44. Deposits come from it once it is made, and all that comes back goes there.")
    {
        New(cli), Words(cli), Address(cli), Balance(cli), Send(cli), Descriptors(cli),
    };

    private static Command New(Cli cli) => cli.On(
        new Command("new", "Makes the wallet of this data folder, and shows its words."),
        async (_, session, ct) =>
        {
            var isNew = await session.Wallet.MakeAsync(ct);
            var words = WordsOf(session);
            if (!isNew) return session.Output.Failed(ExitCode.Usage, "There is a wallet already: 'wallet words' shows its words");
            session.Output.Warn(Keep);
            return session.Output.Done(new WalletView(true, words, [.. session.Wallet.Descriptors]), CliJson.Default.WalletView, words);
        });

    private static Command Words(Cli cli) => cli.On(
        new Command("words", "Shows the 24 words (BIP39) again. Whoever reads them has the money."),
        (_, session, _) =>
        {
            session.Output.Warn(Keep);
            var words = WordsOf(session);
            return Task.FromResult(session.Output.Done(new WalletView(false, words, [.. session.Wallet.Descriptors]), CliJson.Default.WalletView, words));
        });

    private static Command Address(Cli cli)
    {
        var isNew = new Option<bool>("--new") { Description = "Another one than before. Without, it is the same until something was seen there." };
        var legacy = new Option<bool>("--legacy") { Description = "For payers who know nothing newer (P2PKH, BIP44)." };
        return cli.On(
            new Command("address", "An address to be paid at; in a terminal with its QR code. No node is asked.") { isNew, legacy },
            async (parsed, session, ct) =>
            {
                var found = await (await session.MadeWalletAsync(ct)).AddressAsync(parsed.GetValue(legacy) ? WalletPurpose.Bip44 : WalletPurpose.Bip84, parsed.GetValue(isNew), ct);
                if (found.IsBeyondGap)
                    session.Output.Warn("20 addresses before this one were never paid at: given the words, this program finds what is paid here, but other wallets would not look so far");
                session.Output.Show(QrCode.Of(found.Address));
                return session.Output.Done(new AddressView(found.Address.ToString(), QrCode.UriOf(found.Address), found.Index), CliJson.Default.AddressView, found.Address.ToString());
            });
    }

    private static Command Balance(Cli cli) => cli.On(
        new Command("balance", "What the wallet has. The node looks through all unspent outputs, which takes it a minute or some on the main network."),
        async (_, session, ct) =>
        {
            var balance = await BalanceAsync(session, ct);
            return session.Output.Done(balance, CliJson.Default.BalanceView, WordsOf(balance));
        });

    private static Command Send(Cli cli)
    {
        var to = new Argument<string>("address") { Description = "Where to." };
        var amount = new Argument<string>("amount") { Description = "Satoshi, the fee on top; or 'all' for everything that is mined and free, the fee taken out of it." };
        var rate = new Option<int?>("--fee-rate")
        {
            Description = "Whole sat/vB. Default the node's estimate for 3 blocks.", HelpName = "n", CustomParser = result => Parsers.Count("a fee rate", 1, MaxRate)(result),
        };
        return cli.On(
            new Command("send", "Sends money out of the wallet: refunds and closes that came back among it.") { to, amount, rate },
            async (parsed, session, ct) =>
            {
                var script = ScriptOf(parsed.GetRequiredValue(to), session.Network);
                var satoshi = AmountOf(parsed.GetRequiredValue(amount));
                var feeRate = parsed.GetValue(rate) is { } perByte ? new FeeRate(Money.Satoshis(perByte * 1_000L)) : null;
                var result = await (await session.MadeWalletAsync(ct)).SendAsync(script, satoshi, feeRate, ct);
                return result switch
                {
                    SendResult.Sent it => session.Output.Done(
                        new SendView(it.Transaction.GetHash().ToString(), it.Paid.Satoshi, it.Fee.Satoshi), CliJson.Default.SendView, result.ToString()),
                    SendResult.InsufficientFunds => session.Output.Failed(ExitCode.InsufficientFunds, result.ToString()),
                    SendResult.NotTaken => session.Output.Failed(ExitCode.NodeSilent, result.ToString()),
                    _ => session.Output.Failed(ExitCode.Usage, result.ToString()),
                };
            });
    }

    private static Command Descriptors(Cli cli) => cli.On(
        new Command("descriptors", "The wallet as other wallets read it (BIP380): they see everything and spend nothing."),
        (_, session, _) =>
        {
            var descriptors = session.Wallet.Descriptors;
            return Task.FromResult(session.Output.Done(new WalletView(false, null, [.. descriptors]), CliJson.Default.WalletView, string.Join('\n', descriptors)));
        });

    /// <summary>With what lies in channels, as the store has them.</summary>
    public static async Task<BalanceView> BalanceAsync(Session session, CancellationToken ct)
    {
        var balance = await (await session.MadeWalletAsync(ct)).BalanceAsync(ct);
        var channels = (await session.Customer.ListAsync(ct)).Where(channel => channel.State is CustomerState.Active or CustomerState.Closing or CustomerState.Stranded or CustomerState.Refunding);
        return new(
            balance.Spendable.Satoshi, balance.Incoming.Satoshi, balance.Unmined.Satoshi, balance.Immature.Satoshi, balance.Taken.Satoshi, balance.BeingSpent.Satoshi,
            channels.Sum(channel => channel.Remaining.Satoshi));
    }

    public static string WordsOf(BalanceView balance)
    {
        (string Words, long Satoshi)[] parts =
        [
            ("to spend", balance.SpendableSat), ("coming in, to be mined first", balance.IncomingSat), ("change that waits to be mined", balance.UnminedSat), ("block rewards that are too young", balance.ImmatureSat),
            ("taken for deposits and transactions in the making", balance.TakenSat), ("being spent, change included", balance.BeingSpentSat),
            ("left in channels, beside the wallet", balance.InChannelsSat),
        ];
        return string.Join('\n', parts.Where((it, at) => at == 0 || it.Satoshi > 0).Select(it => $"{it.Satoshi} sat {it.Words}"));
    }

    private static string WordsOf(Session session) => CustomerSeed.ReadWords(session.DataFolder) ?? throw new InvalidOperationException("The store has no seed");

    private static Script ScriptOf(string address, Network network)
    {
        try
        {
            return BitcoinAddress.Create(address, network).ScriptPubKey is var script && StandardScript.Is(script) ? script : throw new FormatException();
        }
        catch (FormatException)
        {
            throw new UsageException($"'{address}' is not an address of {BtcChannels.Chain.BitcoinNetworks.NameOf(network)}");
        }
    }

    /// <summary>Null for all.</summary>
    private static Money? AmountOf(string text) => text == "all" ? null
        : Parsers.TryReadAmount(text, out var amount) ? amount
        : throw new UsageException($"'{text}' is not an amount: give whole satoshi, digits only, such as 25000, or 'all'");
}
