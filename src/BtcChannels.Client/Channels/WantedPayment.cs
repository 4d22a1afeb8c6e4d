using NBitcoin;

namespace BtcChannels.Client;

/// <summary>A payment that was asked for, from then until its result.</summary>
internal sealed class WantedPayment(Money amount, CancellationToken ct)
{
    // Whoever waits must not run in the place of what reads or writes.
    private readonly TaskCompletionSource<PayResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Money Amount => amount;

    public Task<PayResult> Result => _result.Task;

    /// <summary>The channel with this payment signed, from then on.</summary>
    public CustomerChannel? Signed { get; set; }

    public void Tell(PayResult result) => _result.TrySetResult(result);

    public void Fail(Exception fault) => _result.TrySetException(fault);

    /// <summary>Whether it was withdrawn before it was signed.</summary>
    public bool IsWithdrawn() => ct.IsCancellationRequested && _result.TrySetCanceled(ct);
}
