using System.Threading.Channels;
using BtcChannels.Wire;

namespace BtcChannels.Client;

/// <summary>
/// The working side of a <see cref="StreamingChannel"/>: takes what is wanted, signs, stores, sends. Where a stream cannot go on, its newest payment is settled by a request of
/// its own; where there is none to be had, each payment is.
/// </summary>
internal sealed class StreamPump(CustomerRuntime run, ChannelPaying paying, ChannelId id, ChannelReader<WantedPayment> wanted, CancellationToken ct)
{
    // A merchant without streams is not asked for one with every payment.
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(10);

    private long? _refusedAt;

    public async Task RunAsync()
    {
        while (await wanted.WaitToReadAsync(CancellationToken.None))
        {
            var batch = new List<WantedPayment>();
            try
            {
                using var stream = await OpenAsync();
                if (stream is not null) await StreamAsync(stream, batch);
                else await PayOneAsync(batch);
            }
            catch (Exception fault)
            {
                if (batch.Count == 0) Take(batch, 1);
                foreach (var payment in batch) payment.Fail(fault);
            }
        }
    }

    private async Task PayOneAsync(List<WantedPayment> batch)
    {
        Take(batch, 1);
        foreach (var payment in batch) payment.Tell(await paying.PayAsync(id, payment.Amount, run.Options.Patience, ct));
    }

    /// <returns>Null where a payment of its own says better what is the matter, or sends first what is unanswered.</returns>
    private async Task<MerchantStream?> OpenAsync()
    {
        var clock = run.Options.Clock;
        if (_refusedAt is { } at && clock.GetElapsedTime(at) < s_pause) return null;
        if (await run.Book.FindAsync(id, ct) is not { State: CustomerState.Active, Door: CustomerDoor.Direct } channel || paying.WithAnswer(channel).HasUnanswered || paying.IsShallow(channel)) return null;
        var stream = await MerchantStream.ConnectAsync(run.Http, channel.Merchant, id, run.Authorize(channel, ChannelAction.Stream), run.Options.RequestTimeout, clock, ct);
        _refusedAt = stream is null ? clock.GetTimestamp() : null;
        return stream;
    }

    /// <summary>As long as the stream lasts and payments come. Afterwards all that was signed has its result.</summary>
    private async Task StreamAsync(MerchantStream stream, List<WantedPayment> batch)
    {
        var ledger = new StreamLedger();
        var answers = ReadAsync(stream, ledger);
        var signing = new StreamSigning(run, paying, id);
        try
        {
            while (await HasRoomAsync(ledger, answers) && await HasWantedAsync(answers))
            {
                Take(batch, run.Options.StreamWindow - ledger.Count);
                var signed = await signing.SignAsync(batch, ct);
                ledger.Add(stream.Next, signed);
                batch.Clear();
                if (signed.Count > 0) await stream.SendAsync([.. signed.Select(it => it.Signed!.Newest!)], ct);
            }
            while (!ledger.IsAnswered && !answers.IsCompleted) await Task.WhenAny(answers, ledger.ChangeAsync());
        }
        finally
        {
            signing.Dispose();
            await stream.EndAsync();
            await answers;
            await SettleAsync(ledger.TakeRest());
        }
    }

    // Asked for before the ledger is looked at, so that no change is missed.
    private async Task<bool> HasRoomAsync(StreamLedger ledger, Task answers)
    {
        while (!answers.IsCompleted)
        {
            var change = ledger.ChangeAsync();
            if (!ledger.IsHalted && ledger.Count < run.Options.StreamWindow) return true;
            await Task.WhenAny(answers, change);
        }
        return false;
    }

    private async Task<bool> HasWantedAsync(Task answers)
    {
        var next = wanted.WaitToReadAsync(CancellationToken.None).AsTask();
        return await Task.WhenAny(next, answers) == next && await next;
    }

    private async Task ReadAsync(MerchantStream stream, StreamLedger ledger)
    {
        while (await stream.ReadAsync() is { } answer)
        {
            if (ledger.Settle(answer) is not { } paid) return;   // an answer about something else is no answer
            if (paid.Count > 0) paying.Note(paid[^1].Signed!);
            foreach (var payment in paid) payment.Tell(new PayResult.Paid(payment.Signed! with { Acknowledged = payment.Signed.Authorized }));
            if (!ledger.IsAnswered) continue;
            if (ledger.IsHalted) return;   // nothing comes any more that could make the refusal good
            stream.Rest();
        }
    }

    /// <summary>The newest payment again decides of all that have no answer. A refusal is not believed.</summary>
    private async Task SettleAsync(IReadOnlyList<WantedPayment> rest)
    {
        if (rest.Count == 0) return;
        try
        {
            var result = await paying.ResendAsync(id, run.Options.Patience, ct);
            foreach (var payment in rest) payment.Tell(result is PayResult.Paid ? new PayResult.Paid(payment.Signed! with { Acknowledged = payment.Signed.Authorized }) : result);
        }
        catch (Exception fault)
        {
            foreach (var payment in rest) payment.Fail(fault);
        }
    }

    private void Take(List<WantedPayment> batch, int most)
    {
        while (batch.Count < most && wanted.TryRead(out var next))
            if (!next.IsWithdrawn()) batch.Add(next);
    }
}
