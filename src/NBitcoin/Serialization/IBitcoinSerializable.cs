namespace NBitcoin;

/// <summary>What has a form on the wire.</summary>
public interface IBitcoinSerializable
{
    /// <summary>Writes this to the stream, or becomes what the stream holds.</summary>
    void ReadWrite(BitcoinStream stream);
}
