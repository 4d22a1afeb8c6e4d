using BtcChannels.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BtcChannels.AspNetCore.Paywall;

/// <summary>Deletes what was kept for repetitions once it is too old to be given.</summary>
internal sealed class AnswerForgetting(IMerchantStore store, PaywallOptions options, TimeProvider clock, ILogger<AnswerForgetting> log) : BackgroundService
{
    private const int AtOnce = 1_000;   // other writes wait for so many at most

    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(Pause, clock, stoppingToken);
            try
            {
                var before = clock.GetUtcNow().ToUnixTimeSeconds() - (long)options.AnswerLifetime.TotalSeconds;
                while (await store.ForgetAnswersAsync(before, AtOnce, stoppingToken) == AtOnce) { }
            }
            catch (StoreUnavailableException outage)
            {
                log.Outage(outage.Message);
            }
        }
    }
}
