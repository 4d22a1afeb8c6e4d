using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using BtcChannels.AspNetCore.Paywall;
using BtcChannels.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BtcChannels.Benchmarks.Paywall;

/// <summary>An app with a priced endpoint, the same endpoint unpriced, and a paid stream of events. It takes the server program's settings and sockets.</summary>
internal static class PaywallHost
{
    public const string Paid = "/paid";
    public const string Unpaid = "/unpaid";
    public const string Events = "/events";

    // Events come as fast as they are paid.
    public static readonly MilliSatoshi Price = 1.Sat();

    public static async Task RunAsync(string urls)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);   // as the server program's settings say
        builder.WebHost.UseUrls(urls);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        InlineSockets.Use(builder.WebHost);
        var settings = ServerSettings.Read(builder.Configuration);
        builder.Services.AddBtcChannels(settings.ApplyTo);
        await using var app = builder.Build();
        app.MapBtcChannels();
        app.MapHealthChecks("/healthz");
        app.MapGet(Paid, static () => TypedResults.Text("ok")).RequirePayment(Price);
        app.MapGet(Unpaid, static () => TypedResults.Text("ok"));
        app.MapGet(Events, static () => new PaidEvents(CountAsync())).RequireMeteredPayment(Price, "event");
        await app.RunAsync();
    }

    private static async IAsyncEnumerable<SseItem<string>> CountAsync([EnumeratorCancellation] CancellationToken ct = default)
    {
        for (var i = 0L; ; i++)
        {
            ct.ThrowIfCancellationRequested();
            yield return new SseItem<string>(Merchant.Part.Text(i));
            await Task.Yield();
        }
    }
}
