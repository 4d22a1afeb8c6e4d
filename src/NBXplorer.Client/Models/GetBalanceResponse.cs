using NBitcoin;

namespace NBXplorer.Models;

public class GetBalanceResponse
{
    /// <summary>What the mempool changes: below zero where it spends more than it brings.</summary>
    public IMoney Unconfirmed { get; set; }

    public IMoney Confirmed { get; set; }

    public IMoney Total { get; set; }

    /// <summary>Of coinbases that are not deep enough.</summary>
    public IMoney Immature { get; set; }

    public IMoney Available { get; set; }
}
