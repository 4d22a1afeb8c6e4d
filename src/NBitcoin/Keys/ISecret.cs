namespace NBitcoin;

/// <summary>Something that holds a private key.</summary>
public interface ISecret
{
    Key PrivateKey { get; }
}
