using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using BtcChannels.AspNetCore;
using BtcChannels.Server;
using BtcChannels.Tests.AspNetCore;
using BtcChannels.Tests.AspNetCore.Paywall;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Exporter;

namespace BtcChannels.Tests.Server;

public sealed class TelemetryTests
{
    [Fact]
    public async Task What_is_documented_arrives_at_a_collector_and_no_secret_does()
    {
        var received = new ConcurrentQueue<string>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        await using var collector = builder.Build();
        collector.Run(async http =>
        {
            var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            received.Enqueue(Encoding.Latin1.GetString(body.ToArray()));
        });
        await collector.StartAsync();
        string credential;
        await using var app = await MerchantApp.StartAsync(map: web => web.MapGet("/song", () => "la la la").RequirePayment(25.Sat()));
        using (Telemetry.Start(it => (it.Endpoint, it.Protocol) = (new Uri(collector.Urls.Single()), OtlpExportProtocol.HttpProtobuf)))
        {
            var channel = await TestCustomer.OpenAsync(app, paid: 1_000);
            var customer = new PaywallCustomer(app.Once, channel);
            var voucher = customer.Voucher(await customer.ChallengeAsync("/song"), 2_000);
            credential = voucher.Write();
            using var answer = await customer.SendAsync("/song", voucher);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
        var all = string.Concat(received);
        foreach (var name in (string[])["btcchannels.payments", "btcchannels.paywall.requests", "btcchannels.paywall.granted", "btcchannels.channel.changes", "btcchannels.alarms", "btcchannels.store.group", "btcchannels.store.waiting", "paywall", "channel.change", "btcchannels-server"])
            Assert.Contains(name, all, StringComparison.Ordinal);
        Assert.DoesNotContain(credential["Payment ".Length..][..60], all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Channels_and_what_is_authorized_are_told_by_state()
    {
        await using var app = await MerchantApp.StartAsync();
        await TestCustomer.OpenAsync(app, paid: 1_234);
        await TestCustomer.OpenPendingAsync(app);
        var seen = new ConcurrentDictionary<string, long>();
        using var listener = new MeterListener();
        var factory = app.Services.GetService(typeof(IMeterFactory));
        listener.InstrumentPublished = (instrument, it) =>
        {
            if (instrument.Meter.Name == MerchantMetrics.Name && instrument.Meter.Scope == factory) it.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => seen[$"{instrument.Name} {string.Join(' ', tags.ToArray().Select(tag => tag.Value))}"] = value);
        listener.Start();
        (long, long, long) Told() => (seen.GetValueOrDefault("btcchannels.channels open"), seen.GetValueOrDefault("btcchannels.channels pending"), seen.GetValueOrDefault("btcchannels.authorized open"));
        for (var i = 0; i < 500 && Told() != (1, 1, 1_234); i++)
        {
            listener.RecordObservableInstruments();
            await Task.Delay(10);
        }
        Assert.Equal((1L, 1L, 1_234L), Told());
    }
}
