namespace NBitcoin;

public static class BitcoinSerializableExtensions
{
    /// <summary>The bytes on the wire, witnesses included.</summary>
    /// <param name="serializable">What to serialize.</param>
    /// <param name="version">A version of the peer-to-peer protocol; what is serialized here is the same in all of them.</param>
    public static byte[] ToBytes(this IBitcoinSerializable serializable, uint? version = null) =>
        ToBytes(serializable, TransactionOptions.All);

    /// <summary>How many bytes <see cref="ToBytes(IBitcoinSerializable, uint?)"/> makes.</summary>
    public static int GetSerializedSize(this IBitcoinSerializable serializable, uint? version = null) =>
        GetSerializedSize(serializable, TransactionOptions.All);

    /// <summary>How many bytes it takes, with or without witnesses.</summary>
    public static int GetSerializedSize(this IBitcoinSerializable serializable, TransactionOptions options) =>
        ToBytes(serializable, options).Length;

    /// <summary>Becomes what the bytes hold; bytes after it are ignored.</summary>
    /// <exception cref="EndOfStreamException">The bytes end before it does.</exception>
    /// <exception cref="FormatException">The bytes are no serialization of it.</exception>
    public static void FromBytes(this IBitcoinSerializable serializable, byte[] bytes, uint? version = null) =>
        serializable.ReadWrite(new BitcoinStream(bytes));

    internal static byte[] ToBytes(IBitcoinSerializable serializable, TransactionOptions options)
    {
        using var memory = new MemoryStream();
        serializable.ReadWrite(new BitcoinStream(memory, true) { TransactionOptions = options });
        return memory.ToArray();
    }
}
