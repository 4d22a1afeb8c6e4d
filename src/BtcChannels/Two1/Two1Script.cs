using System.Diagnostics.CodeAnalysis;
using NBitcoin;

namespace BtcChannels.Two1;

/// <summary>
/// A redeem script as 21's parser takes it: the template of <see cref="RedeemScript"/>, its expiry as bytes without a sign. From 2^31 on consensus reads four of them as a
/// negative number, which no refund could ever satisfy.
/// </summary>
/// <param name="MerchantKey">Compressed.</param>
/// <param name="CustomerKey">Compressed.</param>
/// <param name="Expiry">As it is written, UNIX seconds.</param>
/// <param name="Script">The bytes.</param>
public sealed record Two1Script(PubKey MerchantKey, PubKey CustomerKey, uint Expiry, Script Script)
{
    private const int Elements = 10;

    // With a sign of its own a time from 2^31 takes five.
    private const int MaxExpiryBytes = 5;

    /// <summary>Whether it is, to the byte, what both sides mean by it.</summary>
    public bool IsSound => Expiry is > 0 and <= Two1Protocol.LastExpiry && RedeemScript.Build(MerchantKey, CustomerKey, new Expiry(Expiry)) == Script;

    public static bool TryRead(Script script, [NotNullWhen(true)] out Two1Script? read)
    {
        read = null;
        var ops = script.ToOps().Take(Elements + 1).ToList();
        if (ops.Count != Elements || !TryReadKey(ops[1], out var merchant) || !TryReadKey(ops[8], out var customer)) return false;
        if (ops[4].IsInvalid || ops[4].PushData is not { Length: > 0 and <= MaxExpiryBytes } bytes || bytes is [_, _, _, _, not 0]) return false;
        var template = new Script(
            OpcodeType.OP_IF, Op.GetPushOp(merchant.ToBytes()), OpcodeType.OP_CHECKSIGVERIFY, OpcodeType.OP_ELSE, ops[4], OpcodeType.OP_CHECKLOCKTIMEVERIFY,
            OpcodeType.OP_DROP, OpcodeType.OP_ENDIF, Op.GetPushOp(customer.ToBytes()), OpcodeType.OP_CHECKSIG);
        if (template != script) return false;
        uint expiry = 0;
        for (var i = 0; i < Math.Min(bytes.Length, sizeof(uint)); i++) expiry |= (uint)bytes[i] << (8 * i);
        read = new(merchant, customer, expiry, script);
        return true;
    }

    private static bool TryReadKey(Op push, [NotNullWhen(true)] out PubKey? key)
    {
        key = null;
        return push.PushData is { Length: 33 } bytes && PubKey.TryCreatePubKey(bytes, out key);
    }
}
