using BtcChannels.Benchmarks.Merchant;

namespace BtcChannels.Benchmarks.Paywall;

/// <summary>Downloads, one after the other.</summary>
internal static class ProxyLoad
{
    /// <param name="port">Where it comes from.</param>
    /// <param name="path">What.</param>
    /// <param name="times">How often.</param>
    /// <param name="credit">Has one channel and one payment, which is worth all of it; null for what is free.</param>
    /// <returns>How many bytes came.</returns>
    /// <exception cref="HttpRequestException">It did not come whole.</exception>
    public static async Task<long> RunAsync(int port, string path, int times, SignedLoad? credit)
    {
        using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        var authorization = credit is null ? null : PaywallLoad.Credential(await PaywallLoad.ChallengeAsync(port, path), credit, channel: 0, round: 0).Write();
        var (buffer, bytes) = (new byte[64 * 1024], 0L);
        for (var i = 0; i < times; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{Part.Text(port)}{path}");
            if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            answer.EnsureSuccessStatusCode();
            await using var body = await answer.Content.ReadAsStreamAsync();
            while (await body.ReadAsync(buffer) is > 0 and var length) bytes += length;
        }
        return bytes;
    }
}
