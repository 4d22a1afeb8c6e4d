using Microsoft.Data.Sqlite;
using static SQLitePCL.raw;

namespace BtcChannels.Storage;

internal static class SqliteCommit
{
    /// <summary>Commits. Where that fails nothing of the transaction is there, and the connection is as good as before once the transaction is disposed of.</summary>
    /// <remarks>
    /// A commit that the disk does not take may end the transaction by itself. <see cref="SqliteTransaction"/> does not reckon with that: its own ROLLBACK fails then, in place of
    /// what really happened, and the connection counts as within a transaction for ever. So it is given one that it can roll back.
    /// </remarks>
    public static void CommitOrLeave(this SqliteTransaction transaction)
    {
        var db = transaction.Connection!.Handle;
        try
        {
            transaction.Commit();
        }
        catch when (sqlite3_get_autocommit(db) != 0)
        {
            SqliteException.ThrowExceptionForRC(sqlite3_exec(db, "BEGIN"), db);
            throw;
        }
    }
}
