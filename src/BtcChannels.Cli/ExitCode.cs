namespace BtcChannels.Cli;

/// <summary>What the program ends with. Scripts rely on these: numbers never change their meaning.</summary>
internal enum ExitCode
{
    /// <summary>Done.</summary>
    Done = 0,

    /// <summary>Something unexpected, or interrupted.</summary>
    Unexpected = 1,

    /// <summary>Wrong usage: an argument, an option, a channel that does not exist or takes nothing.</summary>
    Usage = 2,

    /// <summary>The merchant refused, or his terms are not accepted.</summary>
    Refused = 3,

    /// <summary>The merchant does not answer. What was signed is stored and sent again.</summary>
    MerchantSilent = 4,

    /// <summary>The node does not answer, or its wallet cannot be used.</summary>
    NodeSilent = 5,

    /// <summary>Too early: the deposit is not deep enough, or the time lock of a refund holds still.</summary>
    NotYet = 6,

    /// <summary>The store is in use by another process, damaged, or of another network or seed.</summary>
    Store = 7,

    /// <summary>The wallet, or the channel, has not enough.</summary>
    InsufficientFunds = 8,
}
