namespace BtcChannels.Storage.Postgres;

/// <summary>What is added to histories, by the statements' parameters: the columns, each as an array with an element a line.</summary>
/// <param name="written">Of each channel that is written its number, its version from then on, and what is noted of that.</param>
internal sealed class HistoryColumns(IReadOnlyList<(uint Channel, long Version, IReadOnlyList<HistoryNote> Notes)> written)
{
    /// <summary>Adds all lines.</summary>
    public static readonly string Insert = $"""
        INSERT INTO history ({HistoryRow.Columns.Names})
        SELECT given.* FROM unnest(@NotedChannels, @NotedVersions, @NotedParts, @NotedKinds, @NotedTimes, @NotedHeights, @NotedAmounts, @NotedDetails)
            AS given ({HistoryRow.Columns.Names})
        """;

    private readonly List<HistoryRow> _rows = [.. written.SelectMany(it => HistoryRow.Of(it.Channel, it.Version, it.Notes))];

    public long[] NotedChannels => Of(it => it.PayoutIndex);
    public long[] NotedVersions => Of(it => it.Version);
    public long[] NotedParts => Of(it => it.Part);
    public string[] NotedKinds => Of(it => it.Kind);
    public long[] NotedTimes => Of(it => it.At);
    public long?[] NotedHeights => Of(it => it.Height);
    public long?[] NotedAmounts => Of(it => it.Amount);
    public string?[] NotedDetails => Of(it => it.Detail);

    public IEnumerable<(string Name, Array Values)> All =>
    [
        (nameof(NotedChannels), NotedChannels), (nameof(NotedVersions), NotedVersions), (nameof(NotedParts), NotedParts), (nameof(NotedKinds), NotedKinds), (nameof(NotedTimes), NotedTimes),
        (nameof(NotedHeights), NotedHeights), (nameof(NotedAmounts), NotedAmounts), (nameof(NotedDetails), NotedDetails),
    ];

    /// <summary>The parts of a statement that add to the histories of what its part <c>written</c> returns, by <c>payout_index</c>.</summary>
    /// <param name="count">How many lines a channel gets at most.</param>
    // The statement does not see the lines that it brings itself: room is made for them.
    public static string PartsFor(int count) => $"""
        noted AS ({Insert} JOIN written ON written.payout_index = given.payout_index),
        outdated AS (DELETE FROM history USING written WHERE history.payout_index = written.payout_index AND {HistoryRow.Outdated(HistoryNote.MostKept - count)})
        """;

    private T[] Of<T>(Func<HistoryRow, T> column) => [.. _rows.Select(column)];
}
