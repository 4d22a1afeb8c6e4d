using NBitcoin;
using Secp256k1;

namespace BtcChannels;

/// <summary>
/// A version of a <see cref="PayableChannel"/> that nothing is under way on. It is written over in place where it is kept: objects that each payment made anew and that lived until
/// the channel's next one would be what a garbage collector has most to do with.
/// </summary>
public readonly struct RestingChannel
{
    private const long NoPayment = -1;

    private readonly PayableFrame _frame;
    private readonly Reservations _reserved;
    private readonly MilliSatoshi _spent;
    private readonly long _total;
    private readonly Signature _signature;

    internal RestingChannel(PayableFrame frame, Balance balance, long version)
    {
        (_frame, _reserved, _spent, Version) = (frame, balance.Reserved, balance.Spent, version);
        (_total, _signature) = balance.Newest is { } newest ? (newest.Total.Satoshi, newest.Signature) : (NoPayment, default);
    }

    /// <inheritdoc cref="MerchantChannel.Version"/>
    public long Version { get; }

    /// <summary>The version itself. What it follows is not kept: it is as if it had just been read from the store.</summary>
    public PayableChannel Wake()
    {
        var newest = _total == NoPayment ? null : new SignedPayment(Money.Satoshis(_total), _signature);
        return PayableChannel.Of(_frame, new Balance(newest, _spent, _reserved), Version);
    }
}
