using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace BtcChannels.Regtest;

public static class LoopbackPort
{
    // Below what systems give to outgoing connections (Linux from 32,768, others from 49,152): one of those would take the port at any moment.
    private const int First = 10_000;
    private const int End = 32_768;

    /// <summary>A port that nothing listened on a moment ago: who uses it must be ready to lose the race for it.</summary>
    public static int FindFree()
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(First, End);
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
}
