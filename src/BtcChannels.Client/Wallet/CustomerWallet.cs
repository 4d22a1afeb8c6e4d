using System.Security.Cryptography;
using BtcChannels.Chain;
using NBitcoin;

namespace BtcChannels.Client;

/// <summary>
/// The customer's own wallet: accounts by BIP84 and BIP44 of the seed's words, so that those alone bring it back. What it holds is asked of the chain each time;
/// only which addresses were given out, and which coins are taken, is stored. Calls throw as <see cref="Customer"/>'s do, and <see cref="WalletException"/> where no
/// wallet was made.
/// </summary>
public sealed class CustomerWallet
{
    private const int FeeTargetBlocks = 3;
    private const int LockTries = 5;
    private const int Gap = 20;

    // Long enough to store a channel or to broadcast; who dies in between leaves the coins taken for no longer.
    private static readonly TimeSpan s_lockTime = TimeSpan.FromMinutes(10);

    private readonly ChannelBook _book;
    private readonly CustomerOptions _options;
    private readonly WalletLook _look;

    internal CustomerWallet(ChannelBook book, CustomerOptions options, ICoinFinder finder) =>
        (_book, _options, _look, Funding) = (book, options, new WalletLook(book, options, finder), new(FundAsync, NewScriptAsync, ReleaseAsync));

    /// <summary>Deposits from this wallet.</summary>
    internal DepositFunding Funding { get; }

    /// <summary>Whether it was made. Until then deposits come from <see cref="CustomerOptions.Funding"/>.</summary>
    public Task<bool> ExistsAsync(CancellationToken ct = default) => _book.UseAsync(store => store.HasWalletAsync(ct), ct);

    /// <summary>Makes it. From then on deposits come from it.</summary>
    /// <returns>Whether there was none.</returns>
    public Task<bool> MakeAsync(CancellationToken ct = default) => _book.WriteAsync(store => store.MakeWalletAsync(ct), ct);

    /// <summary>An address to be paid at: the same one until something was seen there. The chain is not asked.</summary>
    /// <param name="purpose">P2WPKH (BIP84), or P2PKH (BIP44) for payers who know nothing newer.</param>
    /// <param name="isNew">Another one than before in any case.</param>
    public async Task<WalletAddress> AddressAsync(WalletPurpose purpose = WalletPurpose.Bip84, bool isNew = false, CancellationToken ct = default)
    {
        var branches = await _book.UseAsync(store => store.BranchesAsync(ct), ct);
        var branch = branches.SingleOrDefault(it => it.Purpose == purpose && it.Chain == AddressPath.Receiving) ?? throw new WalletException("There is no wallet yet");
        var index = isNew || branch.Shown is not { } shown
            ? await _book.WriteAsync(store => store.NextAddressAsync(purpose, AddressPath.Receiving, isShown: true, ct), ct)
            : shown;
        return new(_book.Wallet.Account(purpose).AddressAt(new AddressPath(AddressPath.Receiving, index)), index, index >= branch.Used + Gap);
    }

    /// <summary>What it has now.</summary>
    public async Task<WalletBalance> BalanceAsync(CancellationToken ct = default) => (await _look.LookAsync(ct)).Balance;

    /// <summary>Waits until so much can be spent. Looks once at each block.</summary>
    /// <param name="amount">Satoshi.</param>
    /// <param name="ct">Stops.</param>
    public async Task WaitUntilSpendableAsync(Money amount, CancellationToken ct = default)
    {
        ChainTip? seen = null;
        while (true)
        {
            var tip = await _options.Chain.GetTipAsync(ct);
            if (tip != seen)
            {
                seen = tip;
                if (await BalanceAsync(ct) is var balance && balance.Spendable + balance.Unmined >= amount) return;
            }
            await _options.Chain.WaitAsync(ct);
        }
    }

    /// <summary>The wallet's descriptors, for other wallets to look at it.</summary>
    public IReadOnlyList<string> Descriptors => [.. _book.Wallet.Accounts.SelectMany(account => new[] { account.Descriptor(AddressPath.Receiving), account.Descriptor(AddressPath.Change) })];

    /// <summary>Sends money, refunds and closes that came back among it.</summary>
    /// <param name="to">A standard script.</param>
    /// <param name="amount">Satoshi, the fee on top; null for all that is mined and free, the fee taken out of it (600 coins at a time, the largest first).</param>
    /// <param name="feeRate">At least 1 sat/vB; null for the node's estimate for 3 blocks.</param>
    /// <param name="ct">Gives up, as long as nothing was sent.</param>
    /// <exception cref="ChainUnavailableException">
    /// The node does not answer. Where that happens as the transaction is sent, the message says so and names it: look whether it is out before sending anew.
    /// </exception>
    public async Task<SendResult> SendAsync(Script to, Money? amount, FeeRate? feeRate = null, CancellationToken ct = default)
    {
        if (!StandardScript.Is(to)) throw new ArgumentException("It is no script that nodes relay", nameof(to));
        if (amount is not null && amount < StandardScript.DustThreshold(to)) return new SendResult.BelowDust(StandardScript.DustThreshold(to));
        var rate = await RateAsync(feeRate, ct);
        var made = await MakeAsync(
            to, view => amount is null ? WalletSpending.PayAll(view.Spendable, to, rate) : FirstSufficient([view.Spendable, [.. view.Spendable, .. view.SpendableUnmined]], to, amount, rate), ct);
        if (made.Transaction is not { } transaction) return new SendResult.InsufficientFunds(made.Spendable);
        BroadcastOutcome outcome;
        try
        {
            outcome = await _options.Chain.BroadcastAsync(transaction, CancellationToken.None);
        }
        catch (ChainUnavailableException away)
        {
            throw new ChainUnavailableException($"Whether {transaction.GetHash()} went out is not known: look for it before sending anew. {away.Message}", away);
        }
        if (outcome.IsKnown) return new SendResult.Sent(transaction, made.Plan!.Paid, made.Plan.Fee);
        await ReleaseAsync(transaction, CancellationToken.None);
        return new SendResult.NotTaken(outcome);
    }

    private async Task<FundingResult> FundAsync(Script script, Money amount, CancellationToken ct)
    {
        var rate = await RateAsync(null, ct);
        // A deposit whose id others could change would be lost to its channel: such coins come after the others.
        var made = await MakeAsync(
            script,
            view => FirstSufficient(
                [[.. view.Spendable.Where(coin => !coin.IsMalleable)], [.. view.Spendable.Where(coin => !coin.IsMalleable), .. view.SpendableUnmined], [.. view.Spendable, .. view.SpendableUnmined]],
                script, amount, rate),
            ct);
        return made.Transaction is { } deposit
            ? new FundingResult.Funded(deposit)
            : new FundingResult.InsufficientFunds($"The wallet has {made.Spendable.Satoshi} sat to spend, which is not enough for {amount.Satoshi} sat and the fee");
    }

    /// <summary>The first group of coins that suffices.</summary>
    private static SpendPlan? FirstSufficient(IReadOnlyList<IReadOnlyList<OwnCoin>> groups, Script to, Money amount, FeeRate rate) =>
        groups.Select(coins => WalletSpending.Pay(coins, to, amount, rate, RandomNumberGenerator.GetInt32)).FirstOrDefault(plan => plan is not null);

    /// <summary>Plans, takes the coins, and signs. Another process may be faster with a coin: then it is planned anew.</summary>
    private async Task<(Transaction? Transaction, SpendPlan? Plan, Money Spendable)> MakeAsync(Script to, Func<WalletView, SpendPlan?> plan, CancellationToken ct)
    {
        var view = await _look.LookAsync(ct);
        for (var tries = 0; tries < LockTries; tries++)
        {
            if (plan(view) is not { } planned) break;
            OutPoint[] coins = [.. planned.Coins.Select(coin => coin.OutPoint)];
            var now = _options.Clock.GetUtcNow().ToUnixTimeSeconds();
            if (await _book.WriteAsync(store => store.TryLockAsync(coins, now, now + (long)s_lockTime.TotalSeconds, ct), ct)) return (await SignAsync(planned, to, coins, ct), planned, Sum(view));
            view = view with { Taken = await _look.TakenAsync(ct) };
        }
        return (null, null, Sum(view));
    }

    private async Task<Transaction> SignAsync(SpendPlan plan, Script to, OutPoint[] coins, CancellationToken ct)
    {
        try
        {
            var change = plan.Change > Money.Zero
                ? _book.Wallet.Account(WalletPurpose.Bip84).ScriptAt(
                    new(AddressPath.Change, await _book.WriteAsync(store => store.NextAddressAsync(WalletPurpose.Bip84, AddressPath.Change, isShown: false, ct), ct)))
                : null;
            return WalletTransaction.Make(plan, to, change, _book.Wallet.Secret, _options.Network);
        }
        catch
        {
            await UnlockAsync(coins, CancellationToken.None);
            throw;
        }
    }

    private async Task<Script> NewScriptAsync(CancellationToken ct) => _book.Wallet.Account(WalletPurpose.Bip84).ScriptAt(
        new(AddressPath.Receiving, await _book.WriteAsync(store => store.NextAddressAsync(WalletPurpose.Bip84, AddressPath.Receiving, isShown: false, ct), ct)));

    private Task<bool> ReleaseAsync(Transaction transaction, CancellationToken ct) => UnlockAsync([.. transaction.Inputs.Select(input => input.PrevOut)], ct);

    private Task<bool> UnlockAsync(OutPoint[] coins, CancellationToken ct) => _book.UseAsync(
        async store =>
        {
            await store.UnlockAsync(coins, ct);
            return true;
        }, ct);

    private Task<FeeRate> RateAsync(FeeRate? wanted, CancellationToken ct) => _options.Chain.ChooseFeeRateAsync(wanted, FeeTargetBlocks, ct);

    private static Money Sum(WalletView view) => view.Balance is var balance ? balance.Spendable + balance.Unmined : Money.Zero;
}
