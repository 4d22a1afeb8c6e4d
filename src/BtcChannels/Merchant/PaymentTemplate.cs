using System.Buffers.Binary;
using System.Security.Cryptography;
using NBitcoin;
using Secp256k1;

namespace BtcChannels;

/// <summary>
/// What all payments of a channel have in common, worked out once: of the bytes that a payment signs, only the amounts change, and which of the
/// two outputs there are. <see cref="MerchantChannel.PaymentOf"/> says what is signed; this is the fast way to the hash of it. It refers to nothing
/// of the channel that it was made from, so that it costs little to keep.
/// </summary>
internal sealed class PaymentTemplate
{
    private const int Version = 1;
    private const uint FinalSequence = 0xffff_ffff;
    private const uint LockTime = 0;
    private const uint SigHashAll = 1;
    private const int TxidLength = 32;

    // What two outputs of standard scripts need; others find room on the heap.
    private const int MaxOnStack = 512;

    private readonly PublicKey? _customerKey;
    private readonly byte[] _head;
    private readonly byte[] _toMerchant;
    private readonly byte[] _toCustomer;
    private readonly long _customerDust;

    public PaymentTemplate(MerchantChannel channel) : this(channel.Terms, channel.Deposit, channel.PayoutScript, channel.CustomerScript) { }

    public PaymentTemplate(ChannelTerms terms, Deposit deposit, Script payoutScript, Script customerScript)
    {
        _customerKey = PublicKey.TryParse(terms.CustomerKey.ToBytes(), out var key) ? key : null;
        _head = Head(deposit.OutPoint, terms.RedeemScript);
        _toMerchant = WithLength(payoutScript);
        _toCustomer = WithLength(customerScript);
        _customerDust = StandardScript.DustThreshold(customerScript).Satoshi;
        MerchantDust = StandardScript.DustThreshold(payoutScript).Satoshi;
        Capacity = (deposit.Value - terms.CloseFee).Satoshi;
    }

    private PaymentTemplate(PaymentTemplate other, long capacity)
    {
        (_customerKey, _head, _toMerchant, _toCustomer, _customerDust) = (other._customerKey, other._head, other._toMerchant, other._toCustomer, other._customerDust);
        (MerchantDust, Capacity) = (other.MerchantDust, capacity);
    }

    /// <summary>Satoshi.</summary>
    public long Capacity { get; }

    /// <summary>The same with another fee.</summary>
    public PaymentTemplate With(Money capacity) => capacity.Satoshi == Capacity ? this : new(this, capacity.Satoshi);

    /// <summary>The least that the merchant's output is relayed with, satoshi.</summary>
    public long MerchantDust { get; }

    /// <summary>Whether the customer's key signed this payment.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The total is negative or above the capacity.</exception>
    public bool IsSigned(SignedPayment payment)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        WriteHash(payment.Total.Satoshi, hash);
        return _customerKey is not null && _customerKey.Verify(hash, payment.Signature);
    }

    /// <summary>The legacy SIGHASH_ALL hash of the payment, in the order that curves and nodes take it.</summary>
    /// <param name="total">0 to the capacity, satoshi.</param>
    /// <exception cref="ArgumentOutOfRangeException">The total is negative or above the capacity.</exception>
    public void WriteHash(long total, Span<byte> hash32)
    {
        if (total < 0 || total > Capacity) throw new ArgumentOutOfRangeException(nameof(total), $"{total} sat is outside 0 to {Capacity}");
        var length = _head.Length + 1 + (2 * sizeof(long)) + _toMerchant.Length + _toCustomer.Length + (2 * sizeof(uint));
        var signed = length <= MaxOnStack ? stackalloc byte[MaxOnStack] : new byte[length];
        var rest = signed;
        _head.CopyTo(Take(ref rest, _head.Length));
        var count = Take(ref rest, 1);
        count[0] = (byte)(WriteOutput(ref rest, total, MerchantDust, _toMerchant) + WriteOutput(ref rest, Capacity - total, _customerDust, _toCustomer));
        BinaryPrimitives.WriteUInt32LittleEndian(Take(ref rest, sizeof(uint)), LockTime);
        BinaryPrimitives.WriteUInt32LittleEndian(Take(ref rest, sizeof(uint)), SigHashAll);
        Span<byte> once = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(signed[..^rest.Length], once);
        SHA256.HashData(once, hash32);
    }

    // How many outputs that made: a share below dust, and nothing at all, is none.
    private static int WriteOutput(ref Span<byte> rest, long share, long dust, byte[] script)
    {
        if (share < dust || share == 0) return 0;
        BinaryPrimitives.WriteInt64LittleEndian(Take(ref rest, sizeof(long)), share);
        script.CopyTo(Take(ref rest, script.Length));
        return 1;
    }

    private static Span<byte> Take(ref Span<byte> rest, int count)
    {
        var taken = rest[..count];
        rest = rest[count..];
        return taken;
    }

    private static byte[] Head(OutPoint outPoint, Script redeem)
    {
        var script = WithLength(redeem);
        var head = new byte[sizeof(int) + 1 + TxidLength + sizeof(uint) + script.Length + sizeof(uint)];
        var rest = head.AsSpan();
        BinaryPrimitives.WriteInt32LittleEndian(Take(ref rest, sizeof(int)), Version);
        Take(ref rest, 1)[0] = 1;
        outPoint.Hash.ToBytes().CopyTo(Take(ref rest, TxidLength));
        BinaryPrimitives.WriteUInt32LittleEndian(Take(ref rest, sizeof(uint)), outPoint.N);
        script.CopyTo(Take(ref rest, script.Length));
        BinaryPrimitives.WriteUInt32LittleEndian(rest, FinalSequence);
        return head;
    }

    // As an output or an input has it: its length before it.
    private static byte[] WithLength(Script script) => new TxOut(Money.Zero, script).ToBytes()[sizeof(long)..];
}
