using System.Globalization;
using System.Text;
using System.Text.Json;

namespace BtcChannels.Benchmarks.Merchant;

/// <summary>What the server did with so many channels open.</summary>
/// <param name="Channels">Open in the store.</param>
/// <param name="Connections">Of the load.</param>
/// <param name="Lap">What the load came to.</param>
/// <param name="Half">At half of that load; null but for the main size.</param>
/// <param name="StartSeconds">From the server's start until its first payment was accepted.</param>
/// <param name="FillSeconds">Until all channels were in memory.</param>
/// <param name="Memory">The server's own, bytes.</param>
/// <param name="BlockMilliseconds">To search a full block for what is watched.</param>
internal sealed record ScaleResult(int Channels, int Connections, Lap Lap, LoadResult? Half, double StartSeconds, double FillSeconds, long Memory, double BlockMilliseconds);

/// <summary>All of it; null what a quick run leaves out.</summary>
internal sealed record MerchantReport(InnerResult Inner, IReadOnlyList<ScaleResult> Scale, LoadResult? Unpinned, Lap Stream, Lap? Two1, Lap Postgres)
{
    // Payments a second of 21's own server with its own client, on the same kind of machine.
    private const int Ancestor = 126;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    private ScaleResult MainScale => Scale.Single(it => it.Channels == MerchantBenchmark.MainSize);

    private Lap Main => MainScale.Lap;

    private LoadResult Half => MainScale.Half!;

    public string Table()
    {
        var text = new StringBuilder();
        void Line(string name, double value, string unit) => text.AppendLine(CultureInfo.InvariantCulture, $"{name,-58}{value,12:N1} {unit}");
        text.AppendLine("The server has core 0 to itself; load, node and everything else have core 1.");
        Line("libsecp256k1 alone on core 0", Main.RawVerifyPerSecond, "verifications/s");
        Line("judgement alone, of it", 100 * Inner.JudgeRatio, "%");
        void Rate(string name, Lap it, string more = "") => Line(name, it.Load.PerSecond, string.Create(
            CultureInfo.InvariantCulture, $"durable payments/s, {it.Ratio:P1} of raw ({it.RawVerifyPerSecond:N0}), {it.MicrosPerPayment:0.0} us of processor each, {it.Load.Refused} refused{more}"));
        foreach (var it in Scale) Rate(string.Create(CultureInfo.InvariantCulture, $"binary form, {it.Channels:N0} channels, {it.Connections} connections"), it.Lap);
        Rate("streams, 64 of them", Stream);
        if (Two1 is not null) Rate("two1 door, 1,000 channels", Two1, $"; 21's own: {Ancestor}");
        Rate("binary form, 1,000 channels, PostgreSQL on core 1", Postgres);
        Line("p50 at half of that load", Half.P50, "ms");
        Line("p99", Half.P99, "ms");
        Line("p99.9", Half.P999, "ms");
        if (Unpinned is not null) Line("server and load on both cores", Unpinned.PerSecond, "durable payments/s");
        Line("processor time of a payment: verification", 1e6 / Inner.RawVerifyPerSecond, "us");
        Line("  hash", Inner.HashMicros, "us");
        Line("  store and memory", Inner.StoreMicros, "us");
        Line("  HTTP and the rest", Main.MicrosPerPayment - Inner.JudgeMicros - Inner.StoreMicros, "us");
        Line("allocated for a payment, without HTTP", Inner.BytesPerPayment, "bytes");
        Line("an open channel in memory", Inner.BytesPerChannel, "bytes");
        foreach (var it in Scale)
            Line(string.Create(CultureInfo.InvariantCulture, $"start with {it.Channels:N0} channels"), it.StartSeconds, $"s to the first payment, {it.FillSeconds:0.0} s until all are in memory, then {it.Memory / 1e6:N0} MB; a full block {it.BlockMilliseconds:0.0} ms");
        return text.ToString();
    }

    /// <summary>One line.</summary>
    public string Json() => JsonSerializer.Serialize(
        new
        {
            RawVerifyPerSecond = Math.Round(Main.RawVerifyPerSecond),
            DurablePaymentsPerSecond = Math.Round(Main.Load.PerSecond),
            Ratio = Math.Round(Main.Ratio, 4),
            StreamRatio = Math.Round(Stream.Ratio, 4),
            PostgresRatio = Math.Round(Postgres.Ratio, 4),
            Two1PaymentsPerSecond = Two1 is null ? (double?)null : Math.Round(Two1.Load.PerSecond),
            Two1Ancestor = Ancestor,
            JudgeRatio = Math.Round(Inner.JudgeRatio, 4),
            Scaling = Scale.ToDictionary(it => Part.Text(it.Channels), it => Math.Round(it.Lap.Load.PerSecond)),
            BytesPerChannel = Math.Round(Inner.BytesPerChannel),
            StartSeconds = Math.Round(Scale[^1].StartSeconds, 2),
            BlockMilliseconds = Math.Round(Scale[^1].BlockMilliseconds, 2),
            BytesPerPayment = Math.Round(Inner.BytesPerPayment),
            P50Ms = Math.Round(Half.P50, 3),
            P99Ms = Math.Round(Half.P99, 3),
            P999Ms = Math.Round(Half.P999, 3),
        },
        s_json);
}
