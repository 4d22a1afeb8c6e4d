using NBitcoin;
using Secp256k1;

namespace BtcChannels.Tests.Domain;

/// <summary>Takes a scriptSig apart as the script would: pushes only, each signature strict DER, low S and SIGHASH_ALL.</summary>
internal static class SignedInput
{
    public static IReadOnlyList<Op> Elements(Transaction transaction) => Elements(Assert.Single(transaction.Inputs));

    private static IReadOnlyList<Op> Elements(TxIn input)
    {
        Assert.True(input.ScriptSig.IsPushOnly);
        return [.. input.ScriptSig.ToOps()];
    }

    public static Signature SignatureOf(Op push)
    {
        Assert.Equal(0x01, push.PushData[^1]);
        Assert.True(Signature.TryParseDer(push.PushData.AsSpan(0, push.PushData.Length - 1), out var signature));
        Assert.True(signature.IsLowS);
        return signature;
    }

    public static Script RedeemScriptOf(Transaction transaction) => new(Elements(transaction)[^1].PushData);

    /// <summary>Whether it is the key's SIGHASH_ALL signature of that input.</summary>
    public static bool IsSigned(Transaction transaction, Script scriptCode, PubKey key, Signature signature, int index = 0) =>
        PublicKey.TryParse(key.ToBytes(), out var point)
        && point.Verify(transaction.GetSignatureHash(scriptCode, index, SigHash.All).ToBytes(), signature);

    /// <summary>Holds every signature of a spend of a channel's deposit: customer's first; merchant's, where the branch asks for it, second.</summary>
    public static void HoldsAllSignatures(Transaction spend)
    {
        var elements = Elements(spend);
        var redeem = RedeemScriptOf(spend);
        Assert.True(RedeemScript.TryParse(redeem, out var merchant, out var customer, out _));
        Assert.True(IsSigned(spend, redeem, customer, SignatureOf(elements[0])), "customer's signature");
        if (elements.Count == 4) Assert.True(IsSigned(spend, redeem, merchant, SignatureOf(elements[1])), "merchant's signature");
        else Assert.Equal(3, elements.Count);
    }

    /// <summary>Holds the signatures of P2PKH inputs, which name their keys.</summary>
    public static void HoldsKeyHashSignatures(Transaction spend)
    {
        for (var index = 0; index < spend.Inputs.Count; index++)
        {
            var elements = Elements(spend.Inputs[index]);
            Assert.Equal(2, elements.Count);
            var key = new PubKey(elements[1].PushData);
            Assert.True(IsSigned(spend, key.Hash.ScriptPubKey, key, SignatureOf(elements[0]), index));
        }
    }
}
