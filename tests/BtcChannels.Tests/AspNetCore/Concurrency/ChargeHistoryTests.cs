using System.Globalization;
using System.Security.Cryptography;
using BtcChannels.Storage;
using BtcChannels.Tests.Domain;
using NBitcoin;
using Xunit.Abstractions;

namespace BtcChannels.Tests.AspNetCore.Concurrency;

public sealed class ChargeHistoryTests(ITestOutputHelper output)
{
    private const int Histories = 1_000;
    private const int HistoriesOnDisk = 25;

    private readonly Dictionary<string, int> _kinds = [];

    private static ulong FreshSeed() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    [Fact]
    public void Whatever_was_answered_is_what_the_store_says_to_the_msat()
    {
        var seed = FreshSeed();
        output.WriteLine($"seed {seed:x16}");
        for (var i = 0; i < Histories; i++) Run(new MemoryStore(PaymentHistory.Sampled), unchecked(seed + (ulong)i));
        output.WriteLine(string.Join(", ", _kinds.OrderBy(it => it.Key).Select(it => $"{it.Key} {it.Value}")));
        foreach (var kind in (string[])["Granted", "Insufficient", "UnderWay", "Refused", "settled", "settled in vain", "closed", "refused by the disk"])
            Assert.True(_kinds.GetValueOrDefault(kind) > 20, $"{kind}: {_kinds.GetValueOrDefault(kind)}");
    }

    [Fact]
    public async Task So_it_is_on_disk()
    {
        var seed = FreshSeed();
        output.WriteLine($"seed {seed:x16}");
        for (var i = 0; i < HistoriesOnDisk; i++)
        {
            using var folder = new Storage.DataFolder();
            await using var store = await SqliteMerchantStore.OpenAsync(folder.Path, Network.RegTest, Storage.DataFolder.Fingerprint, CancellationToken.None);
            foreach (var channel in PaymentHistory.Sampled)
                Assert.IsType<AddOutcome.Added>(await store.AddAsync(_ => channel, Sample.DepositTransaction(channel.Terms), CancellationToken.None));
            Run(store, unchecked(seed + (ulong)i));
        }
    }

    private void Run(IMerchantStore store, ulong seed)
    {
        try
        {
            using var turns = new Turns();
            var history = new ChargeHistory(store, seed, turns);
            history.Run(steps: 80);
            foreach (var (kind, count) in history.Kinds) _kinds[kind] = _kinds.GetValueOrDefault(kind) + count;
        }
        catch (Exception fault)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"The history of seed {seed:x16}: {fault.Message}"), fault);
        }
    }
}
