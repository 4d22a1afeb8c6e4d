using BtcChannels.AspNetCore;
using BtcChannels.AspNetCore.Admin;
using BtcChannels.AspNetCore.Http;
using BtcChannels.AspNetCore.Paywall;
using BtcChannels.AspNetCore.Streams;
using BtcChannels.AspNetCore.Two1;
using BtcChannels.Chain;
using BtcChannels.Storage;
using BtcChannels.Storage.Postgres;
using BtcChannels.Two1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.Hosting;

/// <summary>Adds a merchant of payment channels to an ASP.NET Core app.</summary>
public static class BtcChannelsSetup
{
    /// <summary>Adds the merchant, his store, his watcher and the health check <c>btcchannels</c>.</summary>
    /// <exception cref="ArgumentException">A setting is missing or wrong; thrown here, before anything starts.</exception>
    public static IServiceCollection AddBtcChannels(this IServiceCollection services, Action<BtcChannelsOptions> configure)
    {
        var options = new BtcChannelsOptions();
        configure(options);
        options.Validate();

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton(options.EffectivePolicy);
        services.AddSingleton<MerchantData>();
        services.AddSingleton(it => it.GetRequiredService<MerchantData>().Keys);
        services.AddSingleton(it => it.GetRequiredService<MerchantData>().Store);
        services.AddSingleton<IChain>(it => options.Node.Connect(options.Network, it.GetRequiredService<TimeProvider>()));
        services.AddSingleton(it => new WatchDuty(it.GetRequiredService<MerchantData>().Store as PostgresMerchantStore, it.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ChainView>();
        services.AddSingleton<HeldChannels>();
        services.AddSingleton<RaisedTotals>();
        services.AddSingleton<OpenChannels>();
        services.AddSingleton<Charges>();
        services.AddSingleton<OpenStreams>();
        services.AddSingleton<RequestLimiter>();
        services.AddSingleton<PendingChannels>();
        services.AddSingleton<MerchantWorker>();
        services.AddSingleton<MerchantRounds>();
        services.AddSingleton<Merchant>();
        services.AddSingleton(it => (IMerchantReports)it.GetRequiredService<MerchantData>().Store);
        services.AddSingleton(it => new MerchantMetrics(
            it.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>(), it.GetRequiredService<Alarms>(), it.GetRequiredService<IMerchantStore>(), it.GetRequiredService<TimeProvider>(),
            it.GetRequiredService<Microsoft.Extensions.Logging.ILogger<MerchantMetrics>>()));
        services.AddSingleton<Draining>();
        services.AddSingleton<Alarms>();
        services.AddSingleton<Microsoft.Extensions.Logging.ILoggerProvider>(it => it.GetRequiredService<Alarms>());
        services.AddSingleton<AdminCloses>();
        services.AddHostedService(it => it.GetRequiredService<AdminCloses>());
        services.AddMetrics();
        services.AddSingleton(options.Paywall);
        services.AddSingleton<PaywallMetrics>();
        services.AddSingleton<FreeRequests>();
        services.AddSingleton<PaywallChallenges>();
        services.AddSingleton<Settling>();
        services.AddSingleton<PaywallServices>();
        services.AddSingleton<PaywallActions>();
        services.AddSingleton<PaywallAnswers>();
        services.AddSingleton<Two1Door>();
        services.AddSingleton<Two1Channels>();
        services.AddSingleton<Two1Payments>();
        services.AddSingleton<Two1Gate>();
        services.AddSingleton<PaywallGate>();
        services.AddTransient<IStartupFilter, VoucherFilter>();
        services.AddHostedService(it => it.GetRequiredService<Settling>());
        services.AddHostedService<ChainWatcher>();
        services.AddHostedService<ChannelFilling>();
        if (options.Database is not null)
        {
            static PostgresMerchantStore Shared(IServiceProvider it) => (PostgresMerchantStore)it.GetRequiredService<MerchantData>().Store;
            services.AddHostedService(it => ActivatorUtilities.CreateInstance<ChangeListening>(it, Shared(it)));
            services.AddHostedService(it => ActivatorUtilities.CreateInstance<RunKeeping>(it, Shared(it)));
        }
        services.AddHealthChecks().AddCheck<BtcChannelsHealth>("btcchannels");
        return services;
    }

    /// <summary>Maps <c>/channels/v1</c>, within <see cref="BtcChannelsOptions.Limits"/>.</summary>
    public static IEndpointConventionBuilder MapBtcChannels(this IEndpointRouteBuilder app)
    {
        var door = app.MapChannels();
        RequestGate.Guard(door, app.ServiceProvider);
        return door;
    }

    /// <summary>
    /// Speaks 21's protocol, for clients of 2015, within the same limits; priced endpoints then take its payments, too. docs/two1.md describes it.
    /// </summary>
    /// <param name="app">The app itself: a group's prefix would be missing from the address that customers are told.</param>
    /// <param name="path">Where its channels are, such as <c>/payment</c>.</param>
    /// <exception cref="ArgumentException">The path is none that 21's clients could call, or the door is mapped already, or in a group.</exception>
    public static IEndpointConventionBuilder MapTwo1Channels(this IEndpointRouteBuilder app, string path = Two1Protocol.DefaultPath)
    {
        if (app is RouteGroupBuilder) throw new ArgumentException("The two1 door is mapped on the app itself, not in a group of routes", nameof(app));
        app.ServiceProvider.GetRequiredService<Two1Door>().Map(path);
        var door = Two1Endpoints.Map(app, path);
        RequestGate.Guard(door, app.ServiceProvider);
        return door;
    }
}
