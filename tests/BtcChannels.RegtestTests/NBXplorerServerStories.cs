using BtcChannels.ChainStories;

namespace BtcChannels.RegtestTests;

/// <summary>
/// The stories of any chain backend, against a real NBXplorer on regtest: <c>NBXPLORER_URL</c> is its address, <c>NBXPLORER_COOKIE</c> its cookie file (none where it runs
/// without authentication). It passes all commands on to its node (<c>NBXPLORER_EXPOSERPC=1</c>), whose wallet has coins.
/// </summary>
public sealed class NBXplorerServerStories
{
    [NBXplorerFact]
    public async Task Every_story_holds()
    {
        foreach (var name in ChainContract.Names)
        {
            try
            {
                await new Stories().RunAsync(name);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"{name}: {e.Message}", e);
            }
        }
    }

    private sealed class Stories : ChainContract
    {
        protected override async Task<IStoryWorld> StartAsync() => await NBXplorerWorld.StartAsync();
    }

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class NBXplorerFactAttribute : FactAttribute
    {
        public NBXplorerFactAttribute() => Skip = NBXplorerWorld.Address is null ? "NBXPLORER_URL names no NBXplorer" : null;
    }
}
