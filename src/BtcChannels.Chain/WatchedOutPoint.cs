using System.Buffers.Binary;
using NBitcoin;

namespace BtcChannels.Chain;

/// <summary>An outpoint by value, 40 bytes without an object of its own: nobody can change it, and a million of them are no million objects.</summary>
internal readonly struct WatchedOutPoint : IEquatable<WatchedOutPoint>
{
    private const int TxidLength = 32;

    private readonly ulong _a, _b, _c, _d;
    private readonly uint _index;

    public WatchedOutPoint(OutPoint outPoint)
    {
        Span<byte> txid = stackalloc byte[TxidLength];
        outPoint.Hash.ToBytes(txid);
        _a = BinaryPrimitives.ReadUInt64LittleEndian(txid);
        _b = BinaryPrimitives.ReadUInt64LittleEndian(txid[8..]);
        _c = BinaryPrimitives.ReadUInt64LittleEndian(txid[16..]);
        _d = BinaryPrimitives.ReadUInt64LittleEndian(txid[24..]);
        _index = outPoint.N;
    }

    public OutPoint ToOutPoint()
    {
        Span<byte> txid = stackalloc byte[TxidLength];
        BinaryPrimitives.WriteUInt64LittleEndian(txid, _a);
        BinaryPrimitives.WriteUInt64LittleEndian(txid[8..], _b);
        BinaryPrimitives.WriteUInt64LittleEndian(txid[16..], _c);
        BinaryPrimitives.WriteUInt64LittleEndian(txid[24..], _d);
        return new OutPoint(new uint256(txid), _index);
    }

    public bool Equals(WatchedOutPoint other) => _a == other._a && _b == other._b && _c == other._c && _d == other._d && _index == other._index;

    public override bool Equals(object? obj) => obj is WatchedOutPoint other && Equals(other);

    // Seeded for each process: whoever makes up txids cannot have them collide.
    public override int GetHashCode() => HashCode.Combine(_a, _b, _c, _d, _index);
}
