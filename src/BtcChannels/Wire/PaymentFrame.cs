using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using NBitcoin;
using Secp256k1;

namespace BtcChannels.Wire;

/// <summary>A payment in its binary form: the total as 8 bytes little-endian, unsigned, and the 64 bytes of the compact signature.</summary>
public static class PaymentFrame
{
    public const int Length = sizeof(ulong) + Signature.CompactLength;

    private const ulong MaxMoney = 21_000_000UL * 100_000_000UL;

    /// <summary>The total as it is written, whatever it is worth.</summary>
    public static ulong TotalOf(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadUInt64LittleEndian(frame);

    /// <returns>False for another length, a total that is 0 or more than there can be, or r or s out of range.</returns>
    public static bool TryRead(ReadOnlySpan<byte> frame, [NotNullWhen(true)] out SignedPayment? payment)
    {
        payment = null;
        if (frame.Length != Length || TotalOf(frame) is not (> 0 and <= MaxMoney and var total) || !Signature.TryParseCompact(frame[sizeof(ulong)..], out var signature)) return false;
        payment = new(Money.Satoshis((long)total), signature);
        return true;
    }

    /// <summary>Writes the first 72 bytes.</summary>
    /// <exception cref="ArgumentException">There is less room than that.</exception>
    public static void Write(SignedPayment payment, Span<byte> destination)
    {
        if (destination.Length < Length) throw new ArgumentException("A payment takes 72 bytes", nameof(destination));
        BinaryPrimitives.WriteUInt64LittleEndian(destination, (ulong)payment.Total.Satoshi);
        payment.Signature.WriteCompact(destination[sizeof(ulong)..]);
    }
}
