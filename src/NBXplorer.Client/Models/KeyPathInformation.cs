using System.Text.Json.Serialization;
using NBitcoin;
using NBXplorer.DerivationStrategy;

namespace NBXplorer.Models;

/// <summary>What is known of a tracked script.</summary>
public class KeyPathInformation
{
    public TrackedSource TrackedSource { get; set; }

    public DerivationFeature Feature { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DerivationStrategyBase DerivationStrategy { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public KeyPath KeyPath { get; set; }

    public Script ScriptPubKey { get; set; }

    public BitcoinAddress Address { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Script Redeem { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Index { get; set; }
}
