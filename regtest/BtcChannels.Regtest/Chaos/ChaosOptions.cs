namespace BtcChannels.Regtest.Chaos;

/// <summary>How much goes wrong, and for how many.</summary>
public sealed record ChaosOptions
{
    /// <summary>How often the merchant's process is killed. Default 200.</summary>
    public int Kills { get; init; } = 200;

    /// <summary>How many customers pay side by side, each through one channel after the other. Default 16.</summary>
    public int Customers { get; init; } = 16;

    /// <summary>Whether a customer at the command line is killed, too, over and over. Default yes.</summary>
    public bool KillsCustomer { get; init; } = true;

    /// <summary>Of how many rounds one takes the node down, and one takes a block back; 0 for none. Default 8.</summary>
    public int NodeFaultEvery { get; init; } = 8;

    /// <summary>Decides what happens and when; what runs side by side meets differently each time all the same.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Told of each step, in a line.</summary>
    public Action<string> Tell { get; init; } = _ => { };
}

/// <summary>What came of it.</summary>
/// <param name="Kills">Of the merchant.</param>
/// <param name="CustomerKills">Of the customer's program.</param>
/// <param name="NodeFaults">Outages and reorganisations.</param>
/// <param name="Channels">That the merchant agreed to.</param>
/// <param name="Acknowledged">Payments answered with success, repeated ones not counted.</param>
/// <param name="InDoubt">Payments whose answer never came, and which were sent again.</param>
/// <param name="AcknowledgedSat">The sum of the highest acknowledged totals.</param>
/// <param name="ClaimedSat">What the closes in the chain pay the merchant.</param>
/// <param name="Faults">Whatever should not have been, in a sentence each; empty where all is well.</param>
public sealed record ChaosReport(
    int Kills, int CustomerKills, int NodeFaults, int Channels, long Acknowledged, long InDoubt, long AcknowledgedSat, long ClaimedSat, IReadOnlyList<string> Faults);
