using System.Diagnostics;

namespace BtcChannels.Benchmarks.Merchant;

/// <summary>Many kept-alive connections, each paying its channels one after the other in the binary form, with one request under way.</summary>
internal static class HttpLoad
{
    // A pace does not wait for this process, whose first requests are slow by its own doing: their code is compiled.
    private static readonly TimeSpan s_ownStart = TimeSpan.FromSeconds(0.5);

    /// <param name="port">Where the server listens.</param>
    /// <param name="load">What is paid.</param>
    /// <param name="connections">Where there are more than channels, several pay on one channel; what comes out of order is refused.</param>
    /// <param name="perSecond">Payments a second over all connections, at even intervals; latency then counts from when a payment was due. Null: as fast as they are answered.</param>
    public static async Task<LoadResult> RunAsync(int port, SignedLoad load, int connections, double? perSecond = null)
    {
        var heads = load.Channels.Select(it => HttpConnection.Head(FilledStore.IdOf(it))).ToArray();
        var opened = new HttpConnection[connections];
        try
        {
            for (var i = 0; i < connections; i++)
            {
                opened[i] = new HttpConnection();
                await opened[i].ConnectAsync(port);
            }
            var paid = new int[heads.Length];
            var start = Stopwatch.GetTimestamp();
            var done = await Task.WhenAll(opened.Select((it, i) => Task.Run(() => PayAsync(it, i, connections, load, heads, paid, start, perSecond))));
            return LoadResult.Of(done, Stopwatch.GetElapsedTime(start));
        }
        finally
        {
            foreach (var it in opened) it?.Dispose();
        }
    }

    private static async Task<LoadPart> PayAsync(HttpConnection connection, int number, int connections, SignedLoad load, byte[][] heads, int[] paid, long start, double? perSecond)
    {
        var part = new LoadPart();
        var pace = perSecond is { } rate ? new Pace(start, rate, number, connections) : null;
        var channel = number % heads.Length;
        for (var idle = 0; idle < heads.Length; channel = Next(channel))
        {
            var round = Interlocked.Increment(ref paid[channel]) - 1;
            if (round >= load.Rounds)
            {
                idle += connections;
                continue;
            }
            var from = pace is null ? Stopwatch.GetTimestamp() : await pace.NextAsync();
            var isAccepted = await connection.PayAsync(heads[channel], load.Payment(channel, round)) is 200 or 204;
            part.Add(isAccepted, from, isTimed: pace is null || Stopwatch.GetElapsedTime(start, from) > s_ownStart);
        }
        return part;

        // Its own share of the channels, or the one that it shares.
        int Next(int last) => last + connections < heads.Length ? last + connections : number % heads.Length;
    }
}
