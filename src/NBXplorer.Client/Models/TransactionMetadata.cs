using System.Text.Json.Serialization;
using NBitcoin;

namespace NBXplorer.Models;

/// <summary>What a transaction weighs and pays.</summary>
public class TransactionMetadata
{
    [JsonPropertyName("vsize")]
    public int? VirtualSize { get; set; }

    public Money Fees { get; set; }

    public FeeRate FeeRate { get; set; }

    /// <summary>What it is mined with, in the mempool; null where that is not known.</summary>
    public ChunkMetadata Chunk { get; set; }

    public class ChunkMetadata
    {
        public int Weight { get; set; }

        public Money Fees { get; set; }

        public FeeRate FeeRate { get; set; }
    }
}
