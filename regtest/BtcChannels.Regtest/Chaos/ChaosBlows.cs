namespace BtcChannels.Regtest.Chaos;

/// <summary>What is done to the merchant's side, one blow a round, as dice decide; whatever it was, all of it runs again in the end.</summary>
internal sealed class ChaosBlows(World world, ChaosDice dice)
{
    public int Kills { get; private set; }

    public int StoreKills { get; private set; }

    public int Hangs { get; private set; }

    public int Cuts { get; private set; }

    /// <summary>Kills something at this very moment.</summary>
    /// <returns>What was killed and is still to be brought back, while customers go on with what is left: <see cref="BringBackAsync"/>.</returns>
    public async Task<IReadOnlyList<MerchantProcess>> StrikeAsync()
    {
        if (dice.OneIn(4)) Cuts += world.Balancer!.Break(() => dice.OneIn(3));
        if (world.Postgres is not { } postgres) return await KillAsync([world.Merchant]);

        if (dice.OneIn(5)) await HangAsync(postgres);
        // However short a run is: an instance first, then the store, then what the dice say.
        if (Kills > 0 && (StoreKills == 0 || dice.OneIn(4))) return await KillStoreAsync(postgres);
        var killed = await KillAsync(dice.OneIn(6) ? world.Instances : [world.Instances[dice.Between(0, world.Instances.Count - 1)]]);
        // Else nobody follows the chain for as long as the lease lasts, which is longer than most lives here.
        if (!dice.OneIn(10)) await postgres.EndWatchAsync();
        await Task.Delay(dice.Between(0, 800));
        return killed;
    }

    /// <summary>Starts what was killed; what was not has to have come through by itself.</summary>
    public async Task BringBackAsync(IReadOnlyList<MerchantProcess> killed)
    {
        await Task.WhenAll(killed.Select(it => it.StartAgainAsync()));
        await Task.WhenAll(world.Instances.Select(it => it.WaitUntilReadyAsync()));
    }

    private async Task<IReadOnlyList<MerchantProcess>> KillAsync(IReadOnlyList<MerchantProcess> which)
    {
        await Task.WhenAll(which.Select(it => it.KillAsync()));
        Kills += which.Count;
        if (!dice.OneIn(10)) return which;
        // Again, while it is still starting.
        which[0].Launch();
        await Task.Delay(dice.Between(0, 1_000));
        await which[0].KillAsync();
        Kills++;
        return which;
    }

    private async Task<IReadOnlyList<MerchantProcess>> KillStoreAsync(PostgresServer postgres)
    {
        StoreKills++;
        if (dice.OneIn(4))
        {
            await postgres.CrashConnectionAsync();
            return [];
        }
        // A server that dies while its store is away finds it again when it starts.
        var killed = dice.OneIn(4) ? KillAsync([world.Instances[dice.Between(0, 1)]]) : Task.FromResult<IReadOnlyList<MerchantProcess>>([]);
        await postgres.KillAsync();
        await Task.Delay(dice.Between(0, 1_500));
        await postgres.StartAgainAsync();
        return await killed;
    }

    /// <summary>An instance that wakes up after another has taken over, or a store that does not answer for a while and then does.</summary>
    private async Task HangAsync(PostgresServer postgres)
    {
        Hangs++;
        if (dice.OneIn(2))
        {
            await postgres.HangAsync();
            await Task.Delay(dice.Between(100, 2_000));
            await postgres.GoOnAsync();
            return;
        }
        var asleep = world.Instances[dice.Between(0, world.Instances.Count - 1)];
        await asleep.HangAsync();
        await postgres.EndWatchAsync();
        await Task.Delay(dice.Between(100, 2_000));
        await asleep.GoOnAsync();
    }
}
