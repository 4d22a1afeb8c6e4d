using BtcChannels.Client;
using NBitcoin;

namespace BtcChannels.Cli.Commands;

/// <summary>A stream of payments through one channel.</summary>
internal sealed class PaymentStream(Session session, CustomerChannel channel, PaymentStream.Wanted wanted)
{
    // After Ctrl-C a payment on its way has this long to be answered; it is stored in any case.
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(5);

    private readonly long _begin = session.Clock.GetTimestamp();
    private CustomerChannel _channel = channel;

    /// <param name="Amount">Of each.</param>
    /// <param name="Rate">A second; 0 for no limit.</param>
    /// <param name="Duration">When to end; or null.</param>
    /// <param name="Count">After how many; or null.</param>
    internal sealed record Wanted(Money Amount, int Rate, TimeSpan? Duration, int? Count);

    public long Payments { get; private set; }

    public Money Paid { get; private set; } = Money.Zero;

    public TimeSpan Elapsed => session.Clock.GetElapsedTime(_begin);

    public async Task<ExitCode> RunAsync(Action tick, CancellationToken ct)
    {
        using var grace = new CancellationTokenSource();
        await using var stop = ct.Register(() => grace.CancelAfter(s_grace));
        try
        {
            await using var store = await session.Customer.HoldStoreAsync(grace.Token);
            while (IsWanted && !ct.IsCancellationRequested)
            {
                await WaitForTurnAsync(ct);
                if (ct.IsCancellationRequested || !IsWanted) break;
                if (await PayAsync(grace.Token) is { } end) return end;
                tick();
            }
        }
        catch (OperationCanceledException) when (grace.IsCancellationRequested)
        {
            return Tell("interrupted", "The last payment had no answer; it is stored and sent again first", ExitCode.MerchantSilent);
        }
        return ct.IsCancellationRequested ? Tell("interrupted", null, ExitCode.Done) : Tell("done", null, ExitCode.Done);
    }

    private bool IsWanted => wanted.Count is { } count ? Payments < count : Elapsed < wanted.Duration;

    /// <returns>Null to go on.</returns>
    private async Task<ExitCode?> PayAsync(CancellationToken ct)
    {
        var before = _channel.Authorized;
        var result = await session.Customer.PayAsync(_channel.Id, wanted.Amount, null, ct);
        if (result is PayResult.BelowDust { Least: var least })
        {
            session.Output.Warn($"The first payment pays {least.Satoshi} sat: less the network would not relay");
            result = await session.Customer.PayAsync(_channel.Id, least, null, ct);
        }
        if (result is PayResult.Paid paid)
        {
            _channel = paid.Channel;
            Payments++;
            Paid += _channel.Authorized - before;
            return null;
        }
        return result is PayResult.OverCapacity && Payments > 0
            ? Tell("capacity", result.ToString(), ExitCode.Done)
            : Tell("failed", result.ToString(), PayCommand.CodeOf(result));
    }

    private async Task WaitForTurnAsync(CancellationToken ct)
    {
        if (wanted.Rate == 0) return;
        var wait = TimeSpan.FromSeconds((double)Payments / wanted.Rate) - Elapsed;
        if (wait <= TimeSpan.Zero) return;
        try
        {
            await Task.Delay(wait, session.Clock, ct);
        }
        catch (OperationCanceledException)
        {
            // The end is told like any other.
        }
    }

    private ExitCode Tell(string ended, string? why, ExitCode code)
    {
        var seconds = Elapsed.TotalSeconds;
        var rate = seconds > 0 ? Payments / seconds : 0;
        session.Output.Write(
            new StreamView(_channel.Id.ToString(), Payments, Paid.Satoshi, _channel.Authorized.Satoshi, _channel.Remaining.Satoshi, Math.Round(seconds, 3), Math.Round(rate, 1), ended, why),
            CliJson.Default.StreamView,
            $"{Payments} payments, {Paid.Satoshi} sat in {seconds:0.0} s ({rate:0} a second); {_channel.Remaining.Satoshi} sat left");
        if (why is not null) session.Output.Warn(why);
        return code;
    }
}
