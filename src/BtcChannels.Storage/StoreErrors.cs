using Microsoft.Data.Sqlite;
using static SQLitePCL.raw;

namespace BtcChannels.Storage;

/// <summary>Gives the failures of disk and database their types. What is left untranslated is a fault of this program.</summary>
internal static class StoreErrors
{
    public static T Translate<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (SqliteException error) when (Of(error, path) is { } typed)
        {
            throw typed;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException($"{path} cannot be used: {error.Message}", error);
        }
    }

    /// <summary>Whether it is a failure of disk, memory or file, not of what was asked.</summary>
    public static bool IsTyped(SqliteException error) => Of(error, "") is not null;

    private static StoreException? Of(SqliteException error, string path) => error.SqliteErrorCode switch
    {
        SQLITE_CORRUPT or SQLITE_NOTADB => new StoreCorruptException($"{path} is damaged: {error.Message}", error),
        SQLITE_FULL or SQLITE_IOERR or SQLITE_BUSY or SQLITE_LOCKED or SQLITE_READONLY or SQLITE_CANTOPEN or SQLITE_PERM or SQLITE_AUTH or SQLITE_NOMEM or SQLITE_PROTOCOL =>
            new StoreUnavailableException($"{path} cannot be used: {error.Message}", error),
        _ => null,
    };
}
