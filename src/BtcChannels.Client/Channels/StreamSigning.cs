namespace BtcChannels.Client;

/// <summary>Signs the payments of a stream, several at a time, and stores the newest of them before anything else happens: its total holds the others'.</summary>
internal sealed class StreamSigning(CustomerRuntime run, ChannelPaying paying, ChannelId id) : IDisposable
{
    private CustomerChannel? _channel;
    private PaymentSigner? _signer;

    /// <returns>Those that are signed and stored, in order. The others have their result.</returns>
    public async Task<IReadOnlyList<WantedPayment>> SignAsync(IReadOnlyList<WantedPayment> batch, CancellationToken ct)
    {
        using var alone = await run.LockAsync(id, ct);
        while (true)
        {
            _channel ??= await run.Book.FindAsync(id, ct);
            if (_channel is not { State: CustomerState.Active active } before)
            {
                foreach (var payment in batch) payment.Tell(_channel is null ? new PayResult.ChannelUnknown() : new PayResult.NotActive(_channel.State));
                return [];
            }
            _signer ??= run.Keys.SignerOf(before, active.PayoutScript);
            var channel = paying.WithAnswer(before);
            var signed = new List<(WantedPayment Payment, CustomerChannel Channel)>(batch.Count);
            var faults = new List<(WantedPayment Payment, PayResult Fault)>();
            foreach (var payment in batch)
            {
                if (paying.Fault(channel, payment.Amount, active.PayoutScript) is { } fault)
                {
                    faults.Add((payment, fault));
                    continue;
                }
                channel = channel with { Newest = _signer.Pay(channel.Authorized + payment.Amount), NewestIsVoucher = false, Version = before.Version + 1 };
                signed.Add((payment, channel));
            }
            if (signed.Count > 0 && !await StoreAsync(channel, before.Version, ct))
            {
                _channel = null;   // another write came first: these signatures never leave here
                continue;
            }
            if (signed.Count > 0) _channel = channel;
            foreach (var (payment, fault) in faults) payment.Tell(fault);
            foreach (var (payment, after) in signed) payment.Signed = after;
            return [.. signed.Select(it => it.Payment)];
        }
    }

    public void Dispose() => _signer?.Dispose();

    // From here on it is not to be given up: whether it was stored would not be known.
    private Task<bool> StoreAsync(CustomerChannel channel, long fromVersion, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        return run.Book.WriteAsync(store => store.TryWritePaymentAsync(channel, fromVersion, CancellationToken.None), CancellationToken.None);
    }
}
