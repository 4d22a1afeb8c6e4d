using BtcChannels.ChainStories;
using BtcChannels.Regtest;

namespace BtcChannels.RegtestTests;

/// <summary>The stories of any chain backend, against a bitcoind.</summary>
public sealed class BitcoindStories(FundedNode fixture) : ChainContract, IClassFixture<FundedNode>
{
    protected override Task<IStoryWorld> StartAsync() => Task.FromResult<IStoryWorld>(new BitcoindWorld(fixture.Node));
}
