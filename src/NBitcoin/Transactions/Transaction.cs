using NBitcoin.Crypto;

namespace NBitcoin;

/// <summary>A transaction. The default has version 1, lock time 0, and neither input nor output.</summary>
public class Transaction : IBitcoinSerializable
{
    // Consensus: MAX_MONEY.
    internal const long MaxMoney = 21_000_000 * Money.COIN;

    // Consensus: MAX_BLOCK_WEIGHT / WITNESS_SCALE_FACTOR.
    private const int MaxStrippedSize = 1_000_000;

    // BIP144: in place of the number of inputs, which is never 0, and the flag of what is appended.
    private const byte WitnessFlag = 1;

    private uint _version = 1;
    private LockTime _lockTime;

    internal Transaction()
    {
        Inputs = new TxInList(this);
        Outputs = new TxOutList(this);
    }

    public uint Version
    {
        get => _version;
        set => _version = value;
    }

    public LockTime LockTime
    {
        get => _lockTime;
        set => _lockTime = value;
    }

    public TxInList Inputs { get; }

    public TxOutList Outputs { get; }

    /// <exception cref="OverflowException">The total is out of range; a transaction that passes <see cref="Check"/> has none such.</exception>
    public Money TotalOut => Outputs.Select(output => output.Value).Sum();

    public virtual bool HasWitness => Inputs.Any(input => !WitScript.IsNullOrEmpty(input.WitScript));

    public virtual bool IsCoinBase => Inputs is [var only] && only.PrevOut.IsNull;

    /// <summary>An input signals that the transaction may be replaced (BIP125).</summary>
    public bool RBF => Inputs.Any(input => input.Sequence.IsRBF);

    public static Transaction Create(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return new Transaction();
    }

    /// <summary>Reads hex; bytes after the transaction are ignored.</summary>
    /// <exception cref="EndOfStreamException">The bytes end before the transaction does.</exception>
    /// <exception cref="FormatException">The text is no hex, or its bytes no transaction.</exception>
    public static Transaction Parse(string hex, Network network) => Load(Convert.FromHexString(hex), network);

    /// <summary>As <see cref="Parse"/>, with false for what it would refuse, null included.</summary>
    public static bool TryParse(string hex, Network network, out Transaction transaction)
    {
        transaction = null;
        if (hex is null) return false;
        try
        {
            transaction = Parse(hex, network);
            return true;
        }
        catch (Exception unreadable) when (unreadable is EndOfStreamException or FormatException)
        {
            return false;
        }
    }

    /// <inheritdoc cref="Parse"/>
    public static Transaction Load(byte[] bytes, Network network)
    {
        var transaction = Create(network);
        transaction.FromBytes(bytes);
        return transaction;
    }

    /// <inheritdoc cref="BitcoinSerializableExtensions.FromBytes"/>
    public void FromBytes(byte[] bytes) => ReadWrite(new BitcoinStream(bytes));

    public virtual void ReadWrite(BitcoinStream stream)
    {
        stream.ReadWrite(ref _version);
        if (stream.Serializing) Write(stream);
        else Read(stream);
        _lockTime.ReadWrite(stream);
    }

    /// <summary>The id: the hash without witnesses.</summary>
    public uint256 GetHash() => Hashes.DoubleSHA256(BitcoinSerializableExtensions.ToBytes(this, TransactionOptions.None));

    /// <summary>The hash with witnesses (BIP141).</summary>
    public uint256 GetWitHash() => Hashes.DoubleSHA256(this.ToBytes());

    /// <summary>The size in virtual bytes: witnesses count a quarter, rounded up (BIP141).</summary>
    public int GetVirtualSize() =>
        (this.GetSerializedSize(TransactionOptions.None) * 3 + this.GetSerializedSize(TransactionOptions.All) + 3) / 4;

    public string ToHex() => Convert.ToHexStringLower(this.ToBytes());

    /// <summary>A copy that shares nothing that can change.</summary>
    public Transaction Clone()
    {
        var clone = new Transaction { Version = Version, LockTime = LockTime };
        clone.Inputs.AddRange(Inputs.Select(input => input.Clone()));
        clone.Outputs.AddRange(Outputs.Select(output => output.Clone()));
        return clone;
    }

    /// <summary>
    /// Whether a block of that height and time may hold it. Consensus takes for the time the median time past of the
    /// block before it (BIP113).
    /// </summary>
    public bool IsFinal(DateTimeOffset blockTime, int blockHeight) =>
        LockTime.Value < (LockTime.IsHeightLock ? blockHeight : blockTime.ToUnixTimeSeconds())
        || LockTime == LockTime.Zero
        || Inputs.All(input => input.IsFinal);

    /// <summary>The rules of consensus that the transaction alone can break.</summary>
    public virtual TransactionCheckResult Check()
    {
        if (Inputs.Count == 0) return TransactionCheckResult.NoInput;
        if (Outputs.Count == 0) return TransactionCheckResult.NoOutput;
        if (this.GetSerializedSize(TransactionOptions.None) > MaxStrippedSize) return TransactionCheckResult.TransactionTooLarge;
        long total = 0;
        foreach (var value in Outputs.Select(output => output.Value.Satoshi))
        {
            if (value < 0) return TransactionCheckResult.NegativeOutput;
            if (value > MaxMoney) return TransactionCheckResult.OutputTooLarge;
            total += value;
            if (total > MaxMoney) return TransactionCheckResult.OutputTotalTooLarge;
        }
        if (Inputs.DistinctBy(input => input.PrevOut).Count() < Inputs.Count) return TransactionCheckResult.DuplicateInputs;
        if (IsCoinBase)
            return Inputs[0].ScriptSig.Length is >= 2 and <= 100 ? TransactionCheckResult.Success : TransactionCheckResult.CoinbaseScriptTooLarge;
        return Inputs.Any(input => input.PrevOut.IsNull) ? TransactionCheckResult.NullInputPrevOut : TransactionCheckResult.Success;
    }

    /// <summary>The hash that a signature signs.</summary>
    /// <param name="scriptCode">The script that checks the signature: P2SH's redeem script, P2WSH's witness script, P2WPKH's script as P2PKH would have it.</param>
    /// <param name="nIn">The index of the input.</param>
    /// <param name="nHashType">What the signature commits to; any other value counts as its lowest 5 bits and bit 7 say, and is hashed as it is.</param>
    /// <param name="spentOutput">The output that the input spends: needed for <see cref="HashVersion.WitnessV0"/> only.</param>
    /// <param name="sigversion">The rules, <see cref="HashVersion.Original"/> or <see cref="HashVersion.WitnessV0"/>.</param>
    /// <returns>By the original rules the number one where they have nothing to hash: no such input, or Single without an output at its index.</returns>
    /// <exception cref="ArgumentException">By the rules of witnesses, there is no such input or no output given.</exception>
    /// <exception cref="NotSupportedException">The rules are taproot's.</exception>
    public uint256 GetSignatureHash(
        Script scriptCode, int nIn, SigHash nHashType, TxOut spentOutput = null, HashVersion sigversion = HashVersion.Original) =>
        GetSignatureHash(scriptCode, nIn, nHashType, spentOutput, sigversion, null);

    /// <inheritdoc cref="GetSignatureHash(Script, int, SigHash, TxOut, HashVersion)"/>
    /// <param name="precomputedTransactionData">Of this transaction as it is now; null for none.</param>
    public virtual uint256 GetSignatureHash(
        Script scriptCode, int nIn, SigHash nHashType, TxOut spentOutput, HashVersion sigversion, PrecomputedTransactionData precomputedTransactionData) => sigversion switch
        {
            HashVersion.Original => SignatureHash.Original(this, scriptCode, nIn, nHashType),
            HashVersion.WitnessV0 => SignatureHash.WitnessV0(this, scriptCode, nIn, nHashType, spentOutput, precomputedTransactionData),
            _ => throw new NotSupportedException("Taproot's signature hash is not implemented"),
        };

    /// <summary>What the signature hashes of all witness inputs have in common, so that it is hashed once. It does not follow changes of the transaction.</summary>
    public PrecomputedTransactionData PrecomputeTransactionData() => new(this);

    private void Write(BitcoinStream stream)
    {
        var withWitness = stream.TransactionOptions.HasFlag(TransactionOptions.Witness) && HasWitness;
        if (withWitness) stream.ReadWrite([0, WitnessFlag]);
        stream.ReadWriteCount(Inputs.Count);
        Inputs.ForEach(input => input.ReadWrite(stream));
        stream.ReadWriteCount(Outputs.Count);
        Outputs.ForEach(output => output.ReadWrite(stream));
        if (withWitness) Inputs.ForEach(input => input.WitScript.WriteToStream(stream));
    }

    private void Read(BitcoinStream stream)
    {
        ReadInputs(stream);
        if (Inputs.Count > 0 || !stream.TransactionOptions.HasFlag(TransactionOptions.Witness))
        {
            ReadOutputs(stream);
            return;
        }
        // Either the mark of BIP144, or a transaction that has no inputs, in which the same byte counts the outputs: only zero is that.
        byte flag = 0;
        stream.ReadWrite(ref flag);
        Outputs.Clear();
        if (flag == 0) return;
        if (flag != WitnessFlag) throw new FormatException("The transaction has unknown optional data");
        ReadInputs(stream);
        ReadOutputs(stream);
        foreach (var input in Inputs) input.WitScript = WitScript.Load(stream);
        if (!HasWitness) throw new FormatException("The transaction is written with witnesses and has none");
    }

    private void ReadInputs(BitcoinStream stream)
    {
        Inputs.Clear();
        for (var left = stream.ReadWriteCount(0); left > 0; left--) Inputs.Add(new TxIn()).ReadWrite(stream);
    }

    private void ReadOutputs(BitcoinStream stream)
    {
        Outputs.Clear();
        for (var left = stream.ReadWriteCount(0); left > 0; left--) Outputs.Add(new TxOut()).ReadWrite(stream);
    }
}
