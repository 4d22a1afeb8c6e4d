using BtcChannels.Chain;
using NBitcoin;

namespace BtcChannels.ChainStories;

/// <summary>A chain backend with all that stands behind it, and a test's hand on that.</summary>
public interface IStoryWorld : IAsyncDisposable
{
    IChain Chain { get; }

    /// <summary>The same backend's way to find coins, as another run of the program has it each time.</summary>
    ICoinFinder NewFinder();

    /// <summary>Whether that shows coins that wait in the mempool.</summary>
    bool ShowsIncoming { get; }

    /// <summary>Why outages cannot be had here; null where they can.</summary>
    string? NoOutages { get; }

    /// <summary>The same backend as another run of the program sees it.</summary>
    IChain AnotherRun();

    Task<int> HeightAsync();

    /// <summary>A signed transaction that pays a script out of a coin in a block. It is not broadcast.</summary>
    Task<Transaction> FundAsync(Script script, long satoshi);

    /// <summary>Another transaction that spends the same coins, pays nothing that anybody watches, and replaces the first.</summary>
    Task<Transaction> DoubleSpendAsync(Transaction original);

    /// <summary>The node hears of a transaction, from whomever.</summary>
    Task RelayAsync(Transaction transaction);

    /// <summary>Mines what the mempool holds.</summary>
    Task<uint256> MineAsync();

    Task<uint256> MineExactlyAsync(params Transaction[] transactions);

    /// <summary>Replaces the newest blocks by others, the first of which holds these transactions, and those after it none.</summary>
    Task<IReadOnlyList<uint256>> ReorganizeAsync(int depth, int newBlocks, params Transaction[] firstBlock);

    Task StopNodeAsync();

    Task StartNodeAsync();

    /// <summary>What the chain speaks to ends: the node itself, or what stands before it.</summary>
    Task StopBackendAsync();

    Task StartBackendAsync();
}
