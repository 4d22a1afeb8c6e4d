using BtcChannels.Chain;
using BtcChannels.Storage;
using NBitcoin;

namespace BtcChannels.Client;

/// <summary>Brings channels back from their backups.</summary>
internal sealed class ChannelRestoring(CustomerRuntime run, ChannelRecalling recalling)
{
    // Keys that may have been used for channels whose backup is missing.
    private const long SkippedKeys = 1_000;

    public async Task<IReadOnlyList<RestoredBackup>> RestoreAsync(string folder, CancellationToken ct)
    {
        var finder = run.Options.Coins ?? throw new InvalidOperationException("This customer has no way to look for deposits");
        var results = new List<RestoredBackup>();
        var channels = new List<CustomerChannel>();
        foreach (var (file, content) in new BackupFolder(folder).Read())
        {
            var (channel, fault) = run.Keys.Backups.Read(content, run.Keys, run.Network);
            if (channel is null) results.Add(new RestoredBackup.Unreadable(file, fault!));
            else if (channels.All(it => it.Id != channel.Id)) channels.Add(channel);
        }
        var known = await run.Book.UseAsync(store => store.ListAsync(ct), ct);
        results.AddRange(known.Where(it => channels.Any(channel => channel.KeyIndex == it.KeyIndex)).Select(it => new RestoredBackup.Known(it)));
        channels.RemoveAll(channel => known.Any(it => it.KeyIndex == channel.KeyIndex));
        if (channels.Count == 0) return results;

        // From here on no block is missed; what stands in the chain already is looked for after that.
        await run.Follower.BeginAsync(ct);
        await run.Book.UseAsync(store => SkipKeysAsync(store, channels, ct), ct);
        var deposits = await finder.FindAsync([], [.. channels.Select(channel => new WantedOutput(channel.Terms.DepositScript, channel.Deposit.OutPoint))], ct);
        foreach (var channel in channels) results.Add(await RestoreAsync(channel, deposits, ct));
        await run.Follower.SyncAsync(ct);
        return [.. await RereadAsync(results, ct)];
    }

    private static async Task<bool> SkipKeysAsync(CustomerStore store, IReadOnlyList<CustomerChannel> channels, CancellationToken ct)
    {
        await store.SkipKeysAsync(channels.Max(channel => channel.KeyIndex) + 1L + SkippedKeys, ct);
        return true;
    }

    private async Task<RestoredBackup> RestoreAsync(CustomerChannel backup, IReadOnlyList<FoundCoin> deposits, CancellationToken ct)
    {
        if (await PlaceAsync(backup, deposits, ct) is not { } placed) return new RestoredBackup.Over(backup);
        if (await run.Book.WriteAsync(store => store.RestoreAsync(placed, ct), ct) is not { } channel) return new RestoredBackup.Over(backup);
        run.Tell(new CustomerNotice.Changed(null, channel));
        await run.Follower.ExpectAsync(channel, ct);
        await run.Follower.WatchAsync(channel, ct);
        if (channel.State is not CustomerState.Prepared) return new RestoredBackup.Restored(channel, "Its deposit was changed by a third party: the refund brings it back after expiry");
        var (recalled, silence) = await recalling.RecallAsync(channel, TimeSpan.Zero, ct);
        return new RestoredBackup.Restored(recalled, silence);
    }

    /// <summary>The channel with its deposit where the chain has it; null where there is none any more.</summary>
    private async Task<CustomerChannel?> PlaceAsync(CustomerChannel backup, IReadOnlyList<FoundCoin> deposits, CancellationToken ct)
    {
        var paid = deposits.Where(coin => coin.Output.ScriptPubKey == backup.Terms.DepositScript).ToList();
        if (paid.FirstOrDefault(coin => coin.OutPoint == backup.Deposit.OutPoint) is { } same) return backup with { DepositHeight = same.Height };
        // Anybody may pay to a script, but hardly the very amount.
        if (paid.FirstOrDefault(coin => coin is { Height: not null } && coin.Output.Value == backup.Deposit.Value) is { } other)
        {
            var moved = new Deposit(other.OutPoint, other.Output.Value);
            return backup with
            {
                Deposit = moved, DepositHeight = other.Height, State = new CustomerState.Stranded(),
                Refund = run.Keys.Refund(backup.KeyIndex, moved, backup.Terms, RefundFee.Of(backup), backup.CustomerScript, backup.Door),
            };
        }
        return await MayStillBeMinedAsync(backup, ct) ? backup : null;
    }

    /// <summary>Whether the deposit is in the mempool or could get there: then it stands in no block, or was spent already.</summary>
    private async Task<bool> MayStillBeMinedAsync(CustomerChannel backup, CancellationToken ct)
    {
        var txid = backup.DepositTransaction.GetHash();
        for (var i = 0; i < backup.DepositTransaction.Outputs.Count; i++)
            if (await run.Options.Chain.GetUnspentAsync(new OutPoint(txid, i), ct) is { Height: not null }) return false;
        return await run.Options.Chain.TestAsync(backup.DepositTransaction, ct) is MempoolVerdict.Acceptable;
    }

    private async Task<IEnumerable<RestoredBackup>> RereadAsync(IReadOnlyList<RestoredBackup> results, CancellationToken ct)
    {
        var stored = await run.Book.UseAsync(store => store.ListAsync(ct), ct);
        return results.Select(result => result is RestoredBackup.Restored it ? it with { Channel = stored.Single(channel => channel.KeyIndex == it.Channel.KeyIndex) } : result);
    }
}
