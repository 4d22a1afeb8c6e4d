using System.Diagnostics.CodeAnalysis;
using NBitcoin;

namespace BtcChannels;

/// <summary>
/// The script of a channel of kind <see cref="ChannelKind.P2sh"/>, 21's, byte for byte:
/// <c>IF merchant CHECKSIGVERIFY ELSE expiry CHECKLOCKTIMEVERIFY DROP ENDIF customer CHECKSIG</c>.
/// </summary>
public static class RedeemScript
{
    private const int Length = 10;

    public static Script Build(PubKey merchantKey, PubKey customerKey, Expiry expiry) => new(
        OpcodeType.OP_IF,
        Op.GetPushOp(merchantKey.ToBytes()),
        OpcodeType.OP_CHECKSIGVERIFY,
        OpcodeType.OP_ELSE,
        expiry.Push,
        OpcodeType.OP_CHECKLOCKTIMEVERIFY,
        OpcodeType.OP_DROP,
        OpcodeType.OP_ENDIF,
        Op.GetPushOp(customerKey.ToBytes()),
        OpcodeType.OP_CHECKSIG);

    /// <summary>Reads a script that <see cref="Build"/> could have written; false for every other.</summary>
    public static bool TryParse(Script script, [NotNullWhen(true)] out PubKey? merchantKey, [NotNullWhen(true)] out PubKey? customerKey, out Expiry expiry)
    {
        (merchantKey, customerKey, expiry) = (null, null, default);
        var ops = script.ToOps().Take(Length + 1).ToList();
        if (ops.Count != Length || !TryReadKey(ops[1], out var merchant) || !TryReadKey(ops[8], out var customer) || !Expiry.TryParse(ops[4], out var end))
            return false;
        if (Build(merchant, customer, end) != script) return false;
        (merchantKey, customerKey, expiry) = (merchant, customer, end);
        return true;
    }

    private static bool TryReadKey(Op push, [NotNullWhen(true)] out PubKey? key)
    {
        key = null;
        return push.PushData is { Length: 33 } bytes && PubKey.TryCreatePubKey(bytes, out key);
    }
}
