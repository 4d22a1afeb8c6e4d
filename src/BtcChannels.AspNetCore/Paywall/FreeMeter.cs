using BtcChannels.Paywall;

namespace BtcChannels.AspNetCore.Paywall;

/// <summary>Of a request that costs nothing.</summary>
internal sealed class FreeMeter : IPaymentMeter
{
    public MilliSatoshi UnitPrice => MilliSatoshi.Zero;

    public long Units { get; private set; }

    public bool IsChargedAtEnd { get; set; }

    public Func<NeedVoucher, CancellationToken, ValueTask>? Paused { get; set; }

    public ValueTask<bool> ChargeAsync(long units, CancellationToken ct = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(units, 1);
        Units = checked(Units + units);
        return ValueTask.FromResult(true);
    }

    public ValueTask<long> ChargeUpToAsync(long most, CancellationToken ct = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        Units = checked(Units + most);
        return ValueTask.FromResult(most);
    }

    public void MarkDelivered() { }

    public ValueTask<SessionReceipt?> FinishAsync() => ValueTask.FromResult<SessionReceipt?>(null);
}
