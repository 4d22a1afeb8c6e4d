using BtcChannels.Storage;
using BtcChannels.Storage.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BtcChannels.AspNetCore;

/// <summary>
/// Forgets what other instances have changed, so that memory does not fill with channels that are closed elsewhere. Nothing depends on it: the
/// store refuses a payment on what has changed.
/// </summary>
internal sealed class ChangeListening(PostgresMerchantStore store, OpenChannels channels, TimeProvider clock, ILogger<ChangeListening> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await foreach (var changed in store.ChangedAsync(stoppingToken)) channels.Forget(changed);
            }
            catch (StoreUnavailableException outage)
            {
                log.Outage(outage.Message);
                await Task.Delay(Pause, clock, stoppingToken);
            }
        }
    }
}
