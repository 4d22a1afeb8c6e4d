using BtcChannels.Chain;
using NBitcoin;

namespace BtcChannels.Tests.Chain.Replay;

/// <summary>What is NBXplorer's own about finding coins; what any backend does, the stories tell.</summary>
public sealed class NBXplorerCoinsTests
{
    private static readonly CancellationToken s_ct = CancellationToken.None;

    private readonly AddressRange _range = new(new WalletKeys(new byte[32], Network.RegTest).Account(WalletPurpose.Bip84), AddressPath.Receiving, 5);

    [SharedFact]
    public async Task A_look_that_failed_is_made_again()
    {
        await using var world = await ReplayedWorld.StartAsync();
        await PayAsync(world, 3);
        world.Server.Wallets.Fault = "Scan already in progress, use action \"abort\" or \"status\"";
        var failed = await Assert.ThrowsAsync<ChainUnavailableException>(() => FindAsync(world));
        Assert.Contains("Scan already in progress", failed.Message, StringComparison.Ordinal);
        Assert.Equal(3u, Assert.Single(await FindAsync(world)).Owner!.Value.Path.Index);
    }

    [SharedFact]
    public async Task All_unspent_outputs_are_looked_through_after_new_blocks_until_nothing_of_before_can_wait()
    {
        await using var world = await ReplayedWorld.StartAsync();
        await FindAsync(world);
        await FindAsync(world);
        Assert.Equal(1, Scans(world));
        world.Server.Do(node => node.MineExactly());
        await FindAsync(world);
        Assert.Equal(2, Scans(world));
        for (var i = 0; i < 2_100; i++) world.Server.Do(node => node.MineExactly());
        await FindAsync(world);
        Assert.Equal(3, Scans(world));
        await PayAsync(world, 4);
        Assert.Single(await FindAsync(world));
        Assert.Equal(3, Scans(world));
    }

    [SharedFact]
    public async Task More_addresses_than_were_tracked_are_looked_for_anew()
    {
        await using var world = await ReplayedWorld.StartAsync();
        await PayAsync(world, 70);
        Assert.Empty(await FindAsync(world));
        Assert.Equal(70u, Assert.Single(await world.NewFinder().FindAsync([_range with { Count = 71 }], [], s_ct)).Owner!.Value.Path.Index);
    }

    [SharedFact]
    public async Task A_coin_at_an_address_that_is_not_the_wallets_is_a_server_that_is_not_understood()
    {
        await using var world = await ReplayedWorld.StartAsync();
        await PayAsync(world, 3);
        await FindAsync(world);
        var wallet = world.Server.Wallets.Find(_range.Account.PublicKey.ToString(Network.RegTest))!;
        wallet.Keys[_range.Account.ScriptAt(new AddressPath(AddressPath.Receiving, 3))] = (NBXplorer.DerivationStrategy.DerivationFeature.Deposit, 4);
        await Assert.ThrowsAsync<ChainUnavailableException>(() => FindAsync(world));
    }

    private Task<IReadOnlyList<FoundCoin>> FindAsync(ReplayedWorld world) => world.NewFinder().FindAsync([_range], [], s_ct);

    private async Task PayAsync(ReplayedWorld world, uint index)
    {
        await world.RelayAsync(await world.FundAsync(_range.Account.ScriptAt(new AddressPath(AddressPath.Receiving, index)), 50_000));
        await world.MineAsync();
    }

    private static int Scans(ReplayedWorld world) => world.Server.Asked.Count(it => it.StartsWith("POST", StringComparison.Ordinal) && it.Contains("/utxos/scan", StringComparison.Ordinal));
}
