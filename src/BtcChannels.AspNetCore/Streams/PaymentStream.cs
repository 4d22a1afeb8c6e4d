using System.Net.WebSockets;
using System.Threading.Channels;
using BtcChannels.AspNetCore.Http;
using BtcChannels.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Logging;

namespace BtcChannels.AspNetCore.Streams;

/// <summary>
/// A stream of payments on one connection. One loop reads and judges, another answers, in the order of the payments and each after its commit; a bounded queue lies between
/// them, and when it is full nothing more is read.
/// </summary>
internal sealed class PaymentStream : IDisposable
{
    private const int BufferLength = 16_384;

    // How long a customer may take to say goodbye.
    private static readonly TimeSpan s_goodbye = TimeSpan.FromSeconds(5);

    private readonly WebSocket _socket;
    private readonly PaymentLane _lane;
    private readonly TimeSpan _idle;
    private readonly Func<int, bool> _count;
    private readonly ILogger _log;
    private readonly Channel<Begun> _begun;
    private readonly StreamAnswers _answers;
    private readonly ITimer _timer;
    private StreamEnd? _end;
    private ulong _number;

    /// <param name="socket">The connection.</param>
    /// <param name="lane">The channel.</param>
    /// <param name="options">Window and patience.</param>
    /// <param name="count">Told the status of each refusal; false where its sender was refused too often, and the stream is to end.</param>
    /// <param name="clock">Measures silence.</param>
    /// <param name="log">Hears of outages.</param>
    public PaymentStream(WebSocket socket, PaymentLane lane, BtcChannelsOptions options, Func<int, bool> count, TimeProvider clock, ILogger log)
    {
        (_socket, _lane, _idle, _count, _log, _answers) = (socket, lane, options.StreamIdle, count, log, new StreamAnswers(socket));
        _begun = Channel.CreateBounded<Begun>(new BoundedChannelOptions(options.StreamWindow) { SingleReader = true, SingleWriter = true });
        _timer = clock.CreateTimer(_ => OnSilence(), null, _idle, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Lasts as long as the stream. What was begun is on disk or refused when this ends, whoever ended it.</summary>
    public async Task RunAsync()
    {
        var reading = ReadAsync();
        try
        {
            await AnswerAsync();
        }
        catch
        {
            End(StreamEnd.Failed);
            while (_begun.Reader.TryRead(out var left)) left.Mark?.SetResult();
            throw;
        }
        finally
        {
            await SayGoodbyeAsync();
            await reading;
        }
    }

    /// <summary>Reads no more payments, answers those that were begun, and says why. The first reason counts.</summary>
    public void End(StreamEnd why)
    {
        Interlocked.CompareExchange(ref _end, why, null);
        _begun.Writer.TryComplete();
    }

    public void Dispose() => _timer.Dispose();

    private async Task ReadAsync()
    {
        try
        {
            await ReadFramesAsync();
            End(StreamEnd.Done);
        }
        catch (Exception lost) when (StreamAnswers.IsLoss(lost))
        {
            End(StreamEnd.Done);
        }
        catch
        {
            End(StreamEnd.Failed);
            throw;
        }
    }

    // What the messages hold is one sequence of frames, wherever they begin and end.
    private async Task ReadFramesAsync()
    {
        var buffer = new byte[BufferLength];
        var filled = 0;
        while (true)
        {
            var read = await _socket.ReceiveAsync(buffer.AsMemory(_end is null ? filled : 0), CancellationToken.None);
            if (read.MessageType == WebSocketMessageType.Close) return;
            if (read.MessageType == WebSocketMessageType.Text) End(StreamEnd.NotBinary);
            if (_end is not null) continue;   // only the other side's goodbye is of interest now
            if (read.Count > 0) _timer.Change(_idle, Timeout.InfiniteTimeSpan);
            filled += read.Count;
            var at = 0;
            for (; filled - at >= PaymentFrame.Length && _end is null; at += PaymentFrame.Length) await BeginAsync(buffer.AsMemory(at, PaymentFrame.Length));
            buffer.AsSpan(at, filled - at).CopyTo(buffer);
            filled -= at;
        }
    }

    private async ValueTask BeginAsync(ReadOnlyMemory<byte> frame)
    {
        var (number, total) = (++_number, PaymentFrame.TotalOf(frame.Span));
        if (!PaymentFrame.TryRead(frame.Span, out var payment))
        {
            await QueueAsync(new Begun(number, total));
        }
        else if (_lane.IsCurrent)
        {
            await QueueAsync(new Begun(number, total, payment, _lane.ContinueAsync(payment)));
        }
        else
        {
            // Those under way may have to be judged again, and come first.
            var mark = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (await TryQueueAsync(new Begun(0, 0, Mark: mark))) await mark.Task;
            await QueueAsync(new Begun(number, total, payment, _lane.RestartAsync(payment)));
        }
    }

    private async ValueTask QueueAsync(Begun begun)
    {
        if (!await TryQueueAsync(begun)) await DoneAsync(begun.Outcome);
    }

    /// <returns>False where the stream has ended meanwhile.</returns>
    private async ValueTask<bool> TryQueueAsync(Begun begun)
    {
        if (_begun.Writer.TryWrite(begun)) return true;
        while (await _begun.Writer.WaitToWriteAsync())
            if (_begun.Writer.TryWrite(begun)) return true;
        return false;
    }

    // It is judged, and nobody hears of it any more.
    private async ValueTask DoneAsync(ValueTask<PaymentOutcome?> outcome)
    {
        try
        {
            await outcome;
        }
        catch (Exception outage) when (Outages.IsOutage(outage))
        {
            _log.Outage(outage.Message);
        }
    }

    private async Task AnswerAsync()
    {
        while (await _begun.Reader.WaitToReadAsync())
        {
            while (_begun.Reader.TryRead(out var begun))
            {
                if (begun.Mark is not null) begun.Mark.SetResult();
                else await AnswerAsync(begun);
            }
            await _answers.FlushAsync();
        }
    }

    private async ValueTask AnswerAsync(Begun begun)
    {
        // Those of one commit become done one after the other: behind them all, one answer says it of them all.
        if (!begun.Outcome.IsCompleted) await Task.Yield();
        // Nobody waits for an answer while others are waited for.
        if (!begun.Outcome.IsCompleted) await _answers.FlushAsync();
        ProblemHttpResult problem;
        try
        {
            var outcome = begun.Payment is not { } payment ? new PaymentOutcome.Refused(PaymentRejection.Malformed) : await begun.Outcome ?? await _lane.RepeatAsync(payment);
            if (outcome.Paid is { } paid)
            {
                _answers.Acknowledge(begun.Number, PaymentReceipt.Of(paid));
                return;
            }
            problem = Problems.For(((PaymentOutcome.Refused)outcome).Reason);
        }
        catch (Exception outage) when (Outages.IsOutage(outage))
        {
            problem = Outages.Problem(outage, _log);
        }
        if (!_count(problem.StatusCode)) End(StreamEnd.TooManyRefusals);
        await _answers.RefuseAsync(new StreamAnswer(
            begun.Number, new PaymentReceipt(begun.Total, 0), (ushort)problem.StatusCode,
            problem.StatusCode == StatusCodes.Status503ServiceUnavailable ? Outages.RetryAfterSeconds : (ushort)0, problem.ProblemDetails.Type![Slug.ProblemPrefix.Length..]));
    }

    private async ValueTask SayGoodbyeAsync()
    {
        _timer.Change(s_goodbye, Timeout.InfiniteTimeSpan);
        var end = _end ?? StreamEnd.Done;
        try
        {
            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived) await _socket.CloseOutputAsync(end.Status, end.Words, CancellationToken.None);
        }
        catch (Exception lost) when (StreamAnswers.IsLoss(lost))
        {
            _socket.Abort();
        }
    }

    private void OnSilence()
    {
        // The second time nobody answers the goodbye, or reads what is sent to him.
        if (_end is not null || _answers.IsSending) _socket.Abort();
        End(StreamEnd.Idle);
        _timer.Change(s_goodbye, Timeout.InfiniteTimeSpan);
    }

    /// <param name="Payment">Null where it is malformed.</param>
    /// <param name="Mark">Not a payment, but a mark that says when all before it are answered.</param>
    private readonly record struct Begun(ulong Number, ulong Total, SignedPayment? Payment = null, ValueTask<PaymentOutcome?> Outcome = default, TaskCompletionSource? Mark = null);
}
