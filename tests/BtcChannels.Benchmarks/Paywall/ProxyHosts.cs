using BtcChannels.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace BtcChannels.Benchmarks.Paywall;

/// <summary>What stands around the proxy that is measured: the service behind it, and the plainest hop that does without it.</summary>
internal static class ProxyHosts
{
    public const int Megabyte = 1_000_000;

    private static readonly byte[] s_block = new byte[50_000];

    /// <summary>Serves as many megabytes as the last part of the path says.</summary>
    public static async Task ServeAsync(string urls)
    {
        await using var app = Build(urls);
        app.MapGet("/{kind}/{megabytes:int}", async (int megabytes, HttpContext http) =>
        {
            var left = (long)megabytes * Megabyte;
            http.Response.ContentLength = left;
            for (; left > 0; left -= s_block.Length) await http.Response.Body.WriteAsync(s_block, http.RequestAborted);
        });
        await app.RunAsync();
    }

    /// <summary>Passes on what it is asked for, by what ASP.NET Core and <see cref="HttpClient"/> have for it, and sees to nothing else.</summary>
    public static async Task HopAsync(string urls, Uri upstream)
    {
        await using var app = Build(urls);
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false, ActivityHeadersPropagator = null });
        app.MapGet("/{**path}", async (string path, HttpContext http) =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(upstream, path));
            using var answer = await invoker.SendAsync(request, http.RequestAborted);
            (http.Response.StatusCode, http.Response.ContentLength) = ((int)answer.StatusCode, answer.Content.Headers.ContentLength);
            await answer.Content.CopyToAsync(http.Response.Body, http.RequestAborted);
        });
        await app.RunAsync();
    }

    private static WebApplication Build(string urls)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(urls);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        InlineSockets.Use(builder.WebHost);
        var app = builder.Build();
        app.MapGet("/healthz", static () => "ok");
        return app;
    }
}
