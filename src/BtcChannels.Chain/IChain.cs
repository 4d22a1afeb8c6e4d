using NBitcoin;

namespace BtcChannels.Chain;

/// <summary>
/// The Bitcoin network as one node sees it. Every call may throw <see cref="ChainUnavailableException"/> and may then be repeated, or
/// <see cref="ChainMismatchException"/>, which repeating does not help; no other failure of the node comes through.
/// </summary>
public interface IChain
{
    Network Network { get; }

    /// <summary>The end of the best chain.</summary>
    Task<ChainTip> GetTipAsync(CancellationToken ct);

    /// <summary>An unspent output, mempool included; null where it does not exist, is not known yet, or is spent in chain or mempool.</summary>
    Task<UnspentOutput?> GetUnspentAsync(OutPoint outPoint, CancellationToken ct);

    /// <summary>
    /// Where this merchant stands in the chain, after an earlier run or by another instance: to be told before anything else is asked of what is his. Repeating is harmless.
    /// </summary>
    /// <exception cref="ChainMismatchException">The cursor is none of this chain.</exception>
    Task ResumeAsync(ChainCursor stored, CancellationToken ct);

    /// <summary>
    /// To be awaited before whoever showed this deposit, unbroadcast, is told that he may send it: from then on neither its block nor a spend of it or of its coins can
    /// be missed, even if it is out already. Repeating is harmless.
    /// </summary>
    /// <param name="script">Of the output that is the deposit.</param>
    Task ExpectAsync(Transaction deposit, Script script, CancellationToken ct);

    /// <summary>From now on blocks are searched for outputs that pay this script. Repeating is harmless.</summary>
    Task WatchAsync(Script script, CancellationToken ct);

    /// <summary>From now on blocks are searched for spends of this outpoint. Repeating is harmless.</summary>
    Task WatchAsync(OutPoint outPoint, CancellationToken ct);

    Task UnwatchAsync(Script script, CancellationToken ct);

    Task UnwatchAsync(OutPoint outPoint, CancellationToken ct);

    /// <summary>Where to begin following the chain without a history: at its end.</summary>
    Task<ChainCursor> GetCursorAsync(CancellationToken ct);

    /// <summary>
    /// What comes next after a cursor, oldest first; null when there is nothing yet. A reorganisation is told as disconnected blocks, newest
    /// first, before what replaces them, and never as a gap. The caller stores the event's cursor with what it made of the event, and asks again.
    /// </summary>
    Task<ChainEvent?> NextAsync(ChainCursor after, CancellationToken ct);

    /// <summary>Waits until there may be something new, at most as long as the chain thinks sensible.</summary>
    Task WaitAsync(CancellationToken ct);

    /// <summary>Whether the node would take a transaction into its mempool, or has it there or in the chain.</summary>
    Task<MempoolVerdict> TestAsync(Transaction transaction, CancellationToken ct);

    /// <summary>Sends a transaction to the network. Sending it again is harmless.</summary>
    Task<BroadcastOutcome> BroadcastAsync(Transaction transaction, CancellationToken ct);

    /// <summary>
    /// The fee rate to be mined within so many blocks (1 to 1,008); null where the node has no estimate. Never below what the node relays. While the node is away, the
    /// estimate that it gave last, for an hour.
    /// </summary>
    Task<FeeRate?> EstimateFeeAsync(int blocks, CancellationToken ct);
}

/// <summary>An output that nothing spends yet.</summary>
/// <param name="Output">Value and script.</param>
/// <param name="Height">The block it stands in; null in the mempool.</param>
public sealed record UnspentOutput(TxOut Output, int? Height);

/// <summary>Where a follower of the chain stands, as text that only the chain reads.</summary>
public sealed record ChainCursor(string Text);

/// <summary>What the chain tells its followers.</summary>
/// <param name="Cursor">Where the follower stands once it has dealt with this.</param>
/// <param name="Block">The block that came or went, if one did.</param>
public abstract record ChainEvent(ChainCursor Cursor, ChainTip Block)
{
    /// <summary>A block came, with what was watched for in it, in the order of its transactions.</summary>
    public sealed record Connected(ChainCursor Cursor, ChainTip Block, IReadOnlyList<ChainMatch> Matches) : ChainEvent(Cursor, Block);

    /// <summary>
    /// Something watched for stands in a block that came earlier: it was not watched for in time, or the backend told late. The same may be told again.
    /// </summary>
    /// <param name="Block">Where the follower stands, as before.</param>
    /// <param name="Height">Of the block that holds it, at most that of <paramref name="Block"/>.</param>
    public sealed record Found(ChainCursor Cursor, ChainTip Block, int Height, IReadOnlyList<ChainMatch> Matches) : ChainEvent(Cursor, Block);

    /// <summary>A block went: what stood in it, and in it alone, is in the chain no more.</summary>
    public sealed record Disconnected(ChainCursor Cursor, ChainTip Block) : ChainEvent(Cursor, Block);
}

/// <summary>Something watched for that stands in a block.</summary>
public abstract record ChainMatch(Transaction Transaction)
{
    /// <summary>An output pays a watched script.</summary>
    public sealed record Paid(OutPoint OutPoint, TxOut Output, Transaction Transaction) : ChainMatch(Transaction);

    /// <summary>An input spends a watched outpoint.</summary>
    public sealed record Spent(OutPoint OutPoint, Transaction Transaction) : ChainMatch(Transaction);
}

/// <summary>What the node says of a transaction.</summary>
public abstract record MempoolVerdict
{
    private MempoolVerdict() { }

    /// <summary>It would be taken, or is there already.</summary>
    public sealed record Acceptable : MempoolVerdict;

    /// <param name="Reason">The node's word for it, such as <c>missing-inputs</c>.</param>
    public sealed record Unacceptable(string Reason) : MempoolVerdict;
}

/// <summary>What became of a broadcast; a closed set.</summary>
public abstract record BroadcastOutcome
{
    private BroadcastOutcome() { }

    /// <summary>It is in the mempool, newly or already.</summary>
    public sealed record InMempool : BroadcastOutcome;

    /// <summary>It is in a block already.</summary>
    public sealed record InChain : BroadcastOutcome;

    /// <summary>An input is not there: not yet known, or spent in the chain.</summary>
    public sealed record InputsMissing : BroadcastOutcome;

    /// <summary>Another transaction in the mempool spends an input, and this one does not pay enough to replace it.</summary>
    public sealed record Conflicts(string Reason) : BroadcastOutcome;

    /// <summary>The fee is below what the mempool takes now.</summary>
    public sealed record FeeTooLow(string Reason) : BroadcastOutcome;

    /// <summary>Its lock time is not reached.</summary>
    public sealed record NotFinal : BroadcastOutcome;

    /// <summary>The node will never relay it as it is.</summary>
    public sealed record Invalid(string Reason) : BroadcastOutcome;

    /// <summary>Whether the network has it.</summary>
    public bool IsKnown => this is InMempool or InChain;
}

/// <summary>The node does not answer, or not sensibly: it is down, starting, or has not got what it should have. The call may be repeated later.</summary>
public sealed class ChainUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
