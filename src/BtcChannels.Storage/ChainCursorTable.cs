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
        db => db.QuerySingleOrDefault<Row>("SELECT text AS Text, height AS Height, hash AS Hash, median_time AS MedianTime FROM chain_cursor")?.ToCursor(file.Path), ct);

    public static Task SetAsync(SqliteFile file, string text, ChainTip tip, CancellationToken ct) => file.WriteAsync(
        (db, tx) => db.Execute(
            """
            INSERT INTO chain_cursor (id, text, height, hash, median_time) VALUES (1, @Text, @Height, @Hash, @MedianTime)
            ON CONFLICT (id) DO UPDATE SET text = @Text, height = @Height, hash = @Hash, median_time = @MedianTime
            """,
            new Row(text, tip.Height, tip.Hash.ToString(), tip.MedianTime), tx), ct);

    private sealed record Row(string Text, long Height, string Hash, long MedianTime)
    {
        public StoredCursor ToCursor(string path) => RowReading.Read(path, "the chain cursor", () =>
            new StoredCursor(Text, new ChainTip(checked((int)Height), uint256.Parse(Hash), MedianTime)));
    }
}
