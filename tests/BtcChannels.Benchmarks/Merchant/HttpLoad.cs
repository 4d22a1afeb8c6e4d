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
    public static Task<LoadResult> RunAsync(int port, SignedLoad load, int connections, double? perSecond = null)
    {
        var heads = load.Channels.Select(it => HttpConnection.Head(FilledStore.IdOf(it))).ToArray();
        return RunAsync(port, load, connections, (connection, channel, round) => connection.PayAsync(heads[channel], load.Payment(channel, round)), perSecond);
    }

    /// <summary>The same, with requests of any kind.</summary>
    /// <param name="port">Where the server listens.</param>
    /// <param name="load">Whose channels and rounds they are.</param>
    /// <param name="connections">See above.</param>
    /// <param name="send">Sends what belongs to a channel, by its place in the load, and a round; returns the status.</param>
    /// <param name="perSecond">See above.</param>
    public static async Task<LoadResult> RunAsync(int port, SignedLoad load, int connections, Func<HttpConnection, int, int, ValueTask<int>> send, double? perSecond = null)
    {
        var opened = new HttpConnection[connections];
        try
        {
            for (var i = 0; i < connections; i++)
            {
                opened[i] = new HttpConnection();
                await opened[i].ConnectAsync(port);
            }
            var paid = new int[load.Channels.Count];
            var start = Stopwatch.GetTimestamp();
            var done = await Task.WhenAll(opened.Select((it, i) => Task.Run(() => SendAsync(it, i, connections, load, send, paid, start, perSecond))));
            return LoadResult.OfMiddle(done);
        }
        finally
        {
            foreach (var it in opened) it?.Dispose();
        }
    }

    private static async Task<LoadPart> SendAsync(
        HttpConnection connection, int number, int connections, SignedLoad load, Func<HttpConnection, int, int, ValueTask<int>> send, int[] paid, long start, double? perSecond)
    {
        var part = new LoadPart();
        var pace = perSecond is { } rate ? new Pace(start, rate, number, connections) : null;
        var channel = number % paid.Length;
        for (var idle = 0; idle < paid.Length; channel = Next(channel))
        {
            var round = Interlocked.Increment(ref paid[channel]) - 1;
            if (round >= load.Rounds)
            {
                idle += connections;
                continue;
            }
            var from = pace is null ? Stopwatch.GetTimestamp() : await pace.NextAsync();
            var isAccepted = await send(connection, channel, round) is 200 or 204;
            part.Add(isAccepted, from, isTimed: pace is null || Stopwatch.GetElapsedTime(start, from) > s_ownStart);
        }
        return part;

        // Its own share of the channels, or the one that it shares.
        int Next(int last) => last + connections < paid.Length ? last + connections : number % paid.Length;
    }
}
