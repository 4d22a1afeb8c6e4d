using BtcChannels.Storage;
using Dapper;
using Microsoft.Data.Sqlite;

namespace BtcChannels.Tests.Storage;

/// <summary>From the moment that the writer comes to it, nothing can be written to the file, as on a disk that has become read-only; until it is disposed of, with nothing waiting.</summary>
internal sealed class ReadOnly : IDisposable
{
    private SqliteConnection? _writing;

    public ReadOnly(SqliteFile file) => _ = file.WriteAsync(
        (db, tx) =>
        {
            _writing = db;
            return db.Execute("PRAGMA query_only = 1", transaction: tx);
        },
        CancellationToken.None);

    public void Dispose() => _writing!.Execute("PRAGMA query_only = 0");
}
