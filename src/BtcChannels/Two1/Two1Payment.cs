using NBitcoin;
using Secp256k1;

namespace BtcChannels.Two1;

/// <summary>What a customer sends as a payment, as far as it can be read without knowing the channel.</summary>
/// <param name="Transaction">Half signed, or whatever it is.</param>
/// <param name="Script">The last element of its first input, where that is a channel's script.</param>
public sealed record Two1Payment(Transaction Transaction, Two1Script? Script)
{
    public static Two1Payment Of(Transaction transaction) => new(
        transaction,
        transaction.Inputs.Count > 0 && transaction.Inputs[0].ScriptSig.ToOps().LastOrDefault() is { IsInvalid: false, PushData: { } bytes } && Two1Script.TryRead(new Script(bytes), out var script) ? script : null);

    /// <summary>Whether the first element is a signature of all of it by the customer's key in its script; S may be high.</summary>
    public bool IsSigned =>
        Script is not null && HalfSignedPayment.TryReadSignature(Transaction.Inputs[0].ScriptSig, out var signature)
        && PublicKey.TryParse(Script.CustomerKey.ToBytes(), out var key) && key.Verify(Transaction.GetSignatureHash(Script.Script, 0, SigHash.All).ToBytes(), signature.Normalize());

    /// <summary>Whether its input is signature, OP_1 and script.</summary>
    public bool HasShape =>
        Transaction.Inputs[0].ScriptSig.ToOps().Take(4).ToList() is [{ PushData.Length: > 1 }, { Code: OpcodeType.OP_1 }, { PushData.Length: > 1 }];
}

/// <summary>What becomes of a payment by the two1 door.</summary>
public abstract record Two1PaymentOutcome
{
    private Two1PaymentOutcome() { }

    /// <summary>It is good. It may be answered once <paramref name="Next"/> and <paramref name="Token"/> are stored.</summary>
    public sealed record Accepted(PayableChannel Next, PaymentToken Token) : Two1PaymentOutcome;

    /// <summary>It is the newest accepted one again, to the byte: the same token, in every state.</summary>
    public sealed record AlreadyAccepted(PayableChannel Same) : Two1PaymentOutcome;

    public sealed record Refused(Two1PaymentRejection Reason) : Two1PaymentOutcome;
}
