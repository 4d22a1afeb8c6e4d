using NBitcoin;

namespace BtcChannels.Chain;

/// <summary>What <c>getblockheader</c> says of a block; all of it holds at one moment.</summary>
/// <param name="Block">The block.</param>
/// <param name="IsStale">Whether it is out of the best chain.</param>
/// <param name="Previous">Null for the first block.</param>
/// <param name="Next">The block above it in the best chain; null for the tip and for a stale block.</param>
internal sealed record NodeBlockHeader(ChainTip Block, bool IsStale, uint256? Previous, uint256? Next)
{
    /// <summary>Null where the node does not know the block.</summary>
    public static async Task<NodeBlockHeader?> FindAsync(NodeCall call, uint256 hash)
    {
        var response = await call.SendAsync("getblockheader", hash.ToString(), true);
        return response.Error is { } error && (int)error.Code == NodeWords.BlockNotFound
            ? null
            : call.Read("getblockheader", response, json => new NodeBlockHeader(
                new ChainTip(json.GetProperty("height").GetInt32(), json.GetProperty("hash").ReadHash(), json.GetProperty("mediantime").GetInt64()),
                json.GetProperty("confirmations").GetInt32() < 0,
                json.TryGetProperty("previousblockhash", out var previous) ? previous.ReadHash() : null,
                json.TryGetProperty("nextblockhash", out var next) ? next.ReadHash() : null));
    }
}
