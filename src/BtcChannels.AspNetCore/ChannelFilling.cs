using BtcChannels.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BtcChannels.AspNetCore;

/// <summary>After a start, brings the open channels into memory, while payments are taken already.</summary>
internal sealed class ChannelFilling(OpenChannels channels, TimeProvider clock, ILogger<ChannelFilling> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();   // the host waits for what comes before the first wait, and the store answers without one
        try
        {
            var start = clock.GetTimestamp();
            await channels.FillAsync(stoppingToken);
            log.Filled(channels.Count, clock.GetElapsedTime(start).TotalSeconds);
        }
        catch (StoreUnavailableException outage)
        {
            log.Outage(outage.Message);   // what is not in memory is read when it is paid
        }
    }
}
