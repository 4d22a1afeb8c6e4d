using BtcChannels.Regtest.Chaos;
using Xunit.Abstractions;

namespace BtcChannels.RegtestTests;

/// <summary>A short round of what the benchmarks' <c>chaos</c> does for long.</summary>
public sealed class ChaosTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Whoever_is_killed_in_the_middle_of_whatever_nobody_loses_what_was_acknowledged()
    {
        var report = await ChaosRun.RunAsync(new() { Kills = 5, Customers = 6, NodeFaultEvery = 3, Seed = 7, Tell = output.WriteLine });

        Assert.Empty(report.Faults);
        Assert.True(report.Acknowledged > 20, $"only {report.Acknowledged} payments were made");
        Assert.True(report.CustomerKills > 0, "no customer was killed");
        Assert.True(report.ClaimedSat >= report.AcknowledgedSat && report.AcknowledgedSat > 0);
    }
}
