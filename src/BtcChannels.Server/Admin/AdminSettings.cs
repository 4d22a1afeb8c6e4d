using System.Net;
using BtcChannels.AspNetCore.Admin;

namespace BtcChannels.Server.Admin;

/// <summary>Settings <c>BtcChannels:Admin</c>: the operator's door. It is off unless its address is set.</summary>
internal sealed class AdminSettings
{
    public string? Url { get; set; }
    public string? KeyFile { get; set; }

    /// <summary>A server of its own, so that nothing of it can be reached where customers come.</summary>
    /// <param name="merchant">The app that the merchant is in.</param>
    /// <param name="folder">The merchant's data folder.</param>
    /// <returns>At work until it is disposed of; null where none is set.</returns>
    /// <exception cref="ArgumentException">A setting is wrong.</exception>
    public async Task<WebApplication?> StartAsync(WebApplication merchant, string folder)
    {
        if (Url is null) return KeyFile is null ? null : throw new ArgumentException("BtcChannels:Admin:Url is missing: where the administration is to listen");
        if (!Uri.TryCreate(Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")) throw new ArgumentException($"BtcChannels:Admin:Url has to be an http or https address, and is '{Url}'");
        if (url.Scheme == Uri.UriSchemeHttp && !url.IsLoopback) throw new ArgumentException("BtcChannels:Admin:Url is of the loopback address, or https: its key is not to be overheard");
        var key = AdminKey.FromFile(KeyFile ?? Path.Combine(folder, "admin.key"));
        var builder = WebApplication.CreateSlimBuilder();
        // What is configured for the one server is not meant for the other, apart from the certificate.
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection(merchant.Configuration.GetSection("Kestrel:Certificates").AsEnumerable());
        builder.WebHost.UseKestrelHttpsConfiguration().UseUrls(Url).ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Services.AddSingleton(merchant.Services.GetRequiredService<ILoggerFactory>());
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        var app = builder.Build();
        app.MapBtcChannelsAdmin(key, merchant.Services);
        try
        {
            await app.StartAsync();
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
        return app;
    }

    /// <summary>It ends with the merchant's server, and hears of no signal itself.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
