using BtcChannels.AspNetCore;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace BtcChannels.Server;

/// <summary>Metrics and traces by OTLP, where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says where to; docs/operations.md names them.</summary>
internal sealed class Telemetry : IDisposable
{
    private const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string NameVariable = "OTEL_SERVICE_NAME";

    private readonly MeterProvider _metrics;
    private readonly TracerProvider _traces;

    private Telemetry(MeterProvider metrics, TracerProvider traces) => (_metrics, _traces) = (metrics, traces);

    /// <returns>Null where nothing says where to.</returns>
    public static Telemetry? StartIfAsked() => string.IsNullOrEmpty(Environment.GetEnvironmentVariable(EndpointVariable)) ? null : Start(_ => { });

    /// <param name="configure">What the environment does not say.</param>
    public static Telemetry Start(Action<OtlpExporterOptions> configure)
    {
        var name = Environment.GetEnvironmentVariable(NameVariable) is { Length: > 0 } given ? given : "btcchannels-server";
        void Describe(ResourceBuilder resource) => resource.AddService(name);
        return new(
            Sdk.CreateMeterProviderBuilder().ConfigureResource(Describe).AddMeter(MerchantMetrics.Name, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http", "System.Runtime")
                .AddOtlpExporter(configure).Build(),
            Sdk.CreateTracerProviderBuilder().ConfigureResource(Describe).AddSource(MerchantMetrics.Name, "Microsoft.AspNetCore").AddOtlpExporter(configure).Build());
    }

    /// <summary>Sends what is left.</summary>
    public void Dispose()
    {
        _metrics.Dispose();
        _traces.Dispose();
    }
}
