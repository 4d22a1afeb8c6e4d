using System.Net;
using System.Net.Sockets;

namespace BtcChannels.Server;

/// <summary>The server takes no payments, or does not answer; the message says which.</summary>
internal sealed class NotReadyException(string message) : Exception(message);

/// <summary><c>health</c>: asks the server that listens with these settings what <c>/healthz</c> says. For containers, whose image has no other program that could ask.</summary>
internal static class HealthCommand
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <exception cref="NotReadyException">It is not ready, or does not answer.</exception>
    /// <exception cref="ArgumentException">No address of <c>--urls</c> can be asked without TLS.</exception>
    public static async Task RunAsync(ServerSettings settings, TextWriter output)
    {
        var address = Address(settings.ListeningAt());
        using var http = new HttpClient { Timeout = s_patience };
        HttpResponseMessage answer;
        try
        {
            answer = await http.GetAsync(address);
        }
        catch (Exception silent) when (silent is HttpRequestException or SocketException or TaskCanceledException)
        {
            throw new NotReadyException($"{address} does not answer: {silent.Message}");
        }
        using (answer)
        {
            var words = await answer.Content.ReadAsStringAsync();
            if (!answer.IsSuccessStatusCode) throw new NotReadyException($"{address} answers {(int)answer.StatusCode}: {words}");
            await output.WriteLineAsync(words);
        }
    }

    /// <summary>The first address that is plain http, as this machine can call it.</summary>
    /// <param name="urls">As <c>--urls</c> has them.</param>
    internal static Uri Address(IReadOnlyList<string> urls)
    {
        foreach (var text in urls)
        {
            var url = BindingAddress.Parse(text);
            if (url.Scheme != Uri.UriSchemeHttp || url.IsUnixPipe || url.IsNamedPipe) continue;
            var isAny = url.Host is "*" or "+" || (IPAddress.TryParse(url.Host.Trim('[', ']'), out var ip) && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)));
            return new UriBuilder(Uri.UriSchemeHttp, isAny ? "127.0.0.1" : url.Host, url.Port, "healthz").Uri;
        }
        throw new ArgumentException($"health asks an address that begins with http://, and --urls has none: '{string.Join(';', urls)}'");
    }
}
