using System.Globalization;
using System.Security.Cryptography;
using BtcChannels.Storage;
using BtcChannels.Tests.Domain;
using NBitcoin;
using Xunit.Abstractions;

namespace BtcChannels.Tests.AspNetCore.Concurrency;

public sealed class PaymentHistoryTests(ITestOutputHelper output)
{
    private const int Histories = 2_000;
    private const int HistoriesOnDisk = 25;

    private static ulong FreshSeed() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    [Fact]
    public void Every_answer_of_any_history_is_explained_by_what_was_committed()
    {
        var seed = FreshSeed();
        output.WriteLine($"seed {seed:x16}");
        for (var i = 0; i < Histories; i++) Run(new MemoryStore(PaymentHistory.Sampled), unchecked(seed + (ulong)i));
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

    private static void Run(IMerchantStore store, ulong seed)
    {
        try
        {
            using var turns = new Turns();
            new PaymentHistory(store, seed, turns).Run(steps: 60);
        }
        catch (Exception fault)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"The history of seed {seed:x16}: {fault.Message}"), fault);
        }
    }
}
