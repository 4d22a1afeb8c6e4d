using BtcChannels.Client;
using NBitcoin;

namespace BtcChannels.Cli.Commands;

/// <summary>A stream of payments through one channel.</summary>
internal sealed class PaymentStream(Session session, CustomerChannel channel, PaymentStream.Wanted wanted)
{
    // After Ctrl-C a payment on its way has this long to be answered; it is stored in any case.
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(5);

    // More than the stream takes at once, so that it never runs dry.
    private const int MaxAsked = 1_024;

    private readonly long _begin = session.Clock.GetTimestamp();
    private CustomerChannel _channel = channel;
    private long _asked;
    private ExitCode? _failed;

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
        using var unsigned = CancellationTokenSource.CreateLinkedTokenSource(ct);
        try
        {
            await using var stream = await session.Customer.StreamAsync(_channel.Id, grace.Token);
            if (await RunAsync(stream, tick, unsigned, grace.Token) is { } end) return end;
        }
        catch (OperationCanceledException) when (grace.IsCancellationRequested)
        {
            return Tell("interrupted", "The last payment had no answer; it is stored and sent again first", ExitCode.MerchantSilent);
        }
        return ct.IsCancellationRequested ? Tell("interrupted", null, ExitCode.Done) : Tell("done", null, ExitCode.Done);
    }

    private bool IsWanted => wanted.Count is { } count ? _asked < count : Elapsed < wanted.Duration;

    /// <returns>Null where all that was wanted is paid, or no more is wanted.</returns>
    private async Task<ExitCode?> RunAsync(StreamingChannel stream, Action tick, CancellationTokenSource unsigned, CancellationToken grace)
    {
        var asked = new Queue<Task<PayResult>>();
        ExitCode? end = null;
        while (end is null && IsWanted)
        {
            await WaitForTurnAsync(unsigned.Token);
            if (unsigned.IsCancellationRequested || !IsWanted) break;
            // The first payment may have to be raised, so the others wait for it.
            asked.Enqueue(_asked == 0 ? PayFirstAsync(stream, unsigned.Token) : stream.PayAsync(wanted.Amount, unsigned.Token));
            while (end is null && asked.TryPeek(out var next) && (_asked == 0 || asked.Count == MaxAsked || next.IsCompleted)) end = await TakeAsync(asked, tick, grace);
            _asked++;
        }
        // What is not signed yet is not wanted any more once something went wrong.
        if (end is not null) await unsigned.CancelAsync();
        while (asked.Count > 0)
        {
            var later = await TakeAsync(asked, tick, grace);
            end ??= later;
        }
        return end;
    }

    private async Task<PayResult> PayFirstAsync(StreamingChannel stream, CancellationToken ct)
    {
        var result = await stream.PayAsync(wanted.Amount, ct);
        if (result is not PayResult.BelowDust { Least: var least }) return result;
        session.Output.Warn($"The first payment pays {least.Satoshi} sat: less the network would not relay");
        return await stream.PayAsync(least, ct);
    }

    /// <returns>Null to go on.</returns>
    private async Task<ExitCode?> TakeAsync(Queue<Task<PayResult>> asked, Action tick, CancellationToken grace)
    {
        PayResult result;
        try
        {
            result = await asked.Dequeue();
        }
        catch (OperationCanceledException) when (!grace.IsCancellationRequested)
        {
            return null;   // withdrawn
        }
        if (result is PayResult.Paid paid)
        {
            Payments++;
            Paid += paid.Channel.Authorized - _channel.Authorized;
            _channel = paid.Channel;
            tick();
            return null;
        }
        return _failed ??= result is PayResult.OverCapacity && Payments > 0
            ? Tell("capacity", result.ToString(), ExitCode.Done)
            : Tell("failed", result.ToString(), PayCommand.CodeOf(result));
    }

    private async Task WaitForTurnAsync(CancellationToken ct)
    {
        if (wanted.Rate == 0) return;
        var wait = TimeSpan.FromSeconds((double)_asked / wanted.Rate) - Elapsed;
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
