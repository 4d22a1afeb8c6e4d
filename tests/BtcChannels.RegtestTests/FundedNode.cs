using BtcChannels.Regtest;

namespace BtcChannels.RegtestTests;

/// <summary>One node with a wallet for the tests of a class, which come one after the other.</summary>
public sealed class FundedNode : IAsyncLifetime
{
    public RegtestNode Node { get; private set; } = null!;

    public async Task InitializeAsync() => Node = await RegtestNode.StartAsync();

    public async Task DisposeAsync() => await Node.DisposeAsync();
}
