using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using BtcChannels.Chain;
using BtcChannels.Storage;
using NBitcoin;

namespace BtcChannels.Benchmarks.Scale;

/// <summary>Fills a store of its own and measures what a merchant asks of it.</summary>
internal static class ScaleBenchmark
{
    private const long Now = 1_800_000_000;
    private const int BlockTransactions = 3_000;

    public static async Task RunAsync(int count, TextWriter output, CancellationToken ct)
    {
        var folder = Directory.CreateTempSubdirectory("btcchannels-scale-").FullName;
        try
        {
            // Over 30 days, every other one paid.
            var plan = new FillPlan(count, Height: 900, number => new Expiry((uint)(Now + 90_000 + (number * 2_592_000L / count))), number => number % 2 == 0 ? 5_000 : 0, CanClose: false);
            var clock = Stopwatch.StartNew();
            await MerchantStoreFiller.FillAsync(folder, Network.RegTest, plan, ct);
            Tell("filled", clock, $"{new FileInfo(Path.Combine(folder, "merchant.db")).Length / count} bytes a channel on disk");
            await MeasureAsync(folder, count, output, ct);
            void Tell(string what, Stopwatch since, string note) => ScaleBenchmark.Tell(output, what, since, note);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task MeasureAsync(string folder, int count, TextWriter output, CancellationToken ct)
    {
        await using var store = await SqliteMerchantStore.OpenAsync(folder, Network.RegTest, seed => new MerchantKeys(seed, Network.RegTest).Fingerprint, ct);
        var watched = new WatchList();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var clock = Stopwatch.StartNew();
        await foreach (var id in store.MinedAsync(ct)) watched.Add(id.OutPoint);
        Tell(output, "watched", clock, $"{(GC.GetTotalMemory(forceFullCollection: true) - before) / (double)count:0} bytes a channel");

        before = GC.GetTotalMemory(forceFullCollection: true);
        clock.Restart();
        var open = new List<PayableChannel>(count);
        await foreach (var channel in store.PayableAsync(ct)) open.Add(channel);
        Tell(output, "read for payments", clock, $"{(GC.GetTotalMemory(forceFullCollection: true) - before) / (double)count:0} bytes a channel");

        var block = Block();
        var few = new WatchList();
        for (var i = 0; i < 10; i++) few.Add(open[i % open.Count].Id.OutPoint);
        few.Search(block);
        clock.Restart();
        few.Search(block);
        Tell(output, "block searched, 10 watched", clock, $"{BlockTransactions} transactions");
        clock.Restart();
        watched.Search(block);
        Tell(output, $"block searched, {count} watched", clock, $"{BlockTransactions} transactions");

        var now = new Moment(Now, new ChainTip(1_000, uint256.One, Now - 3_600), Now);
        await AskAsync("active", async () => (await store.ActiveAsync(ct)).Count);
        await AskAsync("due", async () => (await store.DueAsync(now, TimeSpan.FromDays(1), ct)).Count);
        await AskAsync("due soon", async () => (await store.DueSoonAsync(now, TimeSpan.FromDays(1), ClosePlan.Horizon, ct)).Count);
        await AskAsync("awaited", async () => (await store.AwaitedAsync(ct)).Count);
        await AskAsync("abandoned, expired", async () => (await store.AbandonedExpiredAsync(now.Tip, ct)).Count);
        await AskAsync("above height", async () => (await store.AboveHeightAsync(1_000, ct)).Count);
        await AskAsync("fees fall short of none", async () => (await store.FeeShortfallAsync(Money.Satoshis(FilledChannels.CloseFee), ct)).Channels);
        await AskAsync("fees fall short of all paid", async () => (await store.FeeShortfallAsync(Money.Satoshis(FilledChannels.CloseFee + 1), ct)).Channels);
        await AskAsync("counts by state", async () => (await store.CountsAsync(ct)).Count);
        GC.KeepAlive(open);

        async Task AskAsync(string what, Func<Task<long>> ask)
        {
            await ask();
            var time = Stopwatch.StartNew();
            var answer = await ask();
            Tell(output, what, time, answer.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>As full as they come: two inputs and two outputs a transaction, of nobody that is watched.</summary>
    public static Block Block()
    {
        var block = Network.RegTest.Consensus.ConsensusFactory.CreateBlock();
        for (var i = 0; i < BlockTransactions; i++)
        {
            var transaction = Transaction.Create(Network.RegTest);
            for (var input = 0; input < 2; input++) transaction.Inputs.Add(new TxIn(new OutPoint(new uint256(RandomNumberGenerator.GetBytes(32)), input)));
            for (var to = 0; to < 2; to++) transaction.Outputs.Add(new TxOut(Money.Satoshis(1_000), new WitKeyId(RandomNumberGenerator.GetBytes(20)).ScriptPubKey));
            block.Transactions.Add(transaction);
        }
        return block;
    }

    private static void Tell(TextWriter output, string what, Stopwatch since, string note) =>
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-36}{since.Elapsed.TotalMilliseconds,12:0.0} ms   {note}"));
}
