using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace BtcChannels.Regtest;

public static class LoopbackPort
{
    // Below what systems give to outgoing connections (Linux from 32,768, others from 49,152): one of those would take the port at any moment.
    private const int First = 10_000;
    private const int End = 32_768;

    // What was given out may not be listened on yet: it is not given again before so many others were.
    private const int MostRemembered = 1_000;
    private static readonly Queue<int> s_given = new();
    private static readonly Lock s_gate = new();

    /// <summary>A port that nothing listened on a moment ago, and that this process gave to nobody lately: who uses it must be ready to lose the race for it to another process.</summary>
    public static int FindFree()
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(First, End);
            if (!TryGive(port)) continue;
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException taken) when (taken.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
            {
                // Another, then.
            }
        }
    }
    private static bool TryGive(int port)
    {
        lock (s_gate)
        {
            if (s_given.Contains(port)) return false;
            s_given.Enqueue(port);
            if (s_given.Count > MostRemembered) s_given.Dequeue();
            return true;
        }
    }
}
