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
    private volatile bool _hasFailed;

    /// <summary>Whether the last charge could be written.</summary>
    public bool IsStoreWell => !_hasFailed;

    /// <inheritdoc cref="Charges.SettleAsync"/>
    /// <exception cref="StoreUnavailableException">Nothing was charged, and what was to be is not to be delivered.</exception>
    public async ValueTask<Balance> SettleAsync(ChannelId id, Reservation reserved, MilliSatoshi spent, KeptAnswer? answer, PaymentToken? redeemed = null)
    {
        try
        {
            var balance = await charges.SettleAsync(id, reserved, spent, answer, redeemed);
            _hasFailed = false;
            return balance;
        }
        catch (StoreUnavailableException)
        {
            _hasFailed = true;
            Release(id, reserved);
            throw;
        }
    }

    /// <summary>Ends what was taken ahead.</summary>
    /// <exception cref="ChargeLostException">The channel cannot pay for it any more.</exception>
    /// <inheritdoc cref="SettleAsync(ChannelId, Reservation, MilliSatoshi, KeptAnswer, PaymentToken)"/>
    public async ValueTask<Balance> SettleAsync(TakenAhead ahead, MilliSatoshi spent)
    {
        var hasLanded = false;
        try
        {
            if (await charges.TrySettleAsync(ahead, spent) is { } balance) return balance;
            await charges.LandAsync(ahead);
            hasLanded = true;
            return await charges.SettleAsync(ahead.Id, ahead.Cost, spent, null);
        }
        catch (StoreUnavailableException)
        {
            _hasFailed = true;
            if (hasLanded || await charges.HasLandedAsync(ahead)) Release(ahead.Id, ahead.Cost);
            throw;
        }
    }

    /// <inheritdoc cref="Charges.LandAsync"/>
    public async ValueTask LandAsync(TakenAhead ahead)
    {
        try
        {
            await charges.LandAsync(ahead);
        }
        catch (StoreUnavailableException)
        {
            _hasFailed = true;
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
