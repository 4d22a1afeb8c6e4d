namespace NBitcoin;

/// <summary>How many words a mnemonic may have (BIP39): three for every 32 bits.</summary>
public enum WordCount
{
    Twelve = 12,
    Fifteen = 15,
    Eighteen = 18,
    TwentyOne = 21,
    TwentyFour = 24,
}
