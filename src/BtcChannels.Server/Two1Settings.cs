using BtcChannels.Two1;
using NBitcoin;

namespace BtcChannels.Server;

/// <summary>The section <c>BtcChannels:Two1</c>: whether 21's protocol is spoken, and what is asked of its channels.</summary>
internal sealed class Two1Settings
{
    /// <summary>Where; null for nowhere.</summary>
    public string? Path { get; set; }

    public long? MinFeeSat { get; set; }
    public long? MinOutputSat { get; set; }
    public TimeSpan? MinDuration { get; set; }

    public Two1Policy ApplyTo(Two1Policy policy) => policy with
    {
        MinFee = MinFeeSat is { } fee ? Money.Satoshis(fee) : policy.MinFee,
        MinOutput = MinOutputSat is { } output ? Money.Satoshis(output) : policy.MinOutput,
        MinDuration = MinDuration ?? policy.MinDuration,
    };
}
