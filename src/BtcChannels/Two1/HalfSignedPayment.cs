using System.Diagnostics.CodeAnalysis;
using NBitcoin;
using Secp256k1;

namespace BtcChannels.Two1;

/// <summary>
/// A payment as 21's customers send it: the whole transaction with their signature alone. Its id names the payment, and is the token that pays for a resource. The merchant's
/// output comes first and pays the hash of his key in the redeem script, the customer's second, his; both are always there.
/// </summary>
/// <param name="Payment">Total and signature.</param>
/// <param name="Fee">What the deposit leaves for the miners, satoshi: each payment chooses it anew.</param>
public sealed record HalfSignedPayment(SignedPayment Payment, Money Fee)
{
    /// <summary>The merchant's output of such a channel.</summary>
    public static Script MerchantScript(ChannelTerms terms) => terms.MerchantKey.Hash.ScriptPubKey;

    /// <summary>The customer's.</summary>
    public static Script CustomerScript(ChannelTerms terms) => terms.CustomerKey.Hash.ScriptPubKey;

    /// <summary>The payment's transaction without a signature: what <see cref="ChannelTransactions.SignatureHash"/> is taken of.</summary>
    /// <param name="terms">Their close fee is the payment's.</param>
    /// <param name="deposit">The output that is spent.</param>
    /// <param name="total">Satoshi.</param>
    /// <exception cref="ArgumentOutOfRangeException">It leaves merchant or customer less than an output is relayed with.</exception>
    public static Transaction ToSign(ChannelTerms terms, Deposit deposit, Money total)
    {
        var (merchant, customer) = (MerchantScript(terms), CustomerScript(terms));
        var split = CloseSplit.Of(deposit.Value, terms.CloseFee, total, merchant, customer);
        return split.ToMerchant > Money.Zero && split.ToCustomer > Money.Zero
            ? ChannelTransactions.Payment(deposit, split, merchant, customer)
            : throw new ArgumentOutOfRangeException(nameof(total), $"{total.Satoshi} of {deposit.Value.Satoshi} sat leaves one side dust");
    }

    /// <summary>The transaction to send.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It leaves merchant or customer less than an output is relayed with.</exception>
    public static Transaction Build(ChannelTerms terms, Deposit deposit, SignedPayment payment) =>
        ChannelTransactions.HalfSigned(ToSign(terms, deposit, payment.Total), terms, payment.Signature);

    /// <summary>The token: the id of the half-signed transaction, as people write ids.</summary>
    public static string Token(Transaction halfSigned) => halfSigned.GetHash().ToString();

    /// <summary>
    /// Reads what <see cref="Build"/> writes, and nothing else, to the byte: version, lock time, sequence, order and number of outputs, hash type. Whether the signature is
    /// the customer's, of low S, and the amounts good enough is not looked at.
    /// </summary>
    public static bool TryRead(Transaction transaction, Two1Script script, Deposit deposit, [NotNullWhen(true)] out HalfSignedPayment? read)
    {
        read = null;
        if (!script.IsSound || transaction.Inputs.Count != 1 || transaction.Outputs.Count != 2 || !TryReadSignature(transaction.Inputs[0].ScriptSig, out var signature)) return false;
        var (total, rest) = (transaction.Outputs[0].Value, transaction.Outputs[1].Value);
        if (total < Money.Zero || rest < Money.Zero || total > deposit.Value || rest >= deposit.Value - total) return false;
        var fee = deposit.Value - total - rest;
        var terms = TermsOf(script, fee);
        if (terms is null) return false;
        var (merchant, customer) = (MerchantScript(terms), CustomerScript(terms));
        if (total < StandardScript.DustThreshold(merchant) || rest < StandardScript.DustThreshold(customer)) return false;
        var payment = new SignedPayment(total, signature);
        if (!Build(terms, deposit, payment).ToBytes().AsSpan().SequenceEqual(transaction.ToBytes())) return false;
        read = new(payment, fee);
        return true;
    }

    /// <summary>The terms that a sound script and a fee make; null where both keys are the same.</summary>
    public static ChannelTerms? TermsOf(Two1Script script, Money fee) => script.MerchantKey == script.CustomerKey ? null
        : new ChannelTerms(ChannelKind.P2sh, script.MerchantKey, script.CustomerKey, new Expiry(script.Expiry), fee);

    /// <summary>The first element of a scriptSig as a signature of all: strict DER, and the byte of SIGHASH_ALL after it.</summary>
    public static bool TryReadSignature(Script scriptSig, out Signature signature)
    {
        signature = default;
        var first = scriptSig.ToOps().FirstOrDefault();
        return first is { IsInvalid: false, PushData: { Length: > 1 } bytes } && bytes[^1] == (byte)SigHash.All && Signature.TryParseDer(bytes.AsSpan(0, bytes.Length - 1), out signature);
    }
}
