using System.Text.Json.Nodes;
using NBitcoin;

namespace BtcChannels.Tests.Chain.Replay;

/// <summary>The node behind a replayed server, as far as it passes questions on.</summary>
internal interface IServedNode
{
    /// <exception cref="SimulatedCommands.RefusedException">The node answers with an error.</exception>
    JsonNode? Run(string method, JsonArray parameters);

    /// <summary>Whether the mempool would take it; code and word of the refusal otherwise.</summary>
    (int Code, string Reason)? Judge(Transaction transaction);

    /// <summary>Takes it into the mempool if it would.</summary>
    (int Code, string Reason)? Send(Transaction transaction);
}
