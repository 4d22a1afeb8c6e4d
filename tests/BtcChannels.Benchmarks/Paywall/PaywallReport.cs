using System.Globalization;
using System.Text;
using System.Text.Json;
using BtcChannels.Benchmarks.Merchant;

namespace BtcChannels.Benchmarks.Paywall;

/// <param name="Paid">Requests to the priced endpoint, each with a voucher.</param>
/// <param name="Unpaid">To the same without a price.</param>
/// <param name="Streams">Paid streams of events at once that paused, were paid for and went on.</param>
/// <param name="BytesPerStream">The server's memory for each while all of them wait for money.</param>
/// <param name="EventsPerSecond">Over all streams, until their money was used up.</param>
/// <param name="Proxy">A megabyte through the ready-made paywall.</param>
internal sealed record PaywallReport(
    Lap Paid, LoadResult Unpaid, int Streams, double BytesPerStream, double EventsPerSecond, ProxyReport Proxy)
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    private double UnpaidRatio => Paid.Load.PerSecond / Unpaid.PerSecond;

    public string Table()
    {
        var text = new StringBuilder();
        void Line(string name, double value, string unit) => text.AppendLine(CultureInfo.InvariantCulture, $"{name,-58}{value,12:N1} {unit}");
        text.AppendLine("The app has core 0 to itself; load, node and everything else have core 1.");
        Line("libsecp256k1 alone on core 0", Paid.RawVerifyPerSecond, "verifications/s");
        Line("paid requests, each with a voucher, 1,000 channels", Paid.Load.PerSecond, $"requests/s, {Paid.Ratio:P1} of raw, {Paid.MicrosPerPayment:0.0} us of processor each, {Paid.Load.Refused} refused");
        Line("the same endpoint unpaid", Unpaid.PerSecond, $"requests/s; paid is {UnpaidRatio:P1} of it");
        Line("p50 of paid requests at full load", Paid.Load.P50, "ms");
        Line("p99", Paid.Load.P99, "ms");
        Line("paid streams of events at once, paused and gone on", Streams, "streams");
        Line("memory of each while it waits for money", BytesPerStream, "bytes");
        Line("events over all of them", EventsPerSecond, "paid events/s");
        Line("a megabyte through a plain hop", Proxy.Plain, "us of processor");
        Line("through the proxy, free", Proxy.Free, $"us of processor, {Proxy.ToPlain().Free:0.00} times");
        Line("with a price for the request", Proxy.Fixed, $"us of processor, {Proxy.ToPlain().Fixed:0.00} times");
        Line("with a price for the kilobyte", Proxy.Kilobyte, $"us of processor, {Proxy.ToPlain().Kilobyte:0.00} times");
        return text.ToString();
    }

    /// <summary>One line.</summary>
    public string Json() => JsonSerializer.Serialize(
        new
        {
            RawVerifyPerSecond = Math.Round(Paid.RawVerifyPerSecond),
            PaidRequestsPerSecond = Math.Round(Paid.Load.PerSecond),
            Ratio = Math.Round(Paid.Ratio, 4),
            UnpaidRatio = Math.Round(UnpaidRatio, 4),
            Streams,
            BytesPerStream = Math.Round(BytesPerStream),
            ProxyMicrosecondsPerMegabyte = Proxy.Rounded(digits: 0),
            ProxyRatio = Proxy.ToPlain().Rounded(digits: 2),
        },
        s_json);
}
