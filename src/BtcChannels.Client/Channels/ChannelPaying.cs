using System.Collections.Concurrent;
using BtcChannels.Storage;
using BtcChannels.Wire;
using NBitcoin;

namespace BtcChannels.Client;

/// <summary>
/// Pays. A signature sent is money spent: it is stored before it is sent, a lost reply is repaired by sending the same bytes again, and while an
/// answer is missing nothing further is signed.
/// </summary>
internal sealed class ChannelPaying(CustomerRuntime run)
{
    // By the channel's key: totals that were acknowledged, and are not stored as that yet. Lost, they cost one payment sent twice.
    private readonly ConcurrentDictionary<uint, Money> _answered = new();
    private int _streams;

    /// <summary>
    /// Until disposed of, the store stays open, and an answer is stored together with the payment after it: half the writes. A crash in between
    /// sends the last payment again, which is harmless.
    /// </summary>
    public async Task<IAsyncDisposable> StreamAsync(CancellationToken ct)
    {
        var hold = await run.Book.HoldAsync(ct);
        Interlocked.Increment(ref _streams);
        return new Stream(this, hold);
    }

    public async Task<PayResult> PayAsync(ChannelId id, Money amount, TimeSpan patience, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(amount, Money.Satoshis(1L), nameof(amount));
        using var alone = await run.LockAsync(id, ct);
        while (await run.Book.FindAsync(id, ct) is { } found)
        {
            var channel = found;
            if (channel.State is not CustomerState.Active active) return new PayResult.NotActive(channel.State);
            channel = WithAnswer(channel);
            if (channel.HasUnanswered)
            {
                var earlier = await SendAsync(channel, isEarlier: true, patience, ct);
                if (earlier is not PayResult.Paid) return earlier;
                continue;
            }
            if (IsShallow(channel))
            {
                channel = await WaitUntilDeepAsync(channel, patience, ct);
                if (IsShallow(channel)) return new PayResult.NotYet(Confirmations(channel), channel.Confirmations);
                continue;
            }
            if (Fault(channel, amount, active.PayoutScript) is { } fault) return fault;

            var signed = channel with { Newest = run.Keys.Pay(channel, channel.Authorized + amount, active.PayoutScript), NewestIsVoucher = false };
            var token = channel.Door is CustomerDoor.Two1 ? Two1Paying.TokenOf(signed, amount, null) : null;
            if (!await run.Book.WriteAsync(store => store.TryWritePaymentAsync(signed, channel.Version, ct, token), ct)) continue;
            _answered.TryRemove(channel.KeyIndex, out _);
            return await SendAsync(signed with { Version = channel.Version + 1 }, isEarlier: false, patience, ct);
        }
        return new PayResult.ChannelUnknown();
    }

    /// <summary>Sends the newest payment again if no answer to it is known.</summary>
    public async Task<PayResult> ResendAsync(ChannelId id, TimeSpan patience, CancellationToken ct)
    {
        using var alone = await run.LockAsync(id, ct);
        if (await run.Book.FindAsync(id, ct) is not { } channel) return new PayResult.ChannelUnknown();
        return channel is { HasUnanswered: true, NewestIsVoucher: false } ? await SendAsync(channel, isEarlier: false, patience, ct) : new PayResult.Paid(channel);
    }

    /// <summary>The caller holds the channel's lock.</summary>
    public async Task<PayResult> SendAsync(CustomerChannel channel, bool isEarlier, TimeSpan patience, CancellationToken ct)
    {
        var newest = channel.Newest ?? throw new InvalidOperationException("There is nothing to send");
        var reply = await run.InsistAsync(async again => Judge(await run.PayAsync(channel, newest, again), channel), patience, ct);
        if (reply is MerchantReply<PaymentAnswer>.Success)
        {
            Note(channel);
            return new PayResult.Paid(Volatile.Read(ref _streams) > 0 ? channel with { Acknowledged = newest.Total } : await StoreAnswerAsync(channel, ct));
        }

        // Another process may have had the answer, and gone on from there.
        channel = await run.Book.RereadAsync(channel, ct);
        if (channel.Acknowledged >= newest.Total) return new PayResult.Paid(channel);
        if (channel.Door is CustomerDoor.Two1 && reply is MerchantReply<PaymentAnswer>.Refused { Refusal: { } over } && Two1Refusals.IsOver(over.Problem)) channel = await GiveUpAsync(channel, ct);
        return reply is MerchantReply<PaymentAnswer>.Refused refused
            ? new PayResult.Refused(channel, refused.Refusal, isEarlier)
            : new PayResult.Unanswered(channel, reply.Words, isEarlier);
    }

    /// <summary>The newest payment of the channel is acknowledged.</summary>
    public void Note(CustomerChannel channel) => _answered.AddOrUpdate(channel.KeyIndex, static (_, total) => total, static (_, before, total) => Money.Max(before, total), channel.Authorized);

    /// <summary>The newest payment of the channel is acknowledged, and that is stored, or will be with the next payment while the store is held.</summary>
    public async Task AcknowledgeAsync(CustomerChannel channel, CancellationToken ct)
    {
        Note(channel);
        if (Volatile.Read(ref _streams) == 0) await StoreAnswerAsync(channel, ct);
    }

    /// <summary>A newer payment was stored, and what was acknowledged with it.</summary>
    public void Forget(CustomerChannel channel) => _answered.TryRemove(channel.KeyIndex, out _);

    /// <summary>The channel with what was acknowledged and is not stored as that yet.</summary>
    public CustomerChannel WithAnswer(CustomerChannel channel) =>
        _answered.TryGetValue(channel.KeyIndex, out var total) && total > channel.Acknowledged && total <= channel.Authorized ? channel with { Acknowledged = total } : channel;

    private async Task<CustomerChannel> StoreAnswerAsync(CustomerChannel channel, CancellationToken ct)
    {
        while (WithAnswer(channel) is var next && next != channel)
        {
            channel = await run.Book.WriteAsync(store => store.TryWritePaymentAsync(next, channel.Version, ct), ct)
                ? next with { Version = channel.Version + 1 }
                : await run.Book.RereadAsync(channel, ct);
        }
        _answered.TryRemove(channel.KeyIndex, out _);
        return channel;
    }

    private async Task EndStreamAsync(ChannelBook.Hold hold)
    {
        await using (hold)
        {
            Interlocked.Decrement(ref _streams);
            foreach (var channel in await hold.Store.UnfinishedAsync(CancellationToken.None)) await StoreAnswerAsync(channel, CancellationToken.None);
        }
    }

    /// <summary>An answer about something else is no answer.</summary>
    private static MerchantReply<PaymentAnswer> Judge(MerchantReply<PaymentAnswer> reply, CustomerChannel channel) =>
        reply is MerchantReply<PaymentAnswer>.Success { Answer: { } answer } && (answer.Channel != channel.Id.ToString() || answer.TotalSat != channel.Authorized.Satoshi)
            ? new MerchantReply<PaymentAnswer>.NoAnswer("The merchant answered about another payment")
            : reply;

    /// <summary>Why an amount is not signed; null where it can be.</summary>
    public PayResult? Fault(CustomerChannel channel, Money amount, Script payout)
    {
        var least = channel.LeastTotal(payout);
        return IsExpired(channel) ? new PayResult.Expired(channel.Terms.Expiry)
            : amount > channel.Remaining ? new PayResult.OverCapacity(channel.Remaining)
            : channel.Authorized + amount < least ? new PayResult.BelowDust(least - channel.Authorized)
            : null;
    }

    /// <summary>The merchant takes nothing more in it: he is asked for the close, and what he had is seen in the chain.</summary>
    public async Task<CustomerChannel> GiveUpAsync(CustomerChannel channel, CancellationToken ct) =>
        (await run.Updater.ApplyAsync(channel, new CustomerEvent.CloseWanted(), run.Follower.Tip ?? await run.Options.Chain.GetTipAsync(ct), ct)).Channel;

    private bool IsExpired(CustomerChannel channel)
    {
        var clock = run.Clock;
        return run.Follower.Tip is { } tip ? channel.Terms.Expiry.IsWithin(TimeSpan.Zero, new Moment(clock, tip, clock)) : clock >= channel.Terms.Expiry.Value;
    }

    private int Confirmations(CustomerChannel channel) =>
        channel.DepositHeight is { } height && run.Follower.Tip is { } tip ? Math.Max(0, tip.ConfirmationsOf(height)) : 0;

    /// <summary>Whether the deposit is not deep enough yet.</summary>
    public bool IsShallow(CustomerChannel channel) => Confirmations(channel) < channel.Confirmations;

    private async Task<CustomerChannel> WaitUntilDeepAsync(CustomerChannel channel, TimeSpan patience, CancellationToken ct)
    {
        var clock = run.Options.Clock;
        for (var begin = clock.GetTimestamp(); ; await run.Options.Chain.WaitAsync(ct))
        {
            await run.Follower.SyncAsync(ct);
            channel = await run.Book.RereadAsync(channel, ct);
            if (!IsShallow(channel) || channel.State is not CustomerState.Active || clock.GetElapsedTime(begin) >= patience) return channel;
        }
    }

    private sealed class Stream(ChannelPaying paying, ChannelBook.Hold hold) : IAsyncDisposable
    {
        private ChannelPaying? _paying = paying;

        public ValueTask DisposeAsync() => Interlocked.Exchange(ref _paying, null) is { } held ? new(held.EndStreamAsync(hold)) : ValueTask.CompletedTask;
    }
}
