namespace NBitcoin.RPC;

public enum AddressType
{
    Legacy = 0,
    P2SHSegwit = 1,
    Bech32 = 2,
}
