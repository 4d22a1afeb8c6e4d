using System.Collections.Concurrent;
using BtcChannels.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BtcChannels.AspNetCore.Paywall;

/// <summary>Ends reservations. What cannot be ended while the store is out of order is released once it is back: nothing of it was delivered.</summary>
internal sealed class Settling(Charges charges, TimeProvider clock, ILogger<Settling> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly ConcurrentQueue<(ChannelId Channel, Reservation Reserved)> _left = new();

    /// <inheritdoc cref="Charges.SettleAsync"/>
    /// <exception cref="StoreUnavailableException">Nothing was charged, and what was to be is not to be delivered.</exception>
    public async ValueTask<Balance> SettleAsync(ChannelId id, Reservation reserved, MilliSatoshi spent, KeptAnswer? answer)
    {
        try
        {
            return await charges.SettleAsync(id, reserved, spent, answer);
        }
        catch (StoreUnavailableException)
        {
            Release(id, reserved);
            throw;
        }
    }

    /// <summary>Releases a reservation later.</summary>
    public void Release(ChannelId id, Reservation reserved) => _left.Enqueue((id, reserved));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(Pause, clock, stoppingToken);
            try
            {
                while (_left.TryPeek(out var next))
                {
                    await charges.SettleAsync(next.Channel, next.Reserved, MilliSatoshi.Zero, null);
                    _left.TryDequeue(out _);
                }
            }
            catch (StoreUnavailableException outage)
            {
                log.Outage(outage.Message);
            }
        }
    }
}
