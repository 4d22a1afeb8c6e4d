using System.Globalization;
using BtcChannels.AspNetCore;
using BtcChannels.Chain;
using NBitcoin;

namespace BtcChannels.Server;

/// <summary>What the merchant was paid on the chain: from the seed alone, beside a server at work or without one.</summary>
internal static class PayoutCommands
{
    private const int MaxRate = 10_000;

    /// <summary><c>payouts</c>: what lies at the addresses that closes paid to.</summary>
    public static async Task ListAsync(ServerSettings settings, TextWriter output)
    {
        var accounts = Accounts(settings);
        var coins = await Payouts(settings, accounts).FindAsync(CancellationToken.None);
        foreach (var coin in coins)
        {
            var (purpose, path) = coin.Owner!.Value;
            var account = accounts.Single(it => it.Public.Purpose == purpose);
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{path.Index}\t{account.Public.AddressAt(path)}\t{coin.Output.Value.Satoshi} sat\t{(coin.IsBeingSpent ? "being spent" : $"block {coin.Height}")}\t{coin.OutPoint.Hash}:{coin.OutPoint.N}"));
        }
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"{coins.Count:N0} payouts, {coins.Where(coin => !coin.IsBeingSpent).Sum(coin => coin.Output.Value.Satoshi):N0} sat to sweep"));
    }

    /// <summary><c>payouts descriptor</c>: all of those addresses, for another wallet to look at, a line for each account. No node is asked.</summary>
    public static async Task DescribeAsync(ServerSettings settings, TextWriter output)
    {
        foreach (var account in Accounts(settings)) await output.WriteLineAsync(account.Public.Descriptor(AddressPath.Receiving));
    }

    /// <summary><c>sweep ADDRESS</c>: sends all of it there.</summary>
    /// <param name="arguments">What follows the word: address, and perhaps <c>--fee-rate N</c> and <c>--dry-run</c>.</param>
    /// <exception cref="ArgumentException">They are not that.</exception>
    /// <exception cref="ChainUnavailableException">The node does not take it, or does not answer.</exception>
    public static async Task SweepAsync(ServerSettings settings, string[] arguments, TextWriter output)
    {
        var (address, rate, isTrial) = Read(arguments, settings.FindNetwork());
        var sent = await Payouts(settings, Accounts(settings)).SweepAsync(address.ScriptPubKey, rate, isTrial, CancellationToken.None);
        if (sent.Count == 0) await output.WriteLineAsync("There is nothing to sweep that would outlast its fee");
        foreach (var (transaction, paid, fee, outcome) in sent)
        {
            if (outcome is { IsKnown: false }) throw new ChainUnavailableException($"The node does not take {transaction.GetHash()}: {outcome}. Nothing of it was sent");
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"{(isTrial ? "would send" : "sent")} {paid.Satoshi} sat from {transaction.Inputs.Count} payouts, fee {fee.Satoshi} sat: {transaction.GetHash()}"));
        }
    }

    private static (BitcoinAddress Address, FeeRate? Rate, bool IsTrial) Read(string[] arguments, Network network)
    {
        if (arguments is not [var text, .. var options] || text.StartsWith('-')) throw new ArgumentException("sweep needs the address to send to: sweep ADDRESS [--fee-rate N] [--dry-run]");
        FeeRate? rate = null;
        var isTrial = false;
        for (var i = 0; i < options.Length; i++)
        {
            if (options[i] == "--dry-run") isTrial = true;
            else if (options[i] == "--fee-rate" && ++i < options.Length && int.TryParse(options[i], NumberStyles.None, CultureInfo.InvariantCulture, out var perByte) && perByte is >= 1 and <= MaxRate)
                rate = new FeeRate(Money.Satoshis(perByte * 1_000L));
            else throw new ArgumentException($"'{options[Math.Min(i, options.Length - 1)]}' is not understood: sweep ADDRESS [--fee-rate N] [--dry-run], N whole sat/vB from 1 to {MaxRate}");
        }
        try
        {
            return (BitcoinAddress.Create(text, network), rate, isTrial);
        }
        catch (FormatException wrong)
        {
            throw new ArgumentException($"'{text}' is not an address of {BitcoinNetworks.NameOf(network)}", wrong);
        }
    }

    private static IReadOnlyList<WalletAccount> Accounts(ServerSettings settings) => MerchantPayouts.ReadAccounts(Path.GetFullPath(settings.Data), settings.FindNetwork());

    private static MerchantPayouts Payouts(ServerSettings settings, IReadOnlyList<WalletAccount> accounts)
    {
        var (network, chain) = (settings.FindNetwork(), settings.FindChain());
        return new(accounts, chain.Connect(network, TimeProvider.System), chain.FindCoins(network, TimeProvider.System));
    }
}
