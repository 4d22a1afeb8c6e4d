using System.Text.Json.Serialization;
using NBitcoin;
using NBXplorer.DerivationStrategy;

namespace NBXplorer.Models;

/// <summary>An output of a transaction that pays what is tracked.</summary>
public class MatchedOutput
{
    public Script ScriptPubKey { get; set; }

    public int Index { get; set; }

    /// <summary>Null where it belongs to no wallet.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public KeyPath KeyPath { get; set; }

    public int KeyIndex { get; set; }

    /// <summary>Null where it belongs to no wallet.</summary>
    public DerivationFeature? Feature { get; set; }

    public IMoney Value { get; set; }

    public BitcoinAddress Address { get; set; }
}
