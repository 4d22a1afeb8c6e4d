using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace BtcChannels.Regtest;

/// <summary>
/// One address in front of several servers, as customers see them: each connection goes to one of them, in turn, that takes it. A test can break connections
/// in the middle of whatever they carry.
/// </summary>
public sealed class LoadBalancer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Socket, byte> _near = new();
    private volatile IReadOnlyList<Uri> _servers = [];
    private int _turn;

    public LoadBalancer()
    {
        _listener.Start(backlog: 512);
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _ = AcceptAsync();
    }

    public Uri Address { get; }

    /// <summary>How much later answers arrive than they were given; default not at all. <see cref="Timeout.InfiniteTimeSpan"/> for never, which <see cref="Break"/> ends.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>What it leads to.</summary>
    public void LeadTo(IReadOnlyList<Uri> servers) => _servers = servers;

    /// <summary>Breaks connections (RST): those that are chosen.</summary>
    /// <returns>How many.</returns>
    public int Break(Func<bool> isChosen)
    {
        var broken = 0;
        foreach (var near in _near.Keys.Where(_ => isChosen()))
        {
            near.Dispose();
            broken++;
        }
        return broken;
    }

    public void Dispose()
    {
        _listener.Dispose();
        Break(() => true);
    }

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
        // A server that is gone looks to the customer as it does without anything in between.
        near.LingerState = new LingerOption(true, 0);
        near.NoDelay = true;
        _near.TryAdd(near, 0);
        try
        {
            using var far = await ConnectAsync();
            if (far is null) return;
            await await Task.WhenAny(PassAsync(near, far, isAnswer: false), PassAsync(far, near, isAnswer: true));
        }
        finally
        {
            _near.TryRemove(near, out _);
            near.Dispose();
        }
    }

    private async Task<Socket?> ConnectAsync()
    {
        var servers = _servers;
        var first = Interlocked.Increment(ref _turn) & int.MaxValue;
        for (var i = 0; i < servers.Count; i++)
        {
            var far = new Socket(SocketType.Stream, ProtocolType.Tcp) { LingerState = new LingerOption(true, 0), NoDelay = true };
            try
            {
                await far.ConnectAsync(IPAddress.Loopback, servers[(first + i) % servers.Count].Port);
                return far;
            }
            catch (SocketException)
            {
                far.Dispose();   // the next one, then
            }
        }
        return null;
    }

    // The first way that ends takes the other with it.
    private async Task PassAsync(Socket from, Socket to, bool isAnswer)
    {
        var buffer = new byte[16_384];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var read)
            {
                if (isAnswer) await Task.Delay(Delay);
                for (var sent = 0; sent < read;) sent += await to.SendAsync(buffer.AsMemory(sent, read - sent));
            }
        }
        catch (Exception broken) when (broken is SocketException or ObjectDisposedException)
        {
            // The other way has ended, or a test has broken it.
        }
    }
}
