namespace NBitcoin;

/// <summary>What segwit addresses can be.</summary>
public enum Bech32Type
{
    WITNESS_PUBKEY_ADDRESS = 0,
    WITNESS_SCRIPT_ADDRESS = 1,
    TAPROOT_ADDRESS = 2,
}
