using System.Text.Json.Serialization;
using NBitcoin;
using NBXplorer.DerivationStrategy;

namespace NBXplorer.Models;

/// <summary>A transaction that concerns a tracked source: once when the mempool has it, once when a block does.</summary>
public class NewTransactionEvent : NewEventBase
{
    internal const string TypeName = "newtransaction";

    /// <summary>Null in the mempool.</summary>
    public uint256 BlockId { get; set; }

    public TrackedSource TrackedSource { get; set; }

    /// <summary>Null where the source is no wallet.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DerivationStrategyBase DerivationStrategy { get; set; }

    public TransactionResult TransactionData { get; set; }

    public List<MatchedInput> Inputs { get; set; } = [];

    public List<MatchedOutput> Outputs { get; set; } = [];

    public List<uint256> Replacing { get; set; } = [];

    [JsonIgnore]
    public override string EventType => TypeName;

    public override string ToString()
    {
        var id = TransactionData.TransactionHash.ToString();
        return $"{CryptoCode}: {TrackedSource.ToPrettyString()} matching {(BlockId is null ? "unconfirmed" : "confirmed")} transaction {id[..6]}...{id[^6..]}";
    }
}
