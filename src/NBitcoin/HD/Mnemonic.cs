using System.Security.Cryptography;
using System.Text;

namespace NBitcoin;

/// <summary>A seed as words (BIP39). The words themselves are what the seed is derived from, whatever list they are of.</summary>
public class Mnemonic
{
    private const int BitsOfWord = 11;
    private const int Rounds = 2048;

    /// <param name="mnemonic">12, 15, 18, 21 or 24 words. Whether their checksum is right tells <see cref="IsValidChecksum"/>.</param>
    /// <param name="wordlist">Null for English, the only list here.</param>
    /// <exception cref="FormatException">There is another number of words, or one is not in the list.</exception>
    public Mnemonic(string mnemonic, Wordlist wordlist = null)
    {
        ArgumentNullException.ThrowIfNull(mnemonic);
        WordList = wordlist ?? Wordlist.English;
        Words = mnemonic.Split((char[])null, StringSplitOptions.RemoveEmptyEntries);
        if (!Enum.IsDefined((WordCount)Words.Length)) throw new FormatException("Word count should be 12, 15, 18, 21 or 24");
        Indices = WordList.ToIndices(Words);
    }

    /// <param name="entropy">16, 20, 24, 28 or 32 bytes; null for 32 from the system's secure random source.</param>
    /// <exception cref="ArgumentException">There are others.</exception>
    public Mnemonic(Wordlist wordList, byte[] entropy = null)
    {
        WordList = wordList ?? Wordlist.English;
        entropy ??= RandomNumberGenerator.GetBytes(32);
        if (entropy.Length is < 16 or > 32 || entropy.Length % 4 != 0) throw new ArgumentException("Entropy is 16, 20, 24, 28 or 32 bytes", nameof(entropy));
        byte[] all = [.. entropy, SHA256.HashData(entropy)[0]];
        Indices = [.. Enumerable.Range(0, entropy.Length * 3 / 4).Select(word => Enumerable.Range(word * BitsOfWord, BitsOfWord).Aggregate(0, (index, bit) => (index << 1) | BitAt(all, bit)))];
        Words = WordList.GetWords(Indices);
        CryptographicOperations.ZeroMemory(all);
    }

    public Mnemonic(Wordlist wordList, WordCount wordCount) : this(wordList, RandomNumberGenerator.GetBytes((int)wordCount * 4 / 3))
    {
    }

    /// <summary>Whether the last word fits the others: no word was mistyped, but for one chance in 16 to 256.</summary>
    public bool IsValidChecksum
    {
        get
        {
            var entropy = new byte[Words.Length * 4 / 3];
            for (var bit = 0; bit < entropy.Length * 8; bit++) entropy[bit / 8] |= (byte)(WordBitAt(bit) << (7 - (bit % 8)));
            var hash = SHA256.HashData(entropy);
            CryptographicOperations.ZeroMemory(entropy);
            return Enumerable.Range(0, Words.Length / 3).All(bit => WordBitAt((entropy.Length * 8) + bit) == BitAt(hash, bit));
        }
    }

    public Wordlist WordList { get; }

    /// <summary>The words' places in the list.</summary>
    public int[] Indices { get; }

    public string[] Words { get; }

    /// <summary>64 bytes: the seed that BIP32 begins with.</summary>
    /// <param name="passphrase">A further secret, in ASCII; null for none.</param>
    /// <exception cref="NotSupportedException">The passphrase is not ASCII: this part has no Unicode normalization.</exception>
    public byte[] DeriveSeed(string passphrase = null)
    {
        if (passphrase is not null && !Ascii.IsValid(passphrase)) throw new NotSupportedException("A passphrase has to be ASCII");
        var sentence = Encoding.UTF8.GetBytes(ToString());
        try
        {
            return Rfc2898DeriveBytes.Pbkdf2(sentence, Encoding.UTF8.GetBytes("mnemonic" + passphrase), Rounds, HashAlgorithmName.SHA512, HMACSHA512.HashSizeInBytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(sentence);
        }
    }

    /// <inheritdoc cref="DeriveSeed"/>
    /// <returns>The master key.</returns>
    public ExtKey DeriveExtKey(string passphrase = null)
    {
        var seed = DeriveSeed(passphrase);
        try
        {
            return ExtKey.CreateFromSeed(seed);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    public override string ToString() => string.Join(WordList.Space, Words);

    private int WordBitAt(int bit) => (Indices[bit / BitsOfWord] >> (BitsOfWord - 1 - (bit % BitsOfWord))) & 1;

    private static int BitAt(byte[] bytes, int bit) => (bytes[bit / 8] >> (7 - (bit % 8))) & 1;
}
