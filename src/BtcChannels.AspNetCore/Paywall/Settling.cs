using System.Threading.Channels;
using BtcChannels.Storage;
using BtcChannels.Two1;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BtcChannels.AspNetCore.Paywall;

/// <summary>Ends reservations. What cannot be ended while the store is out of order is released once it is back: nothing of it was delivered.</summary>
internal sealed class Settling(Charges charges, TimeProvider clock, ILogger<Settling> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly Channel<(ChannelId Channel, Reservation Reserved)> _left = Channel.CreateUnbounded<(ChannelId, Reservation)>();

    /// <inheritdoc cref="Charges.SettleAsync"/>
    /// <exception cref="StoreUnavailableException">Nothing was charged, and what was to be is not to be delivered.</exception>
    public async ValueTask<Balance> SettleAsync(ChannelId id, Reservation reserved, MilliSatoshi spent, KeptAnswer? answer, PaymentToken? redeemed = null)
    {
        try
        {
            return await charges.SettleAsync(id, reserved, spent, answer, redeemed);
        }
        catch (StoreUnavailableException)
        {
            Release(id, reserved);
            throw;
        }
    }

    /// <summary>Releases a reservation later.</summary>
    public void Release(ChannelId id, Reservation reserved) => _left.Writer.TryWrite((id, reserved));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var (channel, reserved) in _left.Reader.ReadAllAsync(stoppingToken))
        {
            while (!await TryReleaseAsync(channel, reserved)) await Task.Delay(Pause, clock, stoppingToken);
        }
    }

    private async Task<bool> TryReleaseAsync(ChannelId channel, Reservation reserved)
    {
        try
        {
            await charges.SettleAsync(channel, reserved, MilliSatoshi.Zero, null);
            return true;
        }
        catch (StoreUnavailableException outage)
        {
            log.Outage(outage.Message);
            return false;
        }
    }
}
