namespace BtcChannels.Storage;

/// <summary>What became of a payment on a channel whose deposit stands in no block.</summary>
public enum UnminedPayment
{
    /// <summary>It is on disk.</summary>
    Written,

    /// <summary>The channel is not at the version that it follows: nothing is written, read it and judge again.</summary>
    Behind,

    /// <summary>It would bring what is authorized on such channels above the bound: nothing is written.</summary>
    OverBound,
}
