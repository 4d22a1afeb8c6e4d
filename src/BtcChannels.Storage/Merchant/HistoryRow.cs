using NBitcoin;

namespace BtcChannels.Storage;

/// <summary>A line of a channel's history as its columns.</summary>
internal sealed record HistoryRow(long PayoutIndex, long Version, long Part, string Kind, long At, long? Height, long? Amount, string? Detail)
{
    public static readonly ColumnList Columns = new("payout_index", "version", "part", "kind", "at", "height", "amount", "detail");

    /// <summary>Asks for those of the channel <c>id</c>, oldest first.</summary>
    public static readonly string Question = $"SELECT {Columns.Select} FROM history WHERE payout_index = (SELECT payout_index FROM channel WHERE id = @id) ORDER BY version, part";

    /// <summary>Adds one.</summary>
    public static readonly string Insert = $"INSERT INTO history ({Columns.Names}) VALUES ({Columns.Values})";

    /// <summary>The condition of those that are not among the newest of their channel.</summary>
    public static string Outdated(int kept) =>
        $"(history.version, history.part) <= (SELECT it.version, it.part FROM history AS it WHERE it.payout_index = history.payout_index ORDER BY it.version DESC, it.part DESC LIMIT 1 OFFSET {kept})";

    /// <summary>Holds what is open or may come to be, with a line for each that was not held: which is told first.</summary>
    public const string NoteHeld = $"""
        INSERT INTO history (payout_index, version, part, kind, at, height)
        SELECT payout_index, version + 1, 0, 'held', @time, (SELECT height FROM chain_cursor) FROM channel WHERE is_held = 0 AND {Holdable}
        """;

    public const string Hold = $"UPDATE channel SET is_held = 1, version = version + 1 WHERE {Holdable}";

    private const string Holdable = "state IN ('pending', 'open', 'abandoned') AND is_settled = 0";

    // Spelled out: renaming one must not change what is in files.
    private static readonly (HistoryKind Kind, string Name)[] s_names =
    [
        (HistoryKind.Opened, "opened"), (HistoryKind.DepositMined, "deposit-mined"), (HistoryKind.DepositReorganised, "deposit-reorganised"), (HistoryKind.DepositVanished, "deposit-vanished"),
        (HistoryKind.DepositDoubleSpent, "deposit-double-spent"), (HistoryKind.Revived, "revived"), (HistoryKind.Open, "open"), (HistoryKind.FirstPayment, "first-payment"), (HistoryKind.Held, "held"),
        (HistoryKind.Released, "released"), (HistoryKind.Closing, "closing"), (HistoryKind.Closed, "closed"), (HistoryKind.Refunded, "refunded"), (HistoryKind.SpendReorganised, "spend-reorganised"),
        (HistoryKind.Abandoned, "abandoned"), (HistoryKind.Final, "final"),
    ];

    /// <summary>What a write brings.</summary>
    /// <param name="payoutIndex">The channel's.</param>
    /// <param name="version">That of the channel after it.</param>
    /// <param name="notes">In their order.</param>
    public static IReadOnlyList<HistoryRow> Of(uint payoutIndex, long version, IReadOnlyList<HistoryNote> notes) =>
        [.. notes.Select((it, part) => new HistoryRow(payoutIndex, version, part, s_names.Single(name => name.Kind == it.Kind).Name, it.Time, it.Height, it.Amount?.Satoshi, it.Detail))];

    public HistoryNote ToNote(string path) => RowReading.Read(path, "a line of history", () => new HistoryNote(
        s_names.Where(it => it.Name == Kind).Select(it => (HistoryKind?)it.Kind).SingleOrDefault() ?? throw new FormatException($"kind {Kind} is unknown"),
        At, checked((int?)Height), Amount is { } amount ? Money.Satoshis(amount) : null, Detail));
}
