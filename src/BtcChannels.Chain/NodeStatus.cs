using NBitcoin;

namespace BtcChannels.Chain;

/// <summary>What <c>getblockchaininfo</c> says; all of it holds at one moment.</summary>
internal sealed record NodeStatus(ChainTip Tip, bool IsDownloading)
{
    public static Task<NodeStatus> GetAsync(NodeCall call) => call.AskAsync("getblockchaininfo", json => new NodeStatus(
        new ChainTip(json.GetProperty("blocks").GetInt32(), json.GetProperty("bestblockhash").ReadHash(), json.GetProperty("mediantime").GetInt64()),
        json.GetProperty("initialblockdownload").GetBoolean()));

    /// <summary>What the mempool takes at least.</summary>
    public static Task<FeeRate> LeastFeeAsync(NodeCall call) => call.AskAsync(
        "getmempoolinfo", json => FeeRate.Max(json.GetProperty("mempoolminfee").ReadFeeRate(), json.GetProperty("minrelaytxfee").ReadFeeRate()));
}
