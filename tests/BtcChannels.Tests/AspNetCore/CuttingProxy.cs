using System.Net;
using System.Net.Sockets;

namespace BtcChannels.Tests.AspNetCore;

/// <summary>A wire to a server that breaks (RST, both ways) after so many bytes of a connection's request or of its answer.</summary>
internal sealed class CuttingProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _target;

    public CuttingProxy(Uri target)
    {
        _target = target.Port;
        _listener.Start();
        _ = AcceptAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>How many bytes of a request pass.</summary>
    public int OfRequest { get; set; } = int.MaxValue;

    /// <summary>How many bytes of an answer pass.</summary>
    public int OfAnswer { get; set; } = int.MaxValue;

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = CarryAsync(await _listener.AcceptSocketAsync());
        }
        catch (Exception over) when (over is SocketException or ObjectDisposedException)
        {
            // Disposed of.
        }
    }

    private async Task CarryAsync(Socket near)
    {
        using var far = new Socket(SocketType.Stream, ProtocolType.Tcp) { LingerState = new LingerOption(true, 0) };
        using (near)
        {
            near.LingerState = new LingerOption(true, 0);
            await far.ConnectAsync(IPAddress.Loopback, _target);
            // The first way that ends or breaks takes the other with it.
            await await Task.WhenAny(PassAsync(near, far, OfRequest), PassAsync(far, near, OfAnswer));
        }
    }

    private static async Task PassAsync(Socket from, Socket to, int allowance)
    {
        var buffer = new byte[4_096];
        try
        {
            while (allowance > 0 && await from.ReceiveAsync(buffer.AsMemory(0, Math.Min(buffer.Length, allowance))) is > 0 and var read)
            {
                allowance -= read;
                await to.SendAsync(buffer.AsMemory(0, read));
            }
            if (to.Connected && allowance == 0) await Task.Delay(1);   // what was let through arrives before the wire breaks
        }
        catch (Exception broken) when (broken is SocketException or ObjectDisposedException)
        {
            // The other way has ended.
        }
    }
}
