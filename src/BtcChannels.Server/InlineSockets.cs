using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace BtcChannels.Server;

/// <summary>
/// A request is read, judged and handed to the writer on the thread that saw it come, one for each core, instead of passing the thread pool's queue twice: a tenth of what a
/// payment costs. Whatever takes long goes to the pool by itself.
/// </summary>
internal static class InlineSockets
{
    // The runtime reads it once, with the first socket, and offers it in no other way.
    private const string Completions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>To be called before the first socket is made. What the environment says otherwise stands.</summary>
    public static void Use(IWebHostBuilder host)
    {
        var said = Environment.GetEnvironmentVariable(Completions);
        if (said is null) Environment.SetEnvironmentVariable(Completions, "1");
        if (said is null or "1") host.UseSockets(Apply);
    }

    private static void Apply(SocketTransportOptions sockets) => sockets.UnsafePreferInlineScheduling = true;
}
