using NBitcoin;

namespace BtcChannels.Chain;

/// <summary>What a wallet asks of the chain besides <see cref="IChain"/>: which outputs its keys can spend.</summary>
public interface ICoinFinder
{
    /// <summary>
    /// The unspent outputs of addresses and of single scripts, as of the end of the best chain. Those that wait in the mempool may be among them or not, as the
    /// backend knows them; those that a transaction of the mempool spends are, marked as such.
    /// </summary>
    /// <param name="ranges">Addresses of accounts. A backend that tracks accounts may find more of the same account.</param>
    /// <param name="outputs">Single outputs.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="ChainUnavailableException">See <see cref="IChain"/>.</exception>
    Task<IReadOnlyList<FoundCoin>> FindAsync(IReadOnlyList<AddressRange> ranges, IReadOnlyList<WantedOutput> outputs, CancellationToken ct);
}

/// <summary>The first addresses of one of an account's chains.</summary>
public sealed record AddressRange(AccountKey Account, uint Chain, int Count);

/// <summary>An output that is known by its script.</summary>
/// <param name="Script">A backend that did not know it before may find what pays it only at the likely place.</param>
/// <param name="LikelyAt">Where it stands unless somebody changed its transaction's id.</param>
public sealed record WantedOutput(Script Script, OutPoint LikelyAt);

/// <summary>An output that is unspent in the best chain, or waits in the mempool.</summary>
/// <param name="OutPoint">Where it stands.</param>
/// <param name="Output">Value and script.</param>
/// <param name="Owner">The account's kind and the address; null where it was looked for by itself.</param>
/// <param name="Height">The block it stands in; null in the mempool.</param>
/// <param name="IsMature">False for a block reward that may not be spent yet.</param>
/// <param name="IsBeingSpent">Whether a transaction of the mempool spends it.</param>
public sealed record FoundCoin(OutPoint OutPoint, TxOut Output, (WalletPurpose Purpose, AddressPath Path)? Owner, int? Height, bool IsMature, bool IsBeingSpent);
