using System.Threading.Channels;
using BtcChannels.Chain;
using BtcChannels.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BtcChannels.AspNetCore.Admin;

/// <summary>
/// Closes channels because the operator wants it: all of them, or while the merchant winds down those that nobody has paid on for a while. As many go in one look at the clock as at the margin. A channel is closed
/// at its newest payment; one with nothing authorized has nothing to close for, and one that is held is left until its customer has shown his newest payment.
/// </summary>
internal sealed class AdminCloses(IMerchantStore store, MerchantRounds rounds, Draining draining, BtcChannelsOptions options, TimeProvider clock, ILogger<AdminCloses> log) : BackgroundService
{
    private readonly Channel<ChannelId> _wanted = Channel.CreateUnbounded<ChannelId>(new() { SingleReader = true });
    private readonly SemaphoreSlim _wake = new(0);
    private readonly IdleChannels _idle = new(store, clock);

    /// <summary>Has all channels closed that can be, one look at the clock after the other.</summary>
    /// <returns>How many.</returns>
    public async Task<int> CloseAllAsync(CancellationToken ct)
    {
        var count = 0;
        await foreach (var channel in store.PayableAsync(ct))
        {
            if (!CanClose(channel)) continue;
            count++;
            _wanted.Writer.TryWrite(channel.Id);
        }
        _wake.Release();
        return count;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        draining.Began += () => _wake.Release();
        while (true)
        {
            if (!draining.IsOn && !_wanted.Reader.TryPeek(out _)) await _wake.WaitAsync(stoppingToken);
            await Task.Delay(options.ClockInterval, clock, stoppingToken);
            try
            {
                await CloseSomeAsync(stoppingToken);
            }
            catch (Exception outage) when (outage is StoreUnavailableException or ChainUnavailableException)
            {
                log.Outage(outage.Message);
            }
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _wake.Dispose();
    }

    private async Task CloseSomeAsync(CancellationToken ct)
    {
        var some = new List<ChannelId>();
        while (some.Count < options.ClosesPerRound && _wanted.Reader.TryRead(out var id)) some.Add(id);
        try
        {
            if (draining.IsOn) some.AddRange(await _idle.FindAsync(options.ClosesPerRound - some.Count, ct));
            else _idle.Forget();
            if (some.Count == 0) return;
            await rounds.CloseAsync(some, ct);
        }
        catch
        {
            foreach (var id in some) _wanted.Writer.TryWrite(id);   // what is closed by then stays so
            throw;
        }
    }

    private static bool CanClose(PayableChannel channel) => channel is { IsHeld: false, Balance.Newest: not null };
}
