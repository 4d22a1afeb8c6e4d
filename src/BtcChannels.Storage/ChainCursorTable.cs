using Dapper;
using NBitcoin;

namespace BtcChannels.Storage;

/// <summary>How far the chain has been followed.</summary>
/// <param name="Text">The chain's own note of it.</param>
/// <param name="Tip">The last block that was dealt with.</param>
public sealed record StoredCursor(string Text, ChainTip Tip);

/// <summary>The one row that says how far the chain has been followed.</summary>
internal static class ChainCursorTable
{
    public static Task<StoredCursor?> GetAsync(SqliteFile file, CancellationToken ct) => file.ReadAsync(
        db => db.QuerySingleOrDefault<ChainCursorRow>(ChainCursorRow.Select)?.ToCursor(file.Path), ct);

    public static Task SetAsync(SqliteFile file, string text, ChainTip tip, CancellationToken ct) => file.WriteAsync(
        (db, tx) => db.Execute(
            $"INSERT INTO chain_cursor ({ChainCursorRow.Columns}) VALUES ({ChainCursorRow.Values}) {ChainCursorRow.OrUpdate}", ChainCursorRow.Of(text, tip), tx), ct);
}

/// <summary>That row, as both databases have it.</summary>
internal sealed record ChainCursorRow(string Text, long Height, string Hash, long MedianTime)
{
    public const string Select = "SELECT text AS Text, height AS Height, hash AS Hash, median_time AS MedianTime FROM chain_cursor";
    public const string Columns = "id, text, height, hash, median_time";
    public const string Values = "1, @Text, @Height, @Hash, @MedianTime";
    public const string OrUpdate = "ON CONFLICT (id) DO UPDATE SET text = @Text, height = @Height, hash = @Hash, median_time = @MedianTime";

    public static ChainCursorRow Of(string text, ChainTip tip) => new(text, tip.Height, tip.Hash.ToString(), tip.MedianTime);

    /// <param name="store">Named where the row is damaged.</param>
    public StoredCursor ToCursor(string store) => RowReading.Read(store, "the chain cursor", () =>
        new StoredCursor(Text, new ChainTip(checked((int)Height), uint256.Parse(Hash), MedianTime)));
}
