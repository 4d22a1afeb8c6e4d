using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using BtcChannels.AspNetCore.Paywall;
using BtcChannels.Chain;
using BtcChannels.Regtest;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NBitcoin;

namespace BtcChannels.Demo;

/// <summary>An ASP.NET Core app whose developer has put a price on an endpoint, with one line; and beside it something that is free, to be put behind the ready-made paywall.</summary>
internal sealed class NewsMerchant : IAsyncDisposable
{
    public const int Lines = 60;
    public const int FilmBytes = 250_000;

    public static readonly MilliSatoshi PricePerLine = 10.Sat();

    private readonly WebApplication _app;
    private readonly TemporaryFolder _folder;

    private NewsMerchant(WebApplication app, TemporaryFolder folder, Uri origin) => (_app, _folder, Origin) = (app, folder, origin);

    public Uri Origin { get; }

    /// <summary>What <c>/film</c> is.</summary>
    public static byte[] Film { get; } = [.. Enumerable.Range(0, FilmBytes).Select(it => (byte)((it * 31 >> 5) & 0xff))];

    public static async Task<NewsMerchant> StartAsync(RegtestNode node, MerchantPolicy policy)
    {
        var origin = new Uri($"http://127.0.0.1:{LoopbackPort.FindFree()}");
        var folder = new TemporaryFolder();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(origin.ToString());
        builder.Services.AddBtcChannels(merchant =>
        {
            merchant.Network = Network.RegTest;
            merchant.DataFolder = Path.Combine(folder.FullPath, "news");
            merchant.Origin = origin.GetLeftPart(UriPartial.Authority);
            merchant.Node = new BitcoindOptions(node.RpcUri, node.CookieFile);
            merchant.Policy = policy;
        });
        var app = builder.Build();
        app.MapBtcChannels();
        app.MapGet("/news", () => new PaidEvents(ReadAsync())).RequireMeteredPayment(PricePerLine, "line");
        app.MapGet("/film", () => Results.Bytes(Film, "video/mp4"));
        await app.StartAsync();
        return new(app, folder, origin);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    private static async IAsyncEnumerable<SseItem<string>> ReadAsync([EnumeratorCancellation] CancellationToken ct = default)
    {
        for (var line = 1; line <= Lines; line++)
        {
            ct.ThrowIfCancellationRequested();
            await Task.Yield();
            yield return new SseItem<string>($"line {line.ToString(CultureInfo.InvariantCulture)}", "news");
        }
    }
}
