using BtcChannels.Storage;
using BtcChannels.Storage.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BtcChannels.AspNetCore;

/// <summary>Tells the other instances that this one is there, so that what it has reserved for its customers' requests counts, and learns the same of them.</summary>
internal sealed class RunKeeping(PostgresMerchantStore store, TimeProvider clock, ILogger<RunKeeping> log) : BackgroundService
{
    private static readonly TimeSpan Pause = PostgresMerchantStore.RunLease / 6;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(Pause, clock, stoppingToken);
            try
            {
                await store.RenewRunAsync(stoppingToken);
            }
            catch (StoreUnavailableException outage)
            {
                log.Outage(outage.Message);
            }
        }
    }
}
