using System.Net;
using System.Net.Sockets;
using System.Text;
using BtcChannels.Server.Proxy;

namespace BtcChannels.Tests.Server;

public sealed class RequestTargetTests
{
    [Theory]
    [InlineData("/song", "/song")]
    [InlineData("/", "/")]
    [InlineData("/a/b/", "/a/b/")]
    [InlineData("/a%20b/%C3%A9?x=%2F..;&y=//", "/a b/\u00e9")]
    [InlineData("/a%2541", "/a%41")]
    [InlineData("/a..b/...", "/a..b/...")]
    public void What_means_one_thing_is_passed_on_as_it_came(string raw, string matched)
    {
        Assert.True(RequestTarget.TryRead(raw, matched, out var target));
        Assert.Equal(raw, target);
    }

    [Theory]
    [InlineData("http://shop.example/a?b", "/a", "/a?b")]
    [InlineData("http://shop.example", "/", "/")]
    [InlineData("http://shop.example?b", "/", "/?b")]
    public void Of_a_whole_address_the_path_is_passed_on(string raw, string matched, string passed)
    {
        Assert.True(RequestTarget.TryRead(raw, matched, out var target));
        Assert.Equal(passed, target);
    }

    [Theory]
    [InlineData("/free/../song", "/song")]
    [InlineData("/free/%2e%2e/song", "/song")]
    [InlineData("/free/..", "/")]
    [InlineData("/./song", "/song")]
    [InlineData("//song", "//song")]
    [InlineData("/free//song", "/free//song")]
    [InlineData("/free%2fsong", "/free%2fsong")]
    [InlineData("/free/..%2Fsong", "/free/..%2Fsong")]
    [InlineData("/free\\song", "/free\\song")]
    [InlineData("/free%5csong", "/free\\song")]
    [InlineData("/song;x", "/song;x")]
    [InlineData("/free/..;/song", "/free/..;/song")]
    [InlineData("/song%00", "/song\0")]
    [InlineData("/song%0d%0aX:1", "/song\r\nX:1")]
    [InlineData("/song%", "/song%")]
    [InlineData("/song%4", "/song%4")]
    [InlineData("/song%zz", "/song%zz")]
    [InlineData("/%c0%ae%c0%ae/song", "/%c0%ae%c0%ae/song")]
    [InlineData("/song#x", "/song#x")]
    [InlineData("/song?a#x", "/song")]
    [InlineData("/song?a b", "/song")]
    [InlineData("/song?\u00e9", "/song")]
    [InlineData("/song", "/free")]
    [InlineData("*", "")]
    [InlineData("shop.example:443", "")]
    [InlineData("", "")]
    public void What_could_mean_two_things_is_not(string raw, string matched) => Assert.False(RequestTarget.TryRead(raw, matched, out _));

    [Theory]
    [InlineData("/free/..%2fsong")]
    [InlineData("/free/../song")]
    [InlineData("/free//song")]
    [InlineData("/free/%2e%2e/song")]
    [InlineData("/free/..;/song")]
    public async Task A_path_that_could_mean_two_things_never_reaches_the_upstream(string raw)
    {
        using var upstream = new RawUpstream("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        await using var app = await ProxyApp.StartAsync(upstream.Address, it => it.OthersAreFree = true);
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", app.Http.BaseAddress!.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET {raw} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
        Assert.StartsWith("HTTP/1.1 400 ", await new StreamReader(client.GetStream()).ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Empty(upstream.Heads);
    }
}
