namespace BtcChannels.Regtest.Chaos;

/// <summary>What the merchant keeps his channels in, and with it how many servers there are.</summary>
public enum ChaosStore
{
    /// <summary>One server with a file of its own.</summary>
    Sqlite,

    /// <summary>Two instances on one PostgreSQL, which is killed as well.</summary>
    Postgres,
}

/// <summary>How much goes wrong, and for how many.</summary>
public sealed record ChaosOptions
{
    /// <summary>Default SQLite.</summary>
    public ChaosStore Store { get; init; } = ChaosStore.Sqlite;

    /// <summary>How often a process of the merchant's side is killed: a server, or PostgreSQL. Default 200.</summary>
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
/// <param name="Kills">Of the merchant's servers; two at once count twice.</param>
/// <param name="StoreKills">Of PostgreSQL, or of a connection's process in it, which ends all the others.</param>
/// <param name="Hangs">Of a server or of PostgreSQL: stopped and let go on.</param>
/// <param name="CustomerKills">Of the customer's program.</param>
/// <param name="NodeFaults">Outages and reorganisations.</param>
/// <param name="Cuts">Connections of customers that were broken while they carried something.</param>
/// <param name="Channels">That the merchant agreed to.</param>
/// <param name="Acknowledged">Payments answered with success, repeated ones not counted.</param>
/// <param name="InDoubt">Payments whose answer never came, and which were sent again.</param>
/// <param name="AcknowledgedSat">The sum of the highest acknowledged totals.</param>
/// <param name="ClaimedSat">What the closes in the chain pay the merchant.</param>
/// <param name="Faults">Whatever should not have been, in a sentence each; empty where all is well.</param>
public sealed record ChaosReport(
    int Kills, int StoreKills, int Hangs, int CustomerKills, int NodeFaults, int Cuts, int Channels, long Acknowledged, long InDoubt, long AcknowledgedSat, long ClaimedSat,
    IReadOnlyList<string> Faults);
