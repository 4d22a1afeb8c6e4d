using BtcChannels.ChainStories;

namespace BtcChannels.Tests.Chain.Replay;

/// <summary>The stories of any chain backend, and of a wallet on it, against NBXplorer's recorded behaviour.</summary>
public sealed class NBXplorerStories
{
    public static TheoryData<string> OfChains => [.. StoryNames.Of<ChainContract>()];

    public static TheoryData<string> OfWallets => [.. StoryNames.Of<WalletContract>()];

    [SharedTheory, MemberData(nameof(OfChains))]
    public Task A_story_of_a_chain_holds(string name) => StoryNames.RunAsync<ChainContract>(new ChainStories(), name);

    [SharedTheory, MemberData(nameof(OfWallets))]
    public Task A_story_of_a_wallet_holds(string name) => StoryNames.RunAsync<WalletContract>(new WalletStories(), name);

    private sealed class ChainStories : ChainContract
    {
        protected override async Task<IStoryWorld> StartAsync() => await ReplayedWorld.StartAsync();
    }

    private sealed class WalletStories : WalletContract
    {
        protected override async Task<IStoryWorld> StartAsync() => await ReplayedWorld.StartAsync();
    }
}
