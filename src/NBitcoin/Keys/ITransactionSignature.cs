namespace NBitcoin;

/// <summary>A signature as it stands in a script or witness.</summary>
public interface ITransactionSignature
{
    byte[] ToBytes();
}
