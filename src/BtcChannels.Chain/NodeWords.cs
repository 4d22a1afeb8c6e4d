namespace BtcChannels.Chain;

/// <summary>
/// What bitcoind's errors about a transaction mean. Codes are of its <c>rpc/protocol.h</c>; reasons are of its validation and differ a
/// little by version, so they are recognized by their stable part, and whatever is not recognized is invalid.
/// </summary>
internal static class NodeWords
{
    public const int BlockNotFound = -5;
    public const int Starting = -28;

    private const int InvalidParameter = -8;
    private const int NotDecodable = -22;
    private const int TransactionError = -25;
    private const int TransactionRejected = -26;
    private const int AlreadyInChain = -27;

    /// <summary>Whether an error is about the transaction, rather than about the node.</summary>
    public static bool IsAboutTransaction(int code) =>
        code is InvalidParameter or NotDecodable or TransactionError or TransactionRejected or AlreadyInChain;

    /// <summary>Whether <c>testmempoolaccept</c> refuses only because the node has the transaction.</summary>
    public static bool IsKnown(string reason) =>
        Has(reason, "txn-already-in-mempool") || Has(reason, "txn-already-known") || Has(reason, "txn-same-nonwitness-data-in-mempool");

    /// <summary>Whether an input is not there.</summary>
    public static bool IsMissingInputs(string reason) => Has(reason, "missing-inputs") || Has(reason, "missing inputs") || Has(reason, "missingorspent");

    /// <summary>What an error of <c>sendrawtransaction</c> that is about the transaction says of it.</summary>
    public static BroadcastOutcome OutcomeOf(int code, string reason) =>
        Has(reason, "txn-already-in-mempool") || Has(reason, "txn-same-nonwitness-data-in-mempool") ? new BroadcastOutcome.InMempool()
        : code == AlreadyInChain || Has(reason, "txn-already-known") ? new BroadcastOutcome.InChain()
        // By reason: the same code also says that a limit of the RPC itself was passed.
        : IsMissingInputs(reason) ? new BroadcastOutcome.InputsMissing()
        : Has(reason, "non-final") || Has(reason, "non-BIP68-final") ? new BroadcastOutcome.NotFinal()
        : IsConflict(reason) ? new BroadcastOutcome.Conflicts(reason)
        : Has(reason, "min relay fee not met") || Has(reason, "mempool min fee not met") || Has(reason, "mempool full") ? new BroadcastOutcome.FeeTooLow(reason)
        : new BroadcastOutcome.Invalid(reason);

    // "insufficient fee, rejecting replacement", "replacement-adds-unconfirmed", "too many potential replacements", and the like.
    private static bool IsConflict(string reason) =>
        Has(reason, "txn-mempool-conflict") || Has(reason, "insufficient fee") || Has(reason, "replacement") || Has(reason, "bad-txns-spends-conflicting-tx");

    private static bool Has(string reason, string part) => reason.Contains(part, StringComparison.OrdinalIgnoreCase);
}
