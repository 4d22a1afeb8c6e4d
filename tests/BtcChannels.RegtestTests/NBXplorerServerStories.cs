using BtcChannels.ChainStories;

namespace BtcChannels.RegtestTests;

/// <summary>
/// The stories of any chain backend, and of a wallet on it, against a real NBXplorer on regtest: <c>NBXPLORER_URL</c> is its address, <c>NBXPLORER_COOKIE</c> its cookie file (none where it runs
/// without authentication). It passes all commands on to its node (<c>NBXPLORER_EXPOSERPC=1</c>), whose wallet has coins.
/// </summary>
public sealed class NBXplorerServerStories
{
    [NBXplorerFact]
    public async Task Every_story_holds()
    {
        await EveryAsync<ChainContract>(new OfChains());
        await EveryAsync<WalletContract>(new OfWallets());
    }

    private static async Task EveryAsync<TContract>(TContract stories)
    {
        foreach (var name in StoryNames.Of<TContract>())
        {
            try
            {
                await StoryNames.RunAsync(stories, name);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"{name}: {e.Message}", e);
            }
        }
    }

    private sealed class OfChains : ChainContract
    {
        protected override async Task<IStoryWorld> StartAsync() => await NBXplorerWorld.StartAsync();
    }

    private sealed class OfWallets : WalletContract
    {
        protected override async Task<IStoryWorld> StartAsync() => await NBXplorerWorld.StartAsync();
    }

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class NBXplorerFactAttribute : FactAttribute
    {
        public NBXplorerFactAttribute() => Skip = ChainOfTests.NBXplorerUrl is null ? "NBXPLORER_URL names no NBXplorer" : null;
    }
}
