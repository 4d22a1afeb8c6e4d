using NBitcoin;

namespace BtcChannels.Chain;

/// <summary>What <c>sendrawtransaction</c> does.</summary>
internal static class NodeBroadcast
{
    /// <summary>Sends without the command's own limit on fees: a close may have to pay much, and an unsent one loses the channel.</summary>
    public static async Task<BroadcastOutcome> SendAsync(NodeCall call, Transaction transaction)
    {
        var response = await call.SendAsync("sendrawtransaction", transaction.ToHex(), 0);
        return response.Error switch
        {
            null => new BroadcastOutcome.InMempool(),
            var error when NodeWords.IsAboutTransaction((int)error.Code) => NodeWords.OutcomeOf((int)error.Code, error.Message),
            var error => throw call.Refused("sendrawtransaction", error),
        };
    }
}
