using BtcChannels.ChainStories;
using BtcChannels.Regtest;

namespace BtcChannels.RegtestTests;

/// <summary>The stories of any chain backend, against a bitcoind.</summary>
public sealed class BitcoindStories(FundedNode fixture) : ChainContract, IClassFixture<FundedNode>
{
    protected override async Task<IStoryWorld> StartAsync() => await BitcoindWorld.StartAsync(fixture.Node);
}

/// <summary>The stories of a wallet on any chain backend, against a bitcoind.</summary>
public sealed class BitcoindWalletStories(FundedNode fixture) : WalletContract, IClassFixture<FundedNode>
{
    protected override async Task<IStoryWorld> StartAsync() => await BitcoindWorld.StartAsync(fixture.Node);
}
