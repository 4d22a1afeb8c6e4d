using BtcChannels.ChainStories;

namespace BtcChannels.Tests.Chain.Replay;

/// <summary>The stories of any chain backend, against NBXplorer's recorded behaviour.</summary>
public sealed class NBXplorerStories
{
    public static TheoryData<string> Names => [.. ChainContract.Names];

    [SharedTheory, MemberData(nameof(Names))]
    public Task A_story_holds(string name) => new Stories().RunAsync(name);

    private sealed class Stories : ChainContract
    {
        protected override async Task<IStoryWorld> StartAsync() => await ReplayedWorld.StartAsync();
    }
}
