using System.Globalization;

namespace BtcChannels.Benchmarks.Merchant;

/// <summary>A load as it was measured.</summary>
/// <param name="Load">What it came to.</param>
/// <param name="RawVerifyPerSecond">libsecp256k1 alone on the server's core, right before and after.</param>
/// <param name="MicrosPerPayment">The server's processor time for one.</param>
internal sealed record Lap(LoadResult Load, double RawVerifyPerSecond, double MicrosPerPayment)
{
    public double Ratio => Load.PerSecond / RawVerifyPerSecond;
}

/// <summary>
/// Runs a load several times. A machine's speed changes within seconds with what else it is doing, and load and bare curve can only be measured one after the other: so each lap is
/// held against the curve right before and after it, and the one whose ratio is the median counts.
/// </summary>
/// <param name="Warm">How many come first and do not count: until the runtime has compiled what is used for good. A server runs for months.</param>
/// <param name="Measured">How many count; an odd number.</param>
internal sealed record MeasuredLaps(int Warm, int Measured)
{
    /// <param name="server">Under the load.</param>
    /// <param name="run">Runs the load; it is told how many times it ran before.</param>
    public async Task<Lap> RunAsync(PinnedServer server, Func<int, Task<LoadResult>> run)
    {
        for (var lap = 0; lap < Warm; lap++) await run(lap);
        var laps = new List<Lap>();
        var before = await RawAsync();
        for (var lap = Warm; lap < Warm + Measured; lap++)
        {
            var used = server.ProcessorSeconds;
            var load = await run(lap);
            var micros = (server.ProcessorSeconds - used) / load.Accepted * 1e6;
            var after = await RawAsync();
            laps.Add(new(load, (before + after) / 2, micros));
            before = after;
        }
        return laps.OrderBy(it => it.Ratio).ElementAt(Measured / 2);
    }

    // While the server has nothing to do.
    private static async Task<double> RawAsync() => double.Parse(await Part.RunAsync(Part.ServersCore, "merchant-raw"), CultureInfo.InvariantCulture);
}
