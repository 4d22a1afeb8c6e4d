namespace NBitcoin;

/// <summary>What base 58 texts can be, each with a prefix for each network.</summary>
public enum Base58Type
{
    PUBKEY_ADDRESS = 0,
    SCRIPT_ADDRESS = 1,
    SECRET_KEY = 2,
    EXT_PUBLIC_KEY = 3,
    EXT_SECRET_KEY = 4,
}
