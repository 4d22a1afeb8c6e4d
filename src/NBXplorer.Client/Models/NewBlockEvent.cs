using System.Text.Json.Serialization;
using NBitcoin;

namespace NBXplorer.Models;

/// <summary>A block that extends the server's chain, or begins another branch of it.</summary>
public class NewBlockEvent : NewEventBase
{
    internal const string TypeName = "newblock";

    public int Height { get; set; }

    public uint256 Hash { get; set; }

    public uint256 PreviousBlockHash { get; set; }

    public long Confirmations { get; set; }

    [JsonIgnore]
    public override string EventType => TypeName;

    public override string ToString() => $"{CryptoCode}: New block {Hash} ({Height})";
}
