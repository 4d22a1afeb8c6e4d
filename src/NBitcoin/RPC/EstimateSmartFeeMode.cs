namespace NBitcoin.RPC;

public enum EstimateSmartFeeMode
{
    Economical = 0,
    Conservative = 1,
}
