using NBitcoin;

namespace NBXplorer.Models;

/// <summary>An input that spends what is tracked: <see cref="MatchedOutput.Index"/> and the rest are those of the spent output.</summary>
public class MatchedInput : MatchedOutput
{
    public int InputIndex { get; set; }

    /// <summary>Of the spent output.</summary>
    public uint256 TransactionId { get; set; }
}
