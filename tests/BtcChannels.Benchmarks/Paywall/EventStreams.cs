using System.Net.ServerSentEvents;
using BtcChannels.Benchmarks.Merchant;
using BtcChannels.Paywall;

namespace BtcChannels.Benchmarks.Paywall;

/// <summary>Paid streams of events, a channel each: all read until their money is used up, and wait for more.</summary>
internal static class EventStreams
{
    /// <summary>Opens one for each channel of a load, with its first voucher, reads until each pauses, and looks at the server; then pays once more and reads on.</summary>
    /// <returns>How many went on after their second voucher, and events a second until the first pause.</returns>
    public static async Task<(int WentOn, double PerSecond)> RunAsync(int port, SignedLoad load, Func<Task> whenAllWait)
    {
        var root = new Uri($"http://127.0.0.1:{port}");
        using var http = new HttpClient(new SocketsHttpHandler()) { Timeout = Timeout.InfiniteTimeSpan };
        var challenge = await PaywallLoad.ChallengeAsync(port, PaywallHost.Events);
        var start = System.Diagnostics.Stopwatch.GetTimestamp();
        var streams = await Task.WhenAll(Enumerable.Range(0, load.Channels.Count).Select(it => OpenAsync(it)));
        var events = await Task.WhenAll(streams.Select(ReadToPauseAsync));
        var seconds = System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds;
        await whenAllWait();
        await Task.WhenAll(Enumerable.Range(0, streams.Length).Select(PayAsync));
        var more = await Task.WhenAll(streams.Select(ReadToPauseAsync));
        foreach (var it in streams) await it.DisposeAsync();
        return (more.Count(it => it > 0), events.Sum() / seconds);

        async Task<IAsyncEnumerator<SseItem<string>>> OpenAsync(int channel)
        {
            using var request = Request(HttpMethod.Get, channel, round: load.Rounds - 2);
            var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            answer.EnsureSuccessStatusCode();
            return SseParser.Create(await answer.Content.ReadAsStreamAsync()).EnumerateAsync().GetAsyncEnumerator();
        }

        async Task PayAsync(int channel)
        {
            using var request = Request(HttpMethod.Head, channel, round: load.Rounds - 1);
            using var answer = await http.SendAsync(request);
            answer.EnsureSuccessStatusCode();
        }

        HttpRequestMessage Request(HttpMethod method, int channel, int round)
        {
            var request = new HttpRequestMessage(method, new Uri(root, PaywallHost.Events));
            request.Headers.TryAddWithoutValidation("Authorization", PaywallLoad.Credential(challenge, load, channel, round).Write());
            return request;
        }
    }

    private static async Task<int> ReadToPauseAsync(IAsyncEnumerator<SseItem<string>> stream)
    {
        for (var events = 0; ; events++)
        {
            if (!await stream.MoveNextAsync() || stream.Current.EventType == StreamEvents.Receipt) throw new IOException("A stream ended");
            if (stream.Current.EventType == StreamEvents.NeedVoucher) return events;
        }
    }
}
