using NBitcoin;

namespace BtcChannels.Benchmarks.Fuzzing;

/// <summary>What is read in the serialization of the protocol.</summary>
internal static class TransactionTargets
{
    private static readonly byte[] s_genesis = Convert.FromHexString(
        "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4adae5494dffff7f200200000001"
        + "01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff4d04ffff001d0104455468652054696d65732030332f4a616e2f32303039204368616e63656c6c6f"
        + "72206f6e206272696e6b206f66207365636f6e64206261696c6f757420666f722062616e6b73ffffffff0100f2052a01000000434104678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0"
        + "ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac00000000");

    // It is written and hashed a dozen times, each time into a buffer that grows.
    private const int BytesOfUse = 512;

    private static readonly Type[] s_unreadable = [typeof(FormatException), typeof(EndOfStreamException)];

    private static IReadOnlyList<byte[]> Transactions => [.. SpendCorpus.All.Select(it => it.Build().Transaction.ToBytes())];

    public static IEnumerable<FuzzTarget> All =>
    [
        new("Transaction.Load", Transactions, bytes => Transaction.Load(bytes, Network.Main) is not null, s_unreadable) { Weight = 3, MaxLength = 20_000 },
        new("Transaction, used", Transactions, UseTransaction, s_unreadable) { Weight = 4, MaxLength = 20_000, BytesPerByte = BytesOfUse },
        new("Transaction.Parse", [.. Transactions.Select(Texts.Hex)], ParseTransaction, s_unreadable) { Tokens = Mutator.Words },
        new("Block.Load", [s_genesis, TwoTransactions()], ReadBlock, s_unreadable) { Weight = 2, MaxLength = 20_000 },
        new("BlockHeader", [s_genesis[..80]], ReadHeader, s_unreadable),
        new("TxOut.FromBytes", [new TxOut(Money.Satoshis(546L), new Script(OpcodeType.OP_RETURN)).ToBytes()], ReadOutput, s_unreadable),
        new("WitScript", [new WitScript([[1, 2, 3], [], [4]]).ToBytes()], ReadWitness, s_unreadable),
        new("var int", [[0xfc], [0xfd, 0xfd, 0x00], [0xfe, 0, 0, 1, 0], [0xff, 0, 0, 0, 0, 1, 0, 0, 0]], ReadVarInt, s_unreadable) { MaxLength = 32 },
    ];

    private static byte[] TwoTransactions() => [.. s_genesis[..80], 2, .. Transactions[0], .. Transactions[1]];

    private static bool UseTransaction(byte[] bytes)
    {
        var transaction = Transaction.Load(bytes, Network.Main);
        FuzzFinding.Unless(bytes.AsSpan().StartsWith(transaction.ToBytes()), "a transaction writes what it was read from");
        var copy = transaction.Clone();
        FuzzFinding.Unless(copy.ToHex() == transaction.ToHex() && copy.GetWitHash() == transaction.GetWitHash(), "a copy writes the same");
        FuzzFinding.Unless(transaction.HasWitness || transaction.GetHash() == transaction.GetWitHash(), "without witness there is one hash");
        FuzzFinding.Unless(transaction.GetVirtualSize() <= transaction.GetSerializedSize(), "virtual bytes are no more than bytes");
        _ = (transaction.Check(), transaction.RBF, transaction.IsCoinBase, transaction.IsFinal(DateTimeOffset.UnixEpoch, 1));
        _ = Deposit.Find(transaction, ChannelSample.Terms);
        foreach (var output in transaction.Outputs) _ = (output.IsDust(), StandardScript.Is(output.ScriptPubKey), output.ScriptPubKey.GetDestinationAddress(Network.Main));
        return true;
    }

    private static bool ParseTransaction(byte[] bytes)
    {
        var text = Texts.Of(bytes);
        var isRead = Transaction.TryParse(text, Network.Main, out _);
        var transaction = isRead ? Transaction.Parse(text, Network.Main) : null;
        if (transaction is not null) FuzzFinding.Unless(text.StartsWith(transaction.ToHex(), StringComparison.OrdinalIgnoreCase), "a transaction writes what it was read from");
        else _ = Transaction.Parse(text, Network.Main);
        FuzzFinding.Unless(isRead, "Parse takes what TryParse takes");
        return true;
    }

    private static bool ReadBlock(byte[] bytes)
    {
        var block = Block.Load(bytes, Network.Main);
        FuzzFinding.Unless(bytes.AsSpan().StartsWith(block.ToBytes()), "a block writes what it was read from");
        _ = (block.GetHash(), block.Header.BlockTime);
        return true;
    }

    private static bool ReadHeader(byte[] bytes)
    {
        var header = new BlockHeader(bytes, Network.Main);
        FuzzFinding.Unless(bytes.AsSpan().StartsWith(header.ToBytes()), "a header writes what it was read from");
        return true;
    }

    private static bool ReadOutput(byte[] bytes)
    {
        var output = new TxOut();
        output.FromBytes(bytes);
        FuzzFinding.Unless(bytes.AsSpan().StartsWith(output.ToBytes()), "an output writes what it was read from");
        return true;
    }

    private static bool ReadWitness(byte[] bytes)
    {
        var witness = new WitScript(bytes);
        FuzzFinding.Unless(bytes.AsSpan().StartsWith(witness.ToBytes()), "a witness writes what it was read from");
        FuzzFinding.Unless(new WitScript(witness.ToString()) == witness, "a witness reads its own text");
        return true;
    }

    private static bool ReadVarInt(byte[] bytes)
    {
        ulong value = 0;
        new BitcoinStream(bytes).ReadWriteAsVarInt(ref value);
        using var written = new MemoryStream();
        new BitcoinStream(written, true).ReadWriteAsVarInt(ref value);
        FuzzFinding.Unless(bytes.AsSpan().StartsWith(written.ToArray()), "a number writes what it was read from");
        return true;
    }
}
