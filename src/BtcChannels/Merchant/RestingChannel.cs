using NBitcoin;
using Secp256k1;

namespace BtcChannels;

/// <summary>
/// A version of a <see cref="PayableChannel"/> in as little room as it takes, for keeping the newest that is stored. It is written over in place: objects that each payment makes anew,
/// and that live until the channel's next payment, are what a garbage collector works hardest on.
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
