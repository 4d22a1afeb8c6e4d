using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace BtcChannels.Storage.Postgres;

/// <summary>A table of the merchant's store, which both databases know by the same name and columns. Rows are streamed, never gathered.</summary>
/// <param name="Name">In both.</param>
/// <param name="Columns">All that it has.</param>
/// <param name="Key">By which both list it in one order: texts byte by byte.</param>
internal sealed record MovedTable(string Name, ColumnList Columns, string Key)
{
    // The checks of foreign keys come at the end, all at once.
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    /// <summary>All that a store consists of, but for what it says of itself; what others refer to comes first.</summary>
    public static readonly IReadOnlyList<MovedTable> All =
    [
        new("channel", MerchantRow.All, "id"),
        new("deposit", new("channel_id", "raw"), "channel_id"),
        new("deposit_input", new("channel_id", "txid", "vout"), "channel_id, txid, vout"),
        new("answer", new("payout_index", "key", "request", "status", "head", "body", "at"), "payout_index, key"),
        new("history", HistoryRow.Columns, "payout_index, version, part"),
        new("token", TokenRow.Columns, "id"),
        new("payout_counter", new("id", "next"), "id"),
        new("chain_cursor", new("id", "text", "height", "hash", "median_time"), "id"),
    ];

    private string Rows => $"SELECT {Columns.Names} FROM {Name} ORDER BY {Key}";

    /// <summary>Writes all rows of one into the other, within its transaction.</summary>
    /// <exception cref="StoreCorruptException">A row is none that could have been stored.</exception>
    public async Task CopyAsync(SqliteConnection from, NpgsqlConnection to, CancellationToken ct)
    {
        try
        {
            await using var copy = await to.BeginBinaryImportAsync($"COPY {Name} ({Columns.Names}) FROM STDIN (FORMAT BINARY)", ct);
            copy.Timeout = Patience;
            using var rows = from.ExecuteReader(Rows);
            while (rows.Read())
            {
                await copy.StartRowAsync(ct);
                for (var i = 0; i < rows.FieldCount; i++) await WriteAsync(copy, rows.GetValue(i), ct);
            }
            await copy.CompleteAsync(ct);
        }
        catch (PostgresException refused) when (refused.SqlState[..2] is "22" or "23")
        {
            throw new StoreCorruptException($"A row of {Name} in {from.DataSource} is none that can be stored ({refused.MessageText}): nothing was moved", refused);
        }
    }

    /// <summary>Compares both row by row.</summary>
    /// <returns>Where they differ first; null where they are the same.</returns>
    public async Task<string?> DifferenceAsync(SqliteConnection from, NpgsqlConnection to, NpgsqlTransaction transaction, CancellationToken ct)
    {
        await using var there = await to.ExecuteReaderAsync(new CommandDefinition(Rows, transaction: transaction, commandTimeout: (int)Patience.TotalSeconds, cancellationToken: ct));
        using var here = from.ExecuteReader(Rows);
        while (true)
        {
            var (isHere, isThere) = (here.Read(), await there.ReadAsync(ct));
            if (isHere != isThere) return $"{Name} has {(isHere ? "fewer" : "more")} rows there";
            if (!isHere) return null;
            for (var i = 0; i < here.FieldCount; i++)
                if (!IsSame(here.GetValue(i), there.GetValue(i))) return $"{here.GetName(i)} of {Name} {here.GetValue(0)} is another one there";
        }
    }

    private static Task WriteAsync(NpgsqlBinaryImporter copy, object value, CancellationToken ct) => value switch
    {
        DBNull => copy.WriteNullAsync(ct),
        long number => copy.WriteAsync(number, ct),
        string text => copy.WriteAsync(text, ct),
        byte[] bytes => copy.WriteAsync(bytes, ct),
        _ => throw new StoreCorruptException($"A value is neither number, text nor bytes but {value.GetType().Name}: nothing was moved"),
    };

    private static bool IsSame(object here, object there) => here is byte[] some && there is byte[] others ? some.AsSpan().SequenceEqual(others) : here.Equals(there);
}
