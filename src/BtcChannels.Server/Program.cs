using BtcChannels.AspNetCore;
using BtcChannels.Chain;
using BtcChannels.Server;
using BtcChannels.Server.Admin;
using BtcChannels.Server.Proxy;
using BtcChannels.Storage;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;

const int WrongSettings = 2;
const int CannotStart = 3;

if (args is ["help", ..] || args.Any(it => it is "--help" or "-h"))
{
    Console.WriteLine(ServerSettings.Help);
    return 0;
}

// Not a setting: standing in a file, it would hold everything again with each start.
var isRestored = args.Contains("--restored");
args = [.. args.Where(it => it != "--restored")];

try
{
    var command = OneTimeCommand.Read(args, Console.Out);
    args = command?.Settings ?? args;
    // The program's own appsettings.json counts, wherever it is started from.
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
    if (builder.Configuration["urls"] is null) builder.WebHost.UseUrls(ServerSettings.DefaultUrl);
    var settings = ServerSettings.Read(builder.Configuration);
    if (command is not null)
    {
        await command.Run(settings);
        return 0;
    }
    builder.Configuration.AddInMemoryCollection(settings.Endpoints());
    builder.WebHost.ConfigureKestrel(kestrel =>
    {
        kestrel.AddServerHeader = false;
        settings.ApplyLimits(kestrel.Limits);
        // Whatever letters a field has: it arrives behind as it came.
        if (settings.Paywall.Upstream is not null) kestrel.RequestHeaderEncodingSelector = kestrel.ResponseHeaderEncodingSelector = static _ => System.Text.Encoding.Latin1;
    });
    InlineSockets.Use(builder.WebHost);
    using var telemetry = Telemetry.StartIfAsked();
    var forwarded = settings.ForwardedHeaders();
    builder.Services.AddBtcChannels(options =>
    {
        settings.ApplyTo(options);
        options.IsRestored = isRestored;
    });

    var app = builder.Build();
    app.Services.GetRequiredService<Merchant>();   // store and seed are opened now: what is wrong with them is said before anything listens
    if (forwarded is not null) app.UseForwardedHeaders(forwarded);
    app.MapBtcChannels();
    if (settings.Two1.Path is { } two1) app.MapTwo1Channels(two1);
    app.MapPaywall(settings.Paywall);
    app.MapHealthChecks("/healthz", new HealthCheckOptions { ResponseWriter = HealthAnswer.WriteAsync });
    await using var admin = await settings.Admin.StartAsync(app, Path.GetFullPath(settings.Data));
    var watcher = app.Services.GetServices<IHostedService>().OfType<ChainWatcher>().Single();
    await app.RunAsync();
    if (watcher.ExecuteTask is { IsFaulted: true } fault) await fault;   // the host stops when its watcher does, and says nothing of it
    return 0;
}
catch (Exception wrong) when (wrong is ArgumentException or FormatException)
{
    Console.Error.WriteLine($"btcchannels-server: {wrong.Message}");
    return WrongSettings;
}
catch (Exception fatal) when (fatal is StoreException or NotReadyException or ChainMismatchException or ChainUnavailableException or Secp256k1.Secp256k1MissingException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"btcchannels-server: {fatal.Message}");
    return CannotStart;
}
