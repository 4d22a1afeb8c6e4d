using System.Text.Json;
using NBitcoin;

namespace BtcChannels.Chain;

/// <summary>What <c>gettxout</c> says of outputs.</summary>
internal static class NodeOutput
{
    // A stranger's transaction may have thousands of outputs, and each is a question to the node.
    private const int MaxOutputsLookedUp = 32;

    /// <summary>So many confirmations a block reward needs before the next block may spend it.</summary>
    public const int CoinbaseMaturity = 100;

    /// <returns>Null where it is spent, or was never there.</returns>
    public static async Task<UnspentOutput?> FindUnspentAsync(NodeCall call, OutPoint outPoint, bool withMempool) => (await FindAsync(call, outPoint, withMempool))?.Unspent;

    /// <returns>Also whether the next block may spend it, which block rewards have to wait for.</returns>
    /// <inheritdoc cref="FindUnspentAsync"/>
    public static async Task<(UnspentOutput Unspent, bool IsMature)?> FindAsync(NodeCall call, OutPoint outPoint, bool withMempool)
    {
        var found = await AskAsync(call, outPoint, withMempool, json => (
            Output: new TxOut(json.GetProperty("value").ReadAmount(), Script.FromHex(json.GetProperty("scriptPubKey").GetProperty("hex").ReadText())),
            Confirmations: json.GetProperty("confirmations").GetInt32(),
            IsReward: json.TryGetProperty("coinbase", out var coinbase) && coinbase.GetBoolean(),
            Best: json.GetProperty("bestblock").ReadHash()));
        if (found is not { } it) return null;
        if (it.Confirmations <= 0) return (new UnspentOutput(it.Output, Height: null), true);
        // Confirmations are counted from the block that the answer names, which need not be the tip any more.
        var tip = await NodeBlockHeader.FindAsync(call, it.Best) ?? throw call.Contradiction(it.Best);
        return (new UnspentOutput(it.Output, tip.Block.Height - it.Confirmations + 1), !it.IsReward || it.Confirmations >= CoinbaseMaturity);
    }

    /// <summary>Whether neither chain nor mempool spends it, where it is.</summary>
    public static async Task<bool> IsUnspentAsync(NodeCall call, OutPoint outPoint) => await AskAsync(call, outPoint, withMempool: true, _ => true) is not null;

    /// <summary>Whether a block holds the transaction, which shows as long as one of its first 32 outputs is unspent there.</summary>
    public static async Task<bool> IsInChainAsync(NodeCall call, Transaction transaction)
    {
        for (var i = 0; i < Math.Min(transaction.Outputs.Count, MaxOutputsLookedUp); i++)
        {
            if (await FindUnspentAsync(call, new OutPoint(transaction.GetHash(), i), withMempool: false) is not null) return true;
        }
        return false;
    }

    private static async Task<T?> AskAsync<T>(NodeCall call, OutPoint outPoint, bool withMempool, Func<JsonElement, T> read)
        where T : struct
    {
        // No transaction has that many outputs, and the RPC takes no such number.
        if (outPoint.N > int.MaxValue) return null;
        var response = await call.SendAsync("gettxout", outPoint.Hash.ToString(), (int)outPoint.N, withMempool);
        if (response.Error is null && response.ResultString is null) throw call.NoAnswer("gettxout");   // an answer without a result is no answer, and says nothing of the output
        return response.Error is null && response.ResultString is "" ? null : call.Read("gettxout", response, read);
    }
}
