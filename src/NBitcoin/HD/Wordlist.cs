using System.Collections.ObjectModel;

namespace NBitcoin;

/// <summary>The 2,048 words of a language that mnemonics are made of (BIP39).</summary>
public class Wordlist
{
    private static readonly Lazy<Wordlist> s_english = new(() => new(ReadEnglish(), ' ', "english"));

    private readonly string[] _words;
    private readonly Dictionary<string, int> _indices;

    /// <exception cref="ArgumentException">There are not 2,048 different words.</exception>
    public Wordlist(string[] words, char space, string name)
    {
        ArgumentNullException.ThrowIfNull(words);
        _words = [.. words];
        _indices = _words.Select((word, index) => (word, index)).DistinctBy(it => it.word).ToDictionary(it => it.word, it => it.index, StringComparer.Ordinal);
        if (_indices.Count != 2048 || _words.Length != 2048) throw new ArgumentException("A word list has 2048 different words", nameof(words));
        (Space, Name) = (space, name);
    }

    /// <summary>The English list of BIP39.</summary>
    public static Wordlist English => s_english.Value;

    public string Name { get; }

    /// <summary>What stands between the words of a sentence.</summary>
    public char Space { get; }

    public int WordCount => _words.Length;

    public ReadOnlyCollection<string> GetWords() => new(_words);

    /// <exception cref="IndexOutOfRangeException">An index is not from 0 to 2,047.</exception>
    public string[] GetWords(int[] indices)
    {
        ArgumentNullException.ThrowIfNull(indices);
        return [.. indices.Select(index => _words[index])];
    }

    public bool WordExists(string word, out int index) => _indices.TryGetValue(word, out index);

    /// <exception cref="FormatException">A word is not in the list.</exception>
    public int[] ToIndices(string[] words)
    {
        ArgumentNullException.ThrowIfNull(words);
        return [.. words.Select(word => WordExists(word, out var index) ? index : throw new FormatException("A word is not in the list"))];
    }

    public override string ToString() => Name;

    private static string[] ReadEnglish()
    {
        using var reader = new StreamReader(typeof(Wordlist).Assembly.GetManifestResourceStream("NBitcoin.HD.english.txt")!);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
