using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace NBitcoin.Tests;

internal static class FreePorts
{
    // Below what systems give to outgoing connections, one of which would take a port at any moment.
    private const int First = 10_000;
    private const int End = 32_768;

    /// <summary>Ports that nothing listened on a moment ago: who uses one must be ready to lose the race for it.</summary>
    public static int[] Find(int count)
    {
        var found = new HashSet<int>();
        while (found.Count < count)
        {
            var port = RandomNumberGenerator.GetInt32(First, End);
            if (IsFree(port)) found.Add(port);
        }
        return [.. found];
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
