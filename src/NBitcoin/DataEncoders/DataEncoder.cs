namespace NBitcoin.DataEncoders;

/// <summary>Bytes to text and back. What is no such text is a <see cref="FormatException"/>.</summary>
public abstract class DataEncoder
{
    internal DataEncoder()
    {
    }

    /// <exception cref="ArgumentNullException"/>
    public string EncodeData(byte[] data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return EncodeData(data.AsSpan());
    }

    /// <exception cref="ArgumentNullException"/>
    /// <exception cref="ArgumentOutOfRangeException">The range lies outside the array.</exception>
    public virtual string EncodeData(byte[] data, int offset, int count)
    {
        ArgumentNullException.ThrowIfNull(data);
        return EncodeData(data.AsSpan(offset, count));
    }

    public abstract string EncodeData(ReadOnlySpan<byte> data);

    /// <exception cref="FormatException">The text is not in this encoding.</exception>
    public abstract byte[] DecodeData(string encoded);
}
