using BtcChannels.Regtest.Chaos;
using Xunit.Abstractions;

namespace BtcChannels.RegtestTests;

/// <summary>A short round of what the benchmarks' <c>chaos --store postgres</c> does for long.</summary>
public sealed class PostgresChaosTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Whichever_instance_is_killed_or_their_store_nobody_loses_what_was_acknowledged()
    {
        var report = await ChaosRun.RunAsync(new() { Store = ChaosStore.Postgres, Kills = 5, Customers = 4, KillsCustomer = false, NodeFaultEvery = 4, Seed = 5, Tell = output.WriteLine });

        Assert.Empty(report.Faults);
        Assert.True(report.Acknowledged > 20, $"only {report.Acknowledged} payments were made");
        Assert.True(report is { Kills: > 0, StoreKills: > 0 }, $"{report}");
        Assert.True(report.ClaimedSat >= report.AcknowledgedSat && report.AcknowledgedSat > 0);
    }
}
