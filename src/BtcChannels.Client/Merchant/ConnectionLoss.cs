using System.Net.Sockets;

namespace BtcChannels.Client;

internal static class ConnectionLoss
{
    /// <summary>Whether a request failed on its way or on the way back.</summary>
    /// <remarks>HttpClient lets a bare SocketException through where a connection is reset at the very moment it is made, as by what stands before a server that just died.</remarks>
    public static bool Is(Exception fault) => fault is HttpRequestException or IOException or SocketException;
}
