namespace NBitcoin;

/// <summary>A block: its header and its transactions, the coinbase first.</summary>
public class Block : IBitcoinSerializable
{
    internal Block() { }

    public BlockHeader Header { get; set; } = new();

    public List<Transaction> Transactions { get; set; } = [];

    /// <summary>Reads hex; bytes after the block are ignored. No rule of consensus is checked.</summary>
    /// <exception cref="EndOfStreamException">The bytes end before the block does.</exception>
    /// <exception cref="FormatException">The text is no hex, or its bytes no block.</exception>
    public static Block Parse(string hex, Network network) => Load(Convert.FromHexString(hex), network);

    /// <inheritdoc cref="Parse"/>
    public static Block Load(byte[] hex, Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        var block = new Block();
        block.FromBytes(hex);
        return block;
    }

    public uint256 GetHash() => Header.GetHash();

    public void ReadWrite(BitcoinStream stream)
    {
        Header.ReadWrite(stream);
        var count = stream.ReadWriteCount(Transactions.Count);
        if (!stream.Serializing)
        {
            Transactions = [];
            for (; count > 0; count--)
            {
                var transaction = new Transaction();
                transaction.ReadWrite(stream);
                Transactions.Add(transaction);
            }
            return;
        }
        foreach (var transaction in Transactions) transaction.ReadWrite(stream);
    }
}
