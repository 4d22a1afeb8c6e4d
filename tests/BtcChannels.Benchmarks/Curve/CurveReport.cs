using System.Globalization;
using System.Text;
using System.Text.Json;

namespace BtcChannels.Benchmarks.Curve;

/// <summary>What the rounds came to.</summary>
/// <param name="rounds">Operations per second by case.</param>
/// <param name="bytesPerPayment">Allocated, of a channel that has judged payments before.</param>
internal sealed class CurveReport(IReadOnlyList<IReadOnlyDictionary<string, double>> rounds, double bytesPerPayment)
{
    public const string RawVerify = "verify: libsecp256k1";
    public const string PaymentPath = "verify: PaymentJudge.Judge";
    public const string PaymentPathJustRead = "verify: PaymentJudge.Judge, channel just read";
    public const string PubKeyVerify = "verify: PubKey.Verify";
    public const string RawSign = "sign: libsecp256k1";
    public const string KeySign = "sign: Key.Sign, which grinds for a low R";
    public const string KeySignAnyR = "sign: Key.Sign without grinding";
    public const string ChannelSign = "sign: ChannelSigning.Sign";

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    public string Table()
    {
        var table = new StringBuilder();
        table.AppendLine(CultureInfo.InvariantCulture, $"{"",-46}{"per second",12}{"of the raw",12}");
        foreach (var name in rounds[0].Keys)
            table.AppendLine(CultureInfo.InvariantCulture, $"{name,-46}{PerSecond(name),12:N0}{Ratio(name),12:P1}");
        table.AppendLine(CultureInfo.InvariantCulture, $"{"allocated per payment judged, bytes",-46}{bytesPerPayment,12:N0}");
        table.AppendLine(CultureInfo.InvariantCulture, $"one thread, median of {rounds.Count} rounds");
        return table.ToString();
    }

    /// <summary>One line.</summary>
    public string Json() => JsonSerializer.Serialize(
        new
        {
            RawVerifyPerSecond = Math.Round(PerSecond(RawVerify)),
            PaymentPathRatio = Math.Round(Ratio(PaymentPath), 4),
            PubKeyVerifyRatio = Math.Round(Ratio(PubKeyVerify), 4),
            RawSignPerSecond = Math.Round(PerSecond(RawSign)),
            SignRatio = Math.Round(Ratio(KeySign), 4),
            BytesPerPayment = Math.Round(bytesPerPayment),
        },
        s_json);

    private double PerSecond(string name) => Median(rounds.Select(it => it[name]));

    private double Ratio(string name) =>
        Median(rounds.Select(it => it[name] / it[name.StartsWith("verify", StringComparison.Ordinal) ? RawVerify : RawSign]));

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
