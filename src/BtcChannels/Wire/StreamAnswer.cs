using System.Buffers.Binary;
using System.Text;

namespace BtcChannels.Wire;

/// <summary>
/// What a merchant says in a stream, in 64 bytes: that all payments up to one are on his disk, or that one is refused. Numbers are little-endian:
/// 8 bytes the payment's number, 8 and 8 the <see cref="PaymentReceipt"/>, 2 the status, 2 the seconds until it is worth repeating, 36 the problem in ASCII and zeros.
/// </summary>
/// <param name="Number">The payment's number in the stream, from 1.</param>
/// <param name="Receipt">As of that payment; in a refusal, the total that was sent, and 0.</param>
/// <param name="Status">HTTP's: 200 for an acknowledgement.</param>
/// <param name="RetryAfter">Seconds; 0 where nothing is said of that.</param>
/// <param name="Problem">The name of a problem; empty in an acknowledgement.</param>
public readonly record struct StreamAnswer(ulong Number, PaymentReceipt Receipt, ushort Status, ushort RetryAfter, string Problem)
{
    public const int Length = ProblemAt + MaxProblem;

    /// <summary>Bytes that a problem's name may take.</summary>
    public const int MaxProblem = 36;

    private const int StatusAt = sizeof(ulong) + PaymentReceipt.Length;
    private const int RetryAt = StatusAt + sizeof(ushort);
    private const int ProblemAt = RetryAt + sizeof(ushort);
    private const ushort Ok = 200;

    public bool IsAcknowledgement => Status == Ok;

    /// <summary>All payments up to this one that were not refused are on disk.</summary>
    public static StreamAnswer Acknowledge(ulong number, PaymentReceipt receipt) => new(number, receipt, Ok, 0, "");

    /// <exception cref="ArgumentOutOfRangeException">There are fewer bytes than that.</exception>
    public static StreamAnswer Read(ReadOnlySpan<byte> frame) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(frame), PaymentReceipt.Read(frame[sizeof(ulong)..]), BinaryPrimitives.ReadUInt16LittleEndian(frame[StatusAt..]),
        BinaryPrimitives.ReadUInt16LittleEndian(frame[RetryAt..]), Encoding.ASCII.GetString(frame[ProblemAt..Length].TrimEnd((byte)0)));

    /// <exception cref="ArgumentException">There is less room than that, or the problem's name is longer.</exception>
    public void Write(Span<byte> destination)
    {
        var frame = destination[..Length];
        BinaryPrimitives.WriteUInt64LittleEndian(frame, Number);
        Receipt.Write(frame[sizeof(ulong)..]);
        BinaryPrimitives.WriteUInt16LittleEndian(frame[StatusAt..], Status);
        BinaryPrimitives.WriteUInt16LittleEndian(frame[RetryAt..], RetryAfter);
        frame[ProblemAt..].Clear();
        Encoding.ASCII.GetBytes(Problem, frame[ProblemAt..]);
    }
}
