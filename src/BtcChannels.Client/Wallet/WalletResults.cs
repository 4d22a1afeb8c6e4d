using BtcChannels.Chain;
using NBitcoin;

namespace BtcChannels.Client;

/// <summary>An address to be paid at.</summary>
/// <param name="Address">P2WPKH or P2PKH.</param>
/// <param name="Index">Its number in its account.</param>
/// <param name="IsBeyondGap">
/// Whether so many addresses before it were never paid at (20, BIP44) that other wallets, given the same words, would not look as far. This one looks further.
/// </param>
public sealed record WalletAddress(BitcoinAddress Address, uint Index, bool IsBeyondGap);

/// <summary>What a wallet has, satoshi. Money in channels is not among it.</summary>
/// <param name="Spendable">Mined, and free.</param>
/// <param name="Incoming">What waits to be mined and cannot be spent until then, as far as the backend tells: NBXplorer does, bitcoind does not.</param>
/// <param name="Unmined">Change of the wallet's own deposits that wait to be mined; it can be spent where the rest is not enough.</param>
/// <param name="Immature">Block rewards that may not be spent yet.</param>
/// <param name="Taken">Coins of deposits and transactions that are being made.</param>
/// <param name="BeingSpent">Coins that transactions in the mempool spend. Their change comes back with them.</param>
public sealed record WalletBalance(Money Spendable, Money Incoming, Money Unmined, Money Immature, Money Taken, Money BeingSpent);

/// <summary>What came of sending money.</summary>
public abstract record SendResult
{
    private SendResult() { }

    /// <summary>The network has it.</summary>
    /// <param name="Transaction">As it was sent; it can be replaced.</param>
    /// <param name="Paid">What went there, satoshi.</param>
    /// <param name="Fee">What the miners get, satoshi.</param>
    public sealed record Sent(Transaction Transaction, Money Paid, Money Fee) : SendResult;

    /// <summary>There is not enough, fee included. Nothing was sent.</summary>
    public sealed record InsufficientFunds(Money Spendable) : SendResult;

    /// <summary>Nobody relays so small an output. Nothing was sent.</summary>
    public sealed record BelowDust(Money Least) : SendResult;

    /// <summary>The node does not take it. Nothing was sent, and the coins are free.</summary>
    public sealed record NotTaken(BroadcastOutcome Outcome) : SendResult;

    /// <summary>The result in a sentence.</summary>
    public sealed override string ToString() => this switch
    {
        Sent it => $"Sent {it.Paid.Satoshi} sat, fee {it.Fee.Satoshi} sat: {it.Transaction.GetHash()}",
        InsufficientFunds it => $"The wallet has {it.Spendable.Satoshi} sat to spend, which is not enough for the amount and the fee",
        BelowDust it => $"Nobody relays so little: at least {it.Least.Satoshi} sat",
        NotTaken it => $"The node does not take it, and nothing was sent: {it.Outcome}",
        _ => throw new System.Diagnostics.UnreachableException(GetType().Name),
    };
}
