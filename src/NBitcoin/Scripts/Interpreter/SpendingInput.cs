using Secp256k1;

namespace NBitcoin;

/// <summary>The input that a script is run for: what its signatures and locks are held against.</summary>
internal sealed class SpendingInput(Transaction transaction, int index, TxOut spentOutput, PrecomputedTransactionData precomputed)
{
    private Sequence Sequence => transaction.Inputs[index].Sequence;

    /// <summary>
    /// Whether the signature, its hash type at the end, is the key's, as consensus sees it: with high S and in any DER that ever passed, by keys
    /// in hybrid form too. Flags that are stricter are checked before.
    /// </summary>
    public bool IsSigned(byte[] signature, byte[] key, Script scriptCode, HashVersion version)
    {
        if (signature.Length == 0) return false;
        if (!PublicKey.TryParseHybridToo(key, out var point) || !Signature.TryParseLaxDer(signature.AsSpan(..^1), out var value)) return false;
        var hash = transaction.GetSignatureHash(scriptCode, index, (SigHash)signature[^1], spentOutput, version, precomputed);
        Span<byte> message = stackalloc byte[32];
        hash.ToBytes(message);
        return point.Verify(message, value.Normalize());
    }

    /// <summary>BIP65: the transaction's lock time is of the same kind and not before, and this input lets it count.</summary>
    public bool IsLockedUntil(long lockTime) =>
        transaction.LockTime.IsHeightLock == lockTime < LockTime.FirstTime
        && lockTime <= transaction.LockTime.Value
        && !transaction.Inputs[index].IsFinal;

    /// <summary>BIP112: this input's relative lock is of the same kind and not shorter. The number has no disable flag.</summary>
    public bool IsLockedFor(long sequence)
    {
        const uint Counts = NBitcoin.Sequence.SEQUENCE_LOCKTIME_TYPE_FLAG | NBitcoin.Sequence.SEQUENCE_LOCKTIME_MASK;
        if (transaction.Version < 2 || !Sequence.IsRelativeLock) return false;
        var own = Sequence.Value & Counts;
        var asked = (uint)(sequence & Counts);
        return IsTime(own) == IsTime(asked) && asked <= own;
    }

    private static bool IsTime(uint sequence) => (sequence & NBitcoin.Sequence.SEQUENCE_LOCKTIME_TYPE_FLAG) != 0;
}
