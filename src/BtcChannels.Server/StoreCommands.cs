using System.Globalization;
using BtcChannels.Storage;
using BtcChannels.Storage.Postgres;

namespace BtcChannels.Server;

/// <summary>What the program does with a store, instead of serving it.</summary>
internal static class StoreCommands
{
    /// <summary><c>migrate</c>: the store of the data folder goes to PostgreSQL.</summary>
    /// <inheritdoc cref="MerchantMove.RunAsync"/>
    public static async Task MigrateAsync(ServerSettings settings, TextWriter output)
    {
        if (settings.Database is not { } database) throw new ArgumentException("BtcChannels:Database is missing: where the channels are to go");
        var (network, clock) = (settings.FindNetwork(), TimeProvider.System);
        var start = clock.GetTimestamp();
        var moved = await MerchantMove.RunAsync(Path.GetFullPath(settings.Data), database, network, seed => new MerchantKeys(seed, network).Fingerprint, CancellationToken.None);
        await output.WriteLineAsync($"btcchannels-server: moved and compared row by row: {Describe(moved, clock.GetElapsedTime(start))}");
    }

    /// <summary><c>backup FOLDER</c>: a copy of the data folder, whose merchant may be at work.</summary>
    /// <inheritdoc cref="MerchantBackup.Make"/>
    public static async Task BackUpAsync(ServerSettings settings, string to, TextWriter output)
    {
        if (settings.Database is not null) throw new ArgumentException("BtcChannels:Database is set: a PostgreSQL is backed up by its own means, such as pg_dump");
        var (network, clock) = (settings.FindNetwork(), TimeProvider.System);
        var start = clock.GetTimestamp();
        var copied = MerchantBackup.Make(Path.GetFullPath(settings.Data), Path.GetFullPath(to), network, seed => new MerchantKeys(seed, network).Fingerprint);
        await output.WriteLineAsync($"btcchannels-server: copied and checked: {Describe(copied, clock.GetElapsedTime(start))}");
    }

    private static string Describe(StoreTotals totals, TimeSpan took) => string.Create(
        CultureInfo.InvariantCulture, $"{totals.Channels:N0} channels, {totals.Authorized.Satoshi:N0} sat authorized on those that are not final, in {took.TotalSeconds:N1} s");
}
