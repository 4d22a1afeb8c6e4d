using System.Net;
using BtcChannels.AspNetCore;
using BtcChannels.Chain;
using BtcChannels.Server;
using BtcChannels.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NBitcoin;

namespace BtcChannels.Tests.AspNetCore;

/// <summary>A merchant as an ASP.NET Core app has him: Kestrel on the loopback address, his store on disk, a chain and a clock that the test moves.</summary>
public sealed class MerchantApp : IAsyncDisposable
{
    /// <summary>What customers call him. Not where he listens: nothing may depend on that.</summary>
    public const string Origin = "https://shop.example";

    private readonly string? _ownFolder;
    private readonly string? _database;
    private WebApplication? _web;

    private MerchantApp(MerchantPolicy policy, FakeChain chain, ManualClock clock, string? folder, LogLevel finest, string? database)
    {
        (Policy, Chain, Clock, Log, _database) = (policy, chain, clock, new LogCapture(finest), database);
        Folder = folder ?? (_ownFolder = Directory.CreateTempSubdirectory("btcchannels-tests-").FullName);
    }

    public static MerchantPolicy DefaultPolicy => MerchantPolicy.For(Network.RegTest);

    public MerchantPolicy Policy { get; set; }

    /// <summary>Whether the next start is told that the store comes from a backup.</summary>
    public bool IsRestored { get; set; }

    public FakeChain Chain { get; }

    /// <summary>Stands in the place of <see cref="Chain"/>.</summary>
    public IChain? Backend { get; private init; }

    public ManualClock Clock { get; }

    public string Folder { get; set; }

    /// <summary>Stands before the store.</summary>
    public Func<IMerchantStore, IMerchantStore> Before { get; set; } = store => store;

    /// <summary>What else is set, with each start.</summary>
    public Action<BtcChannelsOptions>? Configure { get; set; }

    /// <summary>What else the app serves.</summary>
    public Action<WebApplication>? Map { get; init; }

    /// <summary>What else the app is made of.</summary>
    public Action<IServiceCollection>? Add { get; init; }

    public LogCapture Log { get; }

    /// <summary>Sends everything twice that may be sent twice.</summary>
    public HttpClient Http { get; private set; } = null!;

    /// <summary>Sends as it is told.</summary>
    public HttpClient Once { get; private set; } = null!;

    /// <summary>Sends as it is told, by HTTP/2.</summary>
    public HttpClient Http2 { get; private set; } = null!;

    public IServiceProvider Services => _web!.Services;

    public IMerchantStore Store => Services.GetRequiredService<IMerchantStore>();

    public OpenChannels OpenChannels => Services.GetRequiredService<OpenChannels>();

    public ChainWatcher Watcher => Services.GetServices<IHostedService>().OfType<ChainWatcher>().Single();

    public static async Task<MerchantApp> StartAsync(MerchantPolicy? policy = null, string? folder = null, bool settle = true, Action<FakeChain>? chain = null, LogLevel finest = LogLevel.Information,
        string? database = null, Action<BtcChannelsOptions>? configure = null, IChain? backend = null, Action<WebApplication>? map = null,
        Action<IServiceCollection>? add = null, Func<IMerchantStore, IMerchantStore>? before = null)
    {
        var clock = new ManualClock();
        var app = new MerchantApp(policy ?? DefaultPolicy, new FakeChain(clock), clock, folder, finest, database) { Configure = configure, Backend = backend, Map = map, Add = add };
        if (before is not null) app.Before = before;
        chain?.Invoke(app.Chain);
        try
        {
            await app.StartAgainAsync(settle);
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    public async Task StartAgainAsync(bool settle = true)
    {
        Chain.ForgetWatches();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.Sources.Clear();
        builder.Logging.ClearProviders().SetMinimumLevel(Log.Finest).AddProvider(Log);
        builder.WebHost.UseKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2);
        });
        builder.Services.AddSingleton<TimeProvider>(Clock);
        builder.Services.AddBtcChannels(options =>
        {
            options.Network = Network.RegTest;
            options.DataFolder = Folder;
            options.Database = _database;
            options.Origin = Origin;
            options.Node = new BitcoindOptions(new Uri("http://127.0.0.1:1"), User: "nobody", Password: "nothing");
            options.Policy = Policy;
            options.IsRestored = IsRestored;
            // All customers of a test come from one address, and some mean no good.
            (options.Limits.OpensPerMinute, options.Limits.RefusalsPerMinute) = (1_000_000, 1_000_000);
            Configure?.Invoke(options);
        });
        builder.Services.Replace(ServiceDescriptor.Singleton(Backend ?? Chain));
        builder.Services.Replace(ServiceDescriptor.Singleton(it => Before(it.GetRequiredService<MerchantData>().Store)));
        Add?.Invoke(builder.Services);
        var web = builder.Build();
        web.MapBtcChannels();
        Map?.Invoke(web);
        web.MapHealthChecks("/healthz", new HealthCheckOptions { ResponseWriter = HealthAnswer.WriteAsync });
        try
        {
            await web.StartAsync();
        }
        catch
        {
            await web.DisposeAsync();
            throw;
        }
        _web = web;
        var address = new Uri(_web.Urls.First());
        Http2 = new HttpClient(new SocketsHttpHandler()) { BaseAddress = new Uri(_web.Urls.Last()), DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        Http = new HttpClient(new StutteringHandler(new SocketsHttpHandler())) { BaseAddress = address };
        Once = new HttpClient(new SocketsHttpHandler()) { BaseAddress = address };
        if (settle) await Chain.SettleAsync();
    }

    public async Task StopAsync()
    {
        if (_web is not { } web) return;
        _web = null;
        Http?.Dispose();
        Once?.Dispose();
        Http2?.Dispose();
        await web.StopAsync();
        await web.DisposeAsync();
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAgainAsync();
    }

    /// <summary>Puts a backup in the place of the data, and starts with it.</summary>
    public async Task RestoreAsync(string backup)
    {
        await StopAsync();
        foreach (var file in Directory.GetFiles(Folder)) File.Delete(file);
        CopyFiles(backup, Folder);
        Directory.Delete(backup, recursive: true);
        IsRestored = true;
        await StartAgainAsync();
    }

    /// <summary>Moves the clock, and lets the watcher look at it.</summary>
    public async Task WaitAsync(TimeSpan by)
    {
        Clock.Advance(by);
        await Chain.SettleAsync();
    }

    /// <summary>The same where the watcher may be waiting out an outage: the clock moves until that is over.</summary>
    public async Task SettlePatientlyAsync()
    {
        var settled = Chain.SettleAsync();
        while (await Task.WhenAny(settled, Task.Delay(20)) != settled) Clock.Advance(TimeSpan.FromSeconds(1));
        await settled;
    }

    public async Task WaitUntilAsync(long unixSeconds)
    {
        Clock.AdvanceTo(unixSeconds);
        await Chain.SettleAsync();
    }

    /// <summary>Mines, and lets the watcher look at it.</summary>
    public async Task MineAsync(params Transaction[] transactions)
    {
        Chain.Mine(transactions);
        await Chain.SettleAsync();
    }

    public async Task<MerchantChannel> ChannelAsync(ChannelId id) => await Store.FindAsync(id, default) ?? throw new KeyNotFoundException($"{id} is not stored");

    public async Task<TState> StateAsync<TState>(ChannelId id) where TState : MerchantState => Assert.IsType<TState>((await ChannelAsync(id)).State);

    public async Task<long> CountAsync() => (await Store.CountsAsync(default)).Sum(it => it.Count);

    /// <summary>What would be there if the machine lost its power now: the files as they lie.</summary>
    public async Task<MerchantChannel?> FindOnDiskAsync(ChannelId id)
    {
        var copy = Snapshot();
        try
        {
            await using var store = await SqliteMerchantStore.OpenAsync(copy, Network.RegTest, seed => new MerchantKeys(seed, Network.RegTest).Fingerprint, default);
            return await store.FindAsync(id, default);
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    /// <summary>A folder with the files as they lie.</summary>
    public string Snapshot()
    {
        var copy = Directory.CreateTempSubdirectory("btcchannels-tests-").FullName;
        CopyFiles(Folder, copy);
        return copy;
    }

    // The seed keeps its mode, without which it would not be taken.
    private static void CopyFiles(string from, string to)
    {
        foreach (var name in (string[])["merchant.db", "merchant.db-wal", SeedFile.Name])
            if (Path.Combine(from, name) is var file && File.Exists(file)) File.Copy(file, Path.Combine(to, name));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (_ownFolder is not null) Directory.Delete(_ownFolder, recursive: true);
    }
}
