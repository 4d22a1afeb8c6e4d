using System.Diagnostics;
using System.Text.Json;
using BtcChannels.AspNetCore;
using BtcChannels.Chain;
using BtcChannels.Storage;
using NBitcoin;
using Secp256k1;

namespace BtcChannels.Benchmarks.Merchant;

/// <summary>What parts of a payment cost, and a channel in memory, without HTTP between.</summary>
/// <param name="RawVerifyPerSecond">libsecp256k1 alone.</param>
/// <param name="JudgeMicros">The whole judgement of a payment, hash and signature included.</param>
/// <param name="HashMicros">The payment's hash.</param>
/// <param name="StoreMicros">Its write, in groups of 100; processor time, not waiting.</param>
/// <param name="BytesPerPayment">Allocated by judgement, memory and store.</param>
/// <param name="BytesPerChannel">Kept in memory for an open channel.</param>
internal sealed record InnerResult(double RawVerifyPerSecond, double JudgeMicros, double HashMicros, double StoreMicros, double BytesPerPayment, double BytesPerChannel)
{
    public double JudgeRatio => 1e6 / JudgeMicros / RawVerifyPerSecond;

    public string ToJson() => JsonSerializer.Serialize(this);

    public static InnerResult FromJson(string json) => JsonSerializer.Deserialize<InnerResult>(json)!;
}

/// <summary>Measures it, on a store and with payments that are there.</summary>
internal static class InnerBenchmark
{
    private const int Group = 100;

    // Long before the channels expire.
    private static readonly Moment s_now = new(1_800_000_000, new ChainTip(1_000, uint256.One, 1_800_000_000), 1_800_000_000);
    private static readonly MerchantPolicy s_policy = MerchantPolicy.For(FilledStore.Network);

    public static async Task<InnerResult> RunAsync(string folder, SignedLoad load)
    {
        await using var store = await SqliteMerchantStore.OpenAsync(
            folder, FilledStore.Network, seed => new MerchantKeys(seed, FilledStore.Network).Fingerprint, CancellationToken.None);
        var (raw, judge, hash) = MeasureJudgement(load);

        var before = GC.GetTotalMemory(forceFullCollection: true);
        // No channel is held, so the node is never asked.
        var nobody = new BitcoindChain(new BitcoindOptions(new Uri("http://127.0.0.1:1"), User: "nobody", Password: "nothing"), FilledStore.Network, TimeProvider.System);
        var channels = new OpenChannels(store, new HeldChannels(store, nobody), new RaisedTotals(), s_policy);
        await channels.FillAsync(CancellationToken.None);
        var bytesPerChannel = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)channels.Count;

        var payments = Payments(load);
        var warm = payments.Count / 4;
        await PayAllAsync(channels, payments[..warm]);
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var used = Process.GetCurrentProcess().TotalProcessorTime;
        await PayAllAsync(channels, payments[warm..]);
        var micros = (Process.GetCurrentProcess().TotalProcessorTime - used).TotalMicroseconds / (payments.Count - warm);
        var bytes = (GC.GetTotalAllocatedBytes(precise: true) - allocated) / (double)(payments.Count - warm);
        GC.KeepAlive(channels);
        return new(raw, judge, hash, micros - judge, bytes, bytesPerChannel);
    }

    /// <summary>
    /// libsecp256k1's verifications a second, for a third of a second: of a thousand signatures of as many keys, as a server meets them. One signature again and again is
    /// verified faster than any that comes new: the processor learns its way through it.
    /// </summary>
    public static double RawVerifyPerSecond()
    {
        const int rounds = 7;
        const int batch = 1_000;
        var cases = Enumerable.Range(0, batch).Select(at =>
        {
            var secret = FilledStore.CustomerKey(at);
            var hash = new uint256((ulong)at);
            return (Key: Key(secret.PubKey), Hash: hash.ToBytes(), Signature: ChannelSigning.Sign(secret, hash));
        }).ToArray();
        var micros = Enumerable.Range(0, rounds).Select(_ => Micros(() => { foreach (var it in cases) Require(it.Key.Verify(it.Hash, it.Signature)); }) / batch).ToList();
        return 1e6 / Median(micros);
    }

    private static List<(ChannelId Id, SignedPayment Payment)> Payments(SignedLoad load)
    {
        var ids = load.Channels.Select(FilledStore.IdOf).ToArray();
        return [.. from round in Enumerable.Range(0, load.Rounds) from channel in Enumerable.Range(0, ids.Length) select (ids[channel], Read(load.Payment(channel, round).Span))];
    }

    private static SignedPayment Read(ReadOnlySpan<byte> payment) => Signature.TryParseCompact(payment[sizeof(long)..], out var signature)
        ? new(Money.Satoshis(BitConverter.ToInt64(payment)), signature) : throw new InvalidOperationException("A payment is not well formed");

    private static async Task PayAllAsync(OpenChannels channels, List<(ChannelId Id, SignedPayment Payment)> payments)
    {
        foreach (var group in payments.Chunk(Group))
        {
            var outcomes = await Task.WhenAll(group.Select(it => channels.PayAsync(it.Id, it.Payment, s_now, CancellationToken.None).AsTask()));
            if (outcomes.FirstOrDefault(it => it is not PaymentOutcome.Accepted) is { } other) throw new InvalidOperationException($"A good payment was answered {other}");
        }
    }

    /// <summary>Rounds of all three, so that whatever slows the machine down for a while slows them all; the medians count.</summary>
    private static (double RawVerifyPerSecond, double JudgeMicros, double HashMicros) MeasureJudgement(SignedLoad load)
    {
        const int rounds = 30;
        const int batch = 300;
        var cases = Enumerable.Range(0, Math.Min(batch, load.Channels.Count)).Select(at =>
        {
            var channel = FilledStore.Channel(load.Channels[at]);
            var payment = Read(load.Payment(at, 0).Span);
            return (Payable: new PayableChannel(channel), Template: new PaymentTemplate(channel), Payment: payment, Key: Key(channel.Terms.CustomerKey),
                Hash: ChannelTransactions.SignatureHash(channel.PaymentOf(payment.Total), channel.Terms).ToBytes());
        }).ToArray();
        var written = new byte[32];
        var (raws, judges, hashes) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            raws.Add(Micros(() => { foreach (var it in cases) Require(it.Key.Verify(it.Hash, it.Payment.Signature)); }) / cases.Length);
            judges.Add(Micros(() => { foreach (var it in cases) Require(PaymentJudge.Judge(it.Payable, it.Payment, s_now, s_policy) is PaymentOutcome.Accepted); }) / cases.Length);
            hashes.Add(Micros(() => { foreach (var it in cases) it.Template.WriteHash(it.Payment.Total.Satoshi, written); }) / cases.Length);
        }
        return (1e6 / Median(raws), Median(judges), Median(hashes));
    }

    private static PublicKey Key(PubKey key) => PublicKey.TryParse(key.ToBytes(), out var point) ? point : throw new InvalidOperationException("No key");

    private static double Micros(Action work)
    {
        var start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds;
    }

    private static void Require(bool holds)
    {
        if (!holds) throw new InvalidOperationException("What is measured has failed");
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
