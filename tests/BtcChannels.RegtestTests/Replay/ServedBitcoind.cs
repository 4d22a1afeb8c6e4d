using System.Text.Json.Nodes;
using BtcChannels.Regtest;
using BtcChannels.Tests.Chain.Replay;
using NBitcoin;
using NBitcoin.RPC;

namespace BtcChannels.RegtestTests.Replay;

/// <summary>A real bitcoind behind a replayed server.</summary>
internal sealed class ServedBitcoind(RegtestNode node) : IServedNode
{
    public JsonNode? Run(string method, JsonArray parameters)
    {
        // A server's own thread waits for its node's answer.
        var response = node.Rpc.SendCommandAsync(new RPCRequest(method, [.. parameters.Select(Argument)]) { ThrowIfRPCError = false }).GetAwaiter().GetResult();
        if (response.Error is { } error) throw new SimulatedCommands.RefusedException((int)error.Code, error.Message);
        return response.ResultString is not { Length: > 0 } text ? null : text[0] is '{' or '[' ? JsonNode.Parse(text) : JsonValue.Create(text);
    }

    public (int Code, string Reason)? Judge(Transaction transaction)
    {
        var verdict = Run("testmempoolaccept", [new JsonArray(transaction.ToHex())])![0]!;
        if ((bool)verdict["allowed"]!) return null;
        var reason = (string)verdict["reject-reason"]!;
        return (reason is "missing-inputs" || reason.StartsWith("txn-already", StringComparison.Ordinal) ? -25 : -26, reason);
    }

    public (int Code, string Reason)? Send(Transaction transaction)
    {
        try
        {
            Run("sendrawtransaction", [transaction.ToHex()]);
            return null;
        }
        catch (SimulatedCommands.RefusedException refused)
        {
            return (refused.Code, refused.Message);
        }
    }

    private static object Argument(JsonNode? node) => node switch
    {
        JsonArray items => items.Select(Argument).ToArray(),
        JsonValue value when value.TryGetValue<bool>(out var flag) => flag,
        JsonValue value when value.TryGetValue<long>(out var number) => number,
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        _ => throw new InvalidOperationException($"No argument of a command: {node}"),
    };
}
