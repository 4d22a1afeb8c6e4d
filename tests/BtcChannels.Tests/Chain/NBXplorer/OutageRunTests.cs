using System.Globalization;
using System.Security.Cryptography;
using BtcChannels.Chain;
using BtcChannels.Tests.AspNetCore;
using NBitcoin;
using Xunit.Abstractions;

namespace BtcChannels.Tests.Chain.Replay;

/// <summary>A merchant on NBXplorer's recorded behaviour for a week of blocks, in which now the node and now NBXplorer is away, and blocks are reorganised.</summary>
public sealed class OutageRunTests(ITestOutputHelper output)
{
    private const int Blocks = 1_000;
    private const int OpeningUntil = 450;   // the last channels reach their expiry, and their closes are buried, before the end

    [SharedFact]
    public async Task A_thousand_blocks_with_outages_end_with_every_channel_in_the_right_state()
    {
        var seed = Environment.GetEnvironmentVariable("BTCCHANNELS_OUTAGE_SEED") is { } given ? ulong.Parse(given, CultureInfo.InvariantCulture) : BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));
        output.WriteLine($"BTCCHANNELS_OUTAGE_SEED={seed}");
        MerchantApp? app = null;
        await using var server = await ReplayedServer.StartAsync(() => app?.Clock.Now ?? new ManualClock().Now);
        server.Node.Estimate = 4m;
        await using var backend = new NBXplorerChain(new NBXplorerOptions(server.Url), Network.RegTest, TimeProvider.System);
        var chain = new SteppedChain(backend);
        await using var merchant = app = await MerchantApp.StartAsync(settle: false, backend: chain, finest: Microsoft.Extensions.Logging.LogLevel.Warning);
        var run = new OutageRun(merchant, server, chain, new SplitMix(seed));
        run.MineCoins();
        await run.SettleAsync();
        for (var block = 0; block < Blocks; block++) await run.StepAsync(mayOpen: block < OpeningUntil, mayFail: block < Blocks - 60);
        await run.EndAsync();

        output.WriteLine(run.Summary);
        Assert.True(run.Failures.Count == 0, $"seed {seed}, {run.Summary}:\n{string.Join('\n', run.Failures)}");
        Assert.True(run.Channels > 20 && run.Outages > 20 && run.Reorganisations > 20, run.Summary);
        Assert.True(server.Unexplained.IsEmpty, string.Join('\n', server.Unexplained.Distinct()));
    }
}
