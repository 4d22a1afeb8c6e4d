namespace NBitcoin.Tests;

public enum RPCWalletType
{
    Legacy = 0,
    Descriptors = 1,
}
