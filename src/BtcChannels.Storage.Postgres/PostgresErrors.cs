using Npgsql;

namespace BtcChannels.Storage.Postgres;

/// <summary>Gives the failures of server and connection their types. What is left untranslated is a fault of this program.</summary>
internal static class PostgresErrors
{
    private const int Attempts = 10;

    /// <summary>
    /// Runs work that the server may call off for the sake of another's: it has then done nothing of it, and is asked again. A connection that is lost as a commit is
    /// under way leaves it open what became of it: that counts as a failure, and nothing is asked again here.
    /// </summary>
    public static async Task<T> TranslateAsync<T>(string database, Func<Task<T>> work)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await work();
            }
            catch (PostgresException error) when (IsCalledOff(error) && attempt < Attempts)
            {
                // Whoever it stood in the way of has gone on meanwhile.
            }
            catch (NpgsqlException error) when (Of(error, database) is { } typed)
            {
                throw typed;
            }
        }
    }

    private static bool IsCalledOff(PostgresException error) => error.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure;

    private static StoreException? Of(NpgsqlException error, string database) => error is not PostgresException { SqlState: var state, MessageText: var text }
        ? new StoreUnavailableException($"{database} does not answer: {error.Message}", error)
        : state switch
        {
            PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted => new StoreCorruptException($"{database} is damaged: {text}", error),
            // Connection, login, called off, resources (a full disk), lock, the operator's intervention, the system (an I/O error); a server that only reads.
            _ when state[..2] is "08" or "28" or "3D" or "40" or "53" or "55" or "57" or "58" || state is PostgresErrorCodes.ReadOnlySqlTransaction
                or PostgresErrorCodes.InsufficientPrivilege or "25P03" /* idle in a transaction for too long */ =>
                new StoreUnavailableException($"{database} cannot be used: {text}", error),
            _ => null,
        };
}
