using System.Net;
using BtcChannels.AspNetCore;
using BtcChannels.Server.Proxy;
using BtcChannels.Tests.AspNetCore;
using BtcChannels.Tests.AspNetCore.Paywall;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BtcChannels.Tests.Server;

/// <summary>A service on Kestrel, the paywall in front of it, and a customer with an open channel.</summary>
internal sealed class ProxyApp : IAsyncDisposable
{
    public static readonly RouteSettings Song = new() { Path = "/song", Price = "25" };
    public static readonly RouteSettings Film = new() { Path = "/film/{**rest}", Price = "2", Per = "kilobyte" };
    public static readonly RouteSettings Radio = new() { Path = "/radio", Price = "3", Per = "second" };
    public static readonly RouteSettings Free = new() { Path = "/free/{**rest}", Price = "0" };

    private readonly WebApplication? _service;

    private ProxyApp(MerchantApp merchant, WebApplication? service, TestCustomer channel) =>
        (Merchant, _service, Customer) = (merchant, service, new PaywallCustomer(merchant.Once, channel));

    public MerchantApp Merchant { get; }

    public PaywallCustomer Customer { get; }

    public HttpClient Http => Merchant.Once;

    /// <param name="serve">What the service does.</param>
    /// <param name="configure">Settings beside the address and the four routes.</param>
    /// <param name="http2">Whether the service speaks HTTP/2 alone.</param>
    public static async Task<ProxyApp> StartAsync(RequestDelegate serve, Action<PaywallSettings>? configure = null, bool http2 = false)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, 0, it => it.Protocols = http2 ? HttpProtocols.Http2 : HttpProtocols.Http1);
        });
        var service = builder.Build();
        service.UseWebSockets();
        service.Run(serve);
        await service.StartAsync();
        return await StartAsync(new Uri(service.Urls.First()), settings =>
        {
            settings.UpstreamHttp2 = http2;
            configure?.Invoke(settings);
        }, service);
    }

    /// <summary>In front of a service that is there.</summary>
    public static async Task<ProxyApp> StartAsync(Uri upstream, Action<PaywallSettings>? configure = null, WebApplication? service = null)
    {
        var settings = new PaywallSettings { Upstream = upstream.ToString(), Routes = [Song, Film, Radio, Free], MaxBodyBytes = 0 };
        configure?.Invoke(settings);
        var merchant = await MerchantApp.StartAsync(map: app => app.MapPaywall(settings));
        return new(merchant, service, await TestCustomer.OpenAsync(merchant));
    }

    public async Task<Balance> BalanceAsync() => (await Merchant.ChannelAsync(Customer.Channel.Id)).Balance;

    /// <summary>Waits until what requests have reserved is settled, and asserts what was spent.</summary>
    public async Task AssertSpentAsync(long sat)
    {
        for (var i = 0; i < 500 && (await BalanceAsync() is not { Reserved.Text: null } balance || balance.Spent != sat.Sat()); i++) await Task.Delay(10);
        Assert.Equal((sat * 1_000, (string?)null), ((await BalanceAsync()).Spent.Value, (await BalanceAsync()).Reserved.Text));
    }

    public async ValueTask DisposeAsync()
    {
        await Merchant.DisposeAsync();
        if (_service is null) return;
        using var now = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _service.StopAsync(now.Token);
        await _service.DisposeAsync();
    }
}
