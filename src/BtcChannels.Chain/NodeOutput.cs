using NBitcoin;

namespace BtcChannels.Chain;

/// <summary>What <c>gettxout</c> says of outputs.</summary>
internal static class NodeOutput
{
    // A stranger's transaction may have thousands of outputs, and each is a question to the node.
    private const int MaxOutputsLookedUp = 32;

    /// <returns>Null where it is spent, or was never there.</returns>
    public static async Task<UnspentOutput?> FindUnspentAsync(NodeCall call, OutPoint outPoint, bool withMempool)
    {
        // No transaction has that many outputs, and the RPC takes no such number.
        if (outPoint.N > int.MaxValue) return null;
        var response = await call.SendAsync("gettxout", outPoint.Hash.ToString(), (int)outPoint.N, withMempool);
        if (response.Error is null && response.ResultString is null) throw call.NoAnswer("gettxout");   // an answer without a result is no answer, and says nothing of the output
        if (response.Error is null && response.ResultString is "") return null;
        var (output, confirmations, best) = call.Read("gettxout", response, json => (
            new TxOut(json.GetProperty("value").ReadAmount(), Script.FromHex(json.GetProperty("scriptPubKey").GetProperty("hex").ReadText())),
            json.GetProperty("confirmations").GetInt32(),
            json.GetProperty("bestblock").ReadHash()));
        if (confirmations <= 0) return new UnspentOutput(output, Height: null);
        // Confirmations are counted from the block that the answer names, which need not be the tip any more.
        var tip = await NodeBlockHeader.FindAsync(call, best) ?? throw call.Contradiction(best);
        return new UnspentOutput(output, tip.Block.Height - confirmations + 1);
    }

    /// <summary>Whether a block holds the transaction, which shows as long as one of its first 32 outputs is unspent there.</summary>
    public static async Task<bool> IsInChainAsync(NodeCall call, Transaction transaction)
    {
        for (var i = 0; i < Math.Min(transaction.Outputs.Count, MaxOutputsLookedUp); i++)
        {
            if (await FindUnspentAsync(call, new OutPoint(transaction.GetHash(), i), withMempool: false) is not null) return true;
        }
        return false;
    }
}
