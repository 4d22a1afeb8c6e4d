using NBitcoin.Crypto;

namespace NBitcoin;

/// <summary>The hashes that signatures sign: the original one and BIP143's.</summary>
internal static class SignatureHash
{
    private const uint OutputMask = 0x1f;

    public static uint256 Original(Transaction transaction, Script scriptCode, int nIn, SigHash type)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(nIn);
        if (nIn >= transaction.Inputs.Count) return uint256.One;
        if (Outputs(type) == SigHash.Single && nIn >= transaction.Outputs.Count) return uint256.One;

        return Hash(stream =>
        {
            var version = transaction.Version;
            stream.ReadWrite(ref version);
            WriteInputs(stream, transaction, WithoutSeparators(scriptCode), nIn, type);
            WriteOutputs(stream, transaction, nIn, type);
            transaction.LockTime.ReadWrite(stream);
            WriteType(stream, type);
        });
    }

    public static uint256 HashPrevouts(Transaction transaction) =>
        Hash(stream => transaction.Inputs.ForEach(input => input.PrevOut.ReadWrite(stream)));

    public static uint256 HashSequence(Transaction transaction) =>
        Hash(stream => transaction.Inputs.ForEach(input => WriteSequence(stream, input.Sequence)));

    public static uint256 HashOutputs(Transaction transaction) =>
        Hash(stream => transaction.Outputs.ForEach(output => output.ReadWrite(stream)));

    public static uint256 WitnessV0(
        Transaction transaction, Script scriptCode, int nIn, SigHash type, TxOut spentOutput, PrecomputedTransactionData precomputed = null)
    {
        ArgumentNullException.ThrowIfNull(spentOutput);
        ArgumentOutOfRangeException.ThrowIfNegative(nIn);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(nIn, transaction.Inputs.Count);
        var all = Outputs(type) is not (SigHash.None or SigHash.Single);

        return Hash(stream =>
        {
            var version = transaction.Version;
            stream.ReadWrite(ref version);
            WriteHash(stream, AnyoneCanPay(type) ? null : precomputed?.HashPrevouts ?? HashPrevouts(transaction));
            WriteHash(stream, AnyoneCanPay(type) || !all ? null : precomputed?.HashSequence ?? HashSequence(transaction));
            var input = transaction.Inputs[nIn];
            input.PrevOut.ReadWrite(stream);
            stream.ReadWrite(ref scriptCode);
            var amount = spentOutput.Value?.Satoshi ?? throw new InvalidOperationException("The spent output has no amount");
            stream.ReadWrite(ref amount);
            WriteSequence(stream, input.Sequence);
            if (Outputs(type) == SigHash.Single)
                WriteHash(stream, nIn < transaction.Outputs.Count ? Hash(inner => transaction.Outputs[nIn].ReadWrite(inner)) : null);
            else
                WriteHash(stream, all ? precomputed?.HashOutputs ?? HashOutputs(transaction) : null);
            transaction.LockTime.ReadWrite(stream);
            WriteType(stream, type);
        });
    }

    private static void WriteInputs(BitcoinStream stream, Transaction transaction, Script scriptCode, int nIn, SigHash type)
    {
        var own = transaction.Inputs[nIn];
        stream.ReadWriteCount(AnyoneCanPay(type) ? 1 : transaction.Inputs.Count);
        foreach (var input in transaction.Inputs)
        {
            var isOwn = ReferenceEquals(input, own);
            if (AnyoneCanPay(type) && !isOwn) continue;
            input.PrevOut.ReadWrite(stream);
            var script = isOwn ? scriptCode : Script.Empty;
            stream.ReadWrite(ref script);
            var all = Outputs(type) is not (SigHash.None or SigHash.Single);
            WriteSequence(stream, isOwn || all ? input.Sequence : new Sequence(0U));
        }
    }

    private static void WriteOutputs(BitcoinStream stream, Transaction transaction, int nIn, SigHash type)
    {
        if (Outputs(type) == SigHash.None)
        {
            stream.ReadWriteCount(0);
        }
        else if (Outputs(type) == SigHash.Single)
        {
            stream.ReadWriteCount(nIn + 1);
            var blank = new TxOut(new Money(-1L), Script.Empty);
            for (var i = 0; i < nIn; i++) blank.ReadWrite(stream);
            transaction.Outputs[nIn].ReadWrite(stream);
        }
        else
        {
            stream.ReadWriteCount(transaction.Outputs.Count);
            transaction.Outputs.ForEach(output => output.ReadWrite(stream));
        }
    }

    // Consensus leaves OP_CODESEPARATOR out of what is signed, wherever it stands as an operation; a push that is cut off stays as it is.
    private static Script WithoutSeparators(Script script)
    {
        var bytes = script.ToBytes(true);
        if (!bytes.Contains((byte)OpcodeType.OP_CODESEPARATOR)) return script;
        var kept = new List<byte>(bytes.Length);
        var reader = script.CreateReader();
        for (var start = 0; reader.Read() is { } op; start = reader.Position)
        {
            var end = op.IsInvalid ? bytes.Length : reader.Position;
            if (op.IsInvalid || op.Code != OpcodeType.OP_CODESEPARATOR) kept.AddRange(bytes.AsSpan(start, end - start));
        }
        return Script.FromBytesUnsafe([.. kept]);
    }

    private static uint256 Hash(Action<BitcoinStream> write)
    {
        using var memory = new MemoryStream();
        write(new BitcoinStream(memory, true));
        return Hashes.DoubleSHA256(memory.GetBuffer(), 0, (int)memory.Length);
    }

    // Null for what is not committed to.
    private static void WriteHash(BitcoinStream stream, uint256 hash)
    {
        hash ??= uint256.Zero;
        stream.ReadWrite(ref hash);
    }

    private static void WriteSequence(BitcoinStream stream, Sequence sequence)
    {
        uint value = sequence;
        stream.ReadWrite(ref value);
    }

    private static void WriteType(BitcoinStream stream, SigHash type)
    {
        var value = (uint)type;
        stream.ReadWrite(ref value);
    }

    private static SigHash Outputs(SigHash type) => (SigHash)((uint)type & OutputMask);

    private static bool AnyoneCanPay(SigHash type) => type.HasFlag(SigHash.AnyoneCanPay);
}
