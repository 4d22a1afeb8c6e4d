using BtcChannels.Chain;
using BtcChannels.Storage;
using NBitcoin;

namespace BtcChannels.AspNetCore;

/// <summary>A transaction of a sweep.</summary>
/// <param name="Transaction">Signed.</param>
/// <param name="Paid">What arrives, satoshi.</param>
/// <param name="Fee">What the miners get, satoshi.</param>
/// <param name="Outcome">What became of it; null where it was not sent.</param>
public sealed record SweepTransaction(Transaction Transaction, Money Paid, Money Fee, BroadcastOutcome? Outcome);

/// <summary>
/// What a merchant was paid on the chain: each close pays to an address of its own (BIP84), or by the two1 door to one of a day (BIP44), and all of them follow from the seed. Nothing else is needed, neither store nor
/// server; either may be at work meanwhile.
/// </summary>
public sealed class MerchantPayouts
{
    // So many channels in a row may end without paying anything. A look costs the node the same, however many addresses it is for.
    private const int LookAhead = 10_000;
    private const int LeastAhead = LookAhead / 2;
    private const int FeeTargetBlocks = 6;

    private readonly IReadOnlyList<WalletAccount> _accounts;
    private readonly IChain _chain;
    private readonly ICoinFinder _finder;

    public MerchantPayouts(IReadOnlyList<WalletAccount> accounts, IChain chain, ICoinFinder finder) => (_accounts, _chain, _finder) = (accounts, chain, finder);

    /// <summary>The accounts of the seed in a data folder: that of the payouts, and that of the two1 door.</summary>
    /// <exception cref="StoreException">There is no seed, or it is not fit for use.</exception>
    public static IReadOnlyList<WalletAccount> ReadAccounts(string dataFolder, Network network)
    {
        using var seed = SeedFile.Read(dataFolder) ?? throw new SeedException($"{Path.Combine(dataFolder, SeedFile.Name)} is not there: name the folder with the merchant's seed (BtcChannels:Data)");
        var keys = new MerchantKeys(seed.Bytes, network);
        return [keys.Payouts, keys.Two1];
    }

    /// <summary>The payouts that are there, account by account in the order of their addresses. Those that the mempool spends are marked as such.</summary>
    /// <exception cref="ChainUnavailableException">See <see cref="IChain"/>.</exception>
    public async Task<IReadOnlyList<FoundCoin>> FindAsync(CancellationToken ct)
    {
        var all = new List<FoundCoin>();
        foreach (var account in _accounts) all.AddRange(await FindAsync(account.Public, ct));
        return all;
    }

    private async Task<IEnumerable<FoundCoin>> FindAsync(AccountKey account, CancellationToken ct)
    {
        for (var count = LookAhead; ;)
        {
            var found = await _finder.FindAsync([new AddressRange(account, AddressPath.Receiving, count)], [], ct);
            var last = found.Count == 0 ? -1 : (int)found.Max(coin => coin.Owner!.Value.Path.Index);
            if (last + LeastAhead < count) return found.Where(coin => coin.Height is not null).OrderBy(coin => coin.Owner!.Value.Path.Index).ThenBy(coin => coin.Height);
            count = last + LookAhead;
        }
    }

    /// <summary>Sends all that is mined and free to one script, in as many transactions as it takes, and stops at the first that the node does not take.</summary>
    /// <param name="to">A standard script.</param>
    /// <param name="feeRate">At least 1 sat/vB; null for the node's estimate for 6 blocks.</param>
    /// <param name="isTrial">Whether only to say what would be sent.</param>
    /// <param name="ct">Stops before the next transaction.</param>
    /// <returns>The transactions; none where nothing would be left after the fee.</returns>
    /// <exception cref="ChainUnavailableException">See <see cref="IChain"/>. What was sent by then is sent, and a repetition goes on after it.</exception>
    public async Task<IReadOnlyList<SweepTransaction>> SweepAsync(Script to, FeeRate? feeRate, bool isTrial, CancellationToken ct)
    {
        if (!StandardScript.Is(to)) throw new ArgumentException("It is no script that nodes relay", nameof(to));
        var rate = await _chain.ChooseFeeRateAsync(feeRate, FeeTargetBlocks, ct);
        var coins = (await FindAsync(ct)).Where(coin => coin is { IsMature: true, IsBeingSpent: false }).Select(Own).ToList();
        var sent = new List<SweepTransaction>();
        while (WalletSpending.PayAll(coins, to, rate) is { } plan)
        {
            ct.ThrowIfCancellationRequested();
            var transaction = WalletTransaction.Make(plan, to, change: null, coin => AccountOf(coin.Purpose).Secret(coin.Path), _accounts[0].Public.Network);
            var outcome = isTrial ? null : await _chain.BroadcastAsync(transaction, CancellationToken.None);
            sent.Add(new(transaction, plan.Paid, plan.Fee, outcome));
            if (outcome is { IsKnown: false }) break;
            coins = [.. coins.Except(plan.Coins)];
        }
        return sent;
    }

    private WalletAccount AccountOf(WalletPurpose purpose) => _accounts.Single(it => it.Public.Purpose == purpose);

    private static OwnCoin Own(FoundCoin coin) => new(coin.Owner!.Value.Purpose, coin.Owner.Value.Path, coin.OutPoint, coin.Output, coin.Height);
}
