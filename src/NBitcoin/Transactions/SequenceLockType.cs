namespace NBitcoin;

/// <summary>What a relative lock counts (BIP68).</summary>
public enum SequenceLockType
{
    Time = 0,
    Height = 1,
}
