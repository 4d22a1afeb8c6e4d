using BtcChannels.Chain;
using BtcChannels.Regtest;
using BtcChannels.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NBitcoin;

namespace BtcChannels.RegtestTests.Two1;

/// <summary>A merchant on a real node who speaks 21's protocol and sells at <c>/buy</c>, for 50 satoshi.</summary>
internal sealed class SongMerchant : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TemporaryFolder _folder;

    private SongMerchant(WebApplication app, TemporaryFolder folder, Uri origin) => (_app, _folder, Origin) = (app, folder, origin);

    public Uri Origin { get; }

    public IMerchantStore Store => _app.Services.GetRequiredService<IMerchantStore>();

    public static async Task<SongMerchant> StartAsync(RegtestNode node)
    {
        var origin = new Uri($"http://127.0.0.1:{LoopbackPort.FindFree()}");
        var folder = new TemporaryFolder();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(origin.ToString());
        builder.Services.AddBtcChannels(merchant =>
        {
            merchant.Network = Network.RegTest;
            merchant.DataFolder = Path.Combine(folder.FullPath, "merchant");
            merchant.Origin = origin.GetLeftPart(UriPartial.Authority);
            merchant.Node = new BitcoindOptions(node.RpcUri, node.CookieFile);
            merchant.ClockInterval = TimeSpan.FromSeconds(1);
        });
        var app = builder.Build();
        app.MapBtcChannels();
        app.MapTwo1Channels("/payment");
        app.MapGet("/buy", () => "sold").RequirePayment(50.Sat());
        await app.StartAsync();
        using var http = new HttpClient { BaseAddress = origin };
        for (var i = 0; i < 600; i++)
        {
            // Until it has heard of its node.
            using var answer = await http.GetAsync(new Uri("/payment", UriKind.Relative));
            if (answer.IsSuccessStatusCode) return new(app, folder, origin);
            await Task.Delay(50);
        }
        throw new TimeoutException("The merchant is not ready");
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _folder.Dispose();
    }
}
