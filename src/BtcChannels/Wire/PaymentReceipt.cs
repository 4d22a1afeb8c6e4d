using System.Buffers.Binary;

namespace BtcChannels.Wire;

/// <summary>The answer to a payment in binary form: 16 bytes, both numbers little-endian.</summary>
/// <param name="TotalSat">What is authorized now: the payment's total.</param>
/// <param name="SpentMsat">What is spent of it.</param>
public readonly record struct PaymentReceipt(ulong TotalSat, ulong SpentMsat)
{
    public const int Length = 2 * sizeof(ulong);

    public static PaymentReceipt Of(PayableChannel channel) => new((ulong)channel.Balance.Authorized.Satoshi, (ulong)channel.Balance.Spent.Value);

    /// <exception cref="ArgumentOutOfRangeException">There are fewer bytes than that.</exception>
    public static PaymentReceipt Read(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[sizeof(ulong)..]));

    /// <inheritdoc cref="Read"/>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, TotalSat);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[sizeof(ulong)..], SpentMsat);
    }
}
