using System.Text.Json.Nodes;
using NBitcoin;

namespace BtcChannels.Tests.Chain.Replay;

/// <summary>Commands to a <see cref="SimulatedNode"/>, as bitcoind's RPC has them.</summary>
internal static class SimulatedCommands
{
    private const decimal SatoshiPerBitcoin = 100_000_000m;

    /// <exception cref="RefusedException">The node answers with an error.</exception>
    public static JsonNode? Run(SimulatedNode node, string method, JsonArray parameters) => method switch
    {
        "getblockhash" => (int)parameters[0]! < node.Best.Count ? node.Best[(int)parameters[0]!].Hash.ToString() : throw new RefusedException(-8, "Block height out of range"),
        "getblockheader" => Header(node, node.Find(uint256.Parse((string)parameters[0]!)) ?? throw new RefusedException(-5, "Block not found")),
        "gettxout" => Output(node, new OutPoint(uint256.Parse((string)parameters[0]!), (int)parameters[1]!), (bool)parameters[2]!),
        "getmempoolentry" => node.InMempool(uint256.Parse((string)parameters[0]!)) is { } waiting ? new JsonObject { ["vsize"] = waiting.GetVirtualSize() } : throw new RefusedException(-5, "Transaction not in mempool"),
        "getrawtransaction" => (node.InMempool(uint256.Parse((string)parameters[0]!)) ?? node.InBlock(uint256.Parse((string)parameters[0]!))?.Transaction)?.ToHex()
            ?? throw new RefusedException(-5, "No such mempool or blockchain transaction. Use gettransaction for wallet transactions."),
        "getblock" => BlockHex(node.Find(uint256.Parse((string)parameters[0]!)) ?? throw new RefusedException(-5, "Block not found")),
        "getmempoolinfo" => new JsonObject { ["mempoolminfee"] = 0.00001m, ["minrelaytxfee"] = 0.00001m },
        _ => throw new InvalidOperationException($"Nobody has said what {method} answers"),
    };

    /// <summary>Serialized; nothing but its link and its transactions is of use.</summary>
    private static string BlockHex(SimulatedNode.Block block)
    {
        var header = new byte[80];
        (block.Previous ?? uint256.Zero).ToBytes().CopyTo(header, 4);
        return Convert.ToHexStringLower(header) + Convert.ToHexStringLower([checked((byte)block.Transactions.Count)]) + string.Concat(block.Transactions.Select(it => it.ToHex()));
    }

    private static JsonObject Header(SimulatedNode node, SimulatedNode.Block block)
    {
        var isInBest = node.IsInBest(block);
        var header = new JsonObject
        {
            ["hash"] = block.Hash.ToString(), ["confirmations"] = isInBest ? node.Tip.Height - block.Height + 1 : -1, ["height"] = block.Height, ["mediantime"] = node.MedianTime(block),
        };
        if (block.Previous is { } previous) header["previousblockhash"] = previous.ToString();
        if (isInBest && block != node.Tip) header["nextblockhash"] = node.Best[block.Height + 1].Hash.ToString();
        return header;
    }

    private static JsonObject? Output(SimulatedNode node, OutPoint outPoint, bool withMempool) => node.FindUnspent(outPoint, withMempool) is var (output, block) ? new JsonObject
    {
        ["bestblock"] = node.Tip.Hash.ToString(), ["confirmations"] = block is null ? 0 : node.Tip.Height - block.Height + 1, ["value"] = output.Value.Satoshi / SatoshiPerBitcoin,
        ["scriptPubKey"] = new JsonObject { ["hex"] = output.ScriptPubKey.ToHex() }, ["coinbase"] = false,
    } : null;

    public sealed class RefusedException(int code, string message) : Exception(message)
    {
        public int Code => code;
    }
}
