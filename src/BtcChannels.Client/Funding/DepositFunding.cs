using NBitcoin;

namespace BtcChannels.Client;

/// <summary>
/// Where deposits come from: any wallet that can sign without broadcasting. Each may throw <see cref="WalletException"/>, or
/// <see cref="Chain.ChainUnavailableException"/> while the wallet does not answer.
/// </summary>
/// <param name="Fund">
/// Makes a transaction that pays this script this amount, once, signed and not broadcast, and keeps its coins from being used otherwise.
/// </param>
/// <param name="NewScript">A script of the wallet that was not used before: change and refund go there. P2PKH, P2SH, P2WPKH, P2WSH or P2TR.</param>
/// <param name="Release">Lets the coins of such a transaction be used again. Repeating is harmless.</param>
public sealed record DepositFunding(
    Func<Script, Money, CancellationToken, Task<FundingResult>> Fund,
    Func<CancellationToken, Task<Script>> NewScript,
    Func<Transaction, CancellationToken, Task> Release);

/// <summary>What a wallet makes of a wish to fund.</summary>
public abstract record FundingResult
{
    private FundingResult() { }

    public sealed record Funded(Transaction Deposit) : FundingResult;

    /// <summary>There is not enough in it, fee included.</summary>
    public sealed record InsufficientFunds(string Detail) : FundingResult;
}

/// <summary>The wallet refuses, for a reason that waiting does not mend: it is locked, missing, or cannot sign.</summary>
public sealed class WalletException(string message, Exception? inner = null) : Exception(message, inner);
