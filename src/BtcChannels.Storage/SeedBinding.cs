using Dapper;

namespace BtcChannels.Storage;

/// <summary>Holds a store to the seed that it began with.</summary>
internal static class SeedBinding
{
    /// <summary>
    /// The seed is on disk before its name goes into the store: a crash in between leaves a seed that the next start takes up, never a store
    /// whose seed is lost.
    /// </summary>
    public static async Task BindAsync(SqliteFile file, string folder, SeedFingerprint fingerprintOf, CancellationToken ct)
    {
        var (bound, hasChannels) = await file.ReadAsync(
            db => (db.ExecuteScalar<string?>("SELECT seed_fingerprint FROM meta"), db.ExecuteScalar<long>("SELECT EXISTS (SELECT 1 FROM channel)") == 1), ct);
        if (Hold(file.Path, bound, hasChannels, folder, fingerprintOf) is { } fingerprint)
            await file.WriteAsync((db, tx) => db.Execute("UPDATE meta SET seed_fingerprint = @fingerprint WHERE seed_fingerprint IS NULL", new { fingerprint }, tx), ct);
    }

    /// <summary>Holds the seed of a folder against the one that a store names; makes one where neither is there.</summary>
    /// <param name="store">What to call the store.</param>
    /// <param name="bound">The seed that it names; null for none yet.</param>
    /// <param name="hasChannels">Whether there is anything in it.</param>
    /// <param name="folder">Where the seed is.</param>
    /// <param name="fingerprintOf">Takes the seed and names it; called once.</param>
    /// <returns>What the store has to name from now on; null where it does already.</returns>
    /// <exception cref="StoreException">The seed is another one, missing or not fit for use.</exception>
    public static string? Hold(string store, string? bound, bool hasChannels, string folder, SeedFingerprint fingerprintOf)
    {
        if (bound is null && hasChannels) throw new StoreCorruptException($"{store} has channels but does not say of which seed");
        using var seed = bound is null ? SeedFile.ReadOrMake(folder) : SeedFile.Read(folder);
        if (seed is null)
            throw new StoreMismatchException($"{store} belongs to the seed {bound}, which is missing: restore {Path.Combine(folder, SeedFile.Name)} from its backup");
        var fingerprint = fingerprintOf(seed.Bytes);
        if (bound is null) return fingerprint;
        if (bound == fingerprint) return null;
        throw new StoreMismatchException(
            $"{store} belongs to the seed {bound}, but {Path.Combine(folder, SeedFile.Name)} is {fingerprint}: store and seed have to come from the same backup");
    }
}
