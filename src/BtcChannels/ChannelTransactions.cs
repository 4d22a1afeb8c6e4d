using NBitcoin;
using Secp256k1;

namespace BtcChannels;

/// <summary>The transactions that spend a deposit of kind <see cref="ChannelKind.P2sh"/>. Same arguments, same bytes: no clock or network within reach.</summary>
public static class ChannelTransactions
{
    /// <summary>A close with two P2PKH outputs, vB. Other outputs differ by a few bytes, which the fee's safety factor covers.</summary>
    public const int CloseVirtualSize = 346;

    /// <summary>
    /// The largest close there is, vB: outputs P2WPKH and P2WSH or P2TR, an expiry of five bytes, and both signatures 71 bytes of DER.
    /// </summary>
    public const int LargestCloseVirtualSize = 355;

    /// <summary>A refund to P2PKH, vB.</summary>
    public const int RefundVirtualSize = 240;

    private const byte SigHashAll = 0x01;

    /// <summary>The payment without signatures: version 1, lock time 0, one final input; merchant first, customer second, a zero share left out.</summary>
    public static Transaction Payment(Deposit deposit, CloseSplit split, Script merchantScript, Script customerScript)
    {
        var payment = Spend(deposit, lockTime: 0, Sequence.Final);
        if (split.ToMerchant > Money.Zero) payment.Outputs.Add(new TxOut(split.ToMerchant, merchantScript));
        if (split.ToCustomer > Money.Zero) payment.Outputs.Add(new TxOut(split.ToCustomer, customerScript));
        var paid = payment.Outputs.Select(output => output.Value).Sum();
        return paid + split.Fee == deposit.Value ? payment
            : throw new InvalidOperationException($"Value appeared or vanished: {deposit.Value.Satoshi} sat became {paid.Satoshi} and fee {split.Fee.Satoshi}");
    }

    /// <summary>What a spend of the deposit signs: the legacy SIGHASH_ALL hash of its only input.</summary>
    public static uint256 SignatureHash(Transaction spend, ChannelTerms terms) => spend.GetSignatureHash(terms.RedeemScript, 0, SigHash.All);

    /// <summary>The payment as 21's customers send it: <c>customer OP_1 redeem</c>.</summary>
    public static Transaction HalfSigned(Transaction payment, ChannelTerms terms, Signature customer) =>
        WithScriptSig(payment, Push(customer), OpcodeType.OP_1, Push(terms.RedeemScript));

    /// <summary>The close: <c>customer merchant OP_1 redeem</c>.</summary>
    public static Transaction Close(Transaction payment, ChannelTerms terms, Signature customer, Signature merchant) =>
        WithScriptSig(payment, Push(customer), Push(merchant), OpcodeType.OP_1, Push(terms.RedeemScript));

    /// <summary>The refund, unsigned: lock time at expiry, and a sequence that is not final, since only that enforces it (BIP65).</summary>
    /// <param name="fee">Satoshi, above 0 and leaving more than dust.</param>
    /// <exception cref="ArgumentOutOfRangeException">The fee leaves nothing that would be relayed.</exception>
    public static Transaction UnsignedRefund(Deposit deposit, ChannelTerms terms, Money fee, Script customerScript)
    {
        var value = deposit.Value - fee;
        if (fee <= Money.Zero || value < StandardScript.DustThreshold(customerScript))
            throw new ArgumentOutOfRangeException(nameof(fee), $"A fee of {fee.Satoshi} sat leaves {value.Satoshi} of {deposit.Value.Satoshi} sat");
        var refund = Spend(deposit, terms.Expiry.LockTime, Sequence.FeeSnipping);
        refund.Outputs.Add(new TxOut(value, customerScript));
        return refund;
    }

    /// <summary>The refund: <c>customer OP_0 redeem</c>.</summary>
    public static Transaction Refund(Transaction refund, ChannelTerms terms, Signature customer) =>
        WithScriptSig(refund, Push(customer), OpcodeType.OP_0, Push(terms.RedeemScript));

    /// <summary>
    /// Whether a spend of the deposit took the customer's branch. Its script can be changed by third parties, but not what it signs: the
    /// branch of expiry needs the lock time and a sequence that is not final, and the merchant signs neither.
    /// </summary>
    public static bool IsRefund(Transaction spend, Deposit deposit, ChannelTerms terms)
    {
        var input = spend.Inputs.Single(it => it.PrevOut == deposit.OutPoint);
        return input.Sequence != Sequence.Final && spend.LockTime.Value >= terms.Expiry.Value;
    }

    // The network only chooses a serializer, and Bitcoin's networks share one.
    private static Transaction Spend(Deposit deposit, LockTime lockTime, Sequence sequence)
    {
        var spend = Transaction.Create(Network.Main);
        spend.Version = 1;
        spend.LockTime = lockTime;
        spend.Inputs.Add(new TxIn(deposit.OutPoint) { Sequence = sequence });
        return spend;
    }

    private static Transaction WithScriptSig(Transaction unsigned, params Op[] ops)
    {
        var signed = unsigned.Clone();
        signed.Inputs[0].ScriptSig = new Script(ops);
        return signed;
    }

    private static Op Push(Signature signature) => Op.GetPushOp([.. signature.ToDer(), SigHashAll]);
    private static Op Push(Script script) => Op.GetPushOp(script.ToBytes());
}
