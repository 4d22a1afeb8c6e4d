namespace NBitcoin;

/// <summary>The elements that a script works on. Positions count from the top, which is 1. Elements are never changed, so they can be shared.</summary>
internal sealed class ScriptStack
{
    private static readonly byte[] s_true = [1];
    private static readonly byte[] s_false = [];

    private readonly List<byte[]> _items;

    public ScriptStack() => _items = [];

    public ScriptStack(ScriptStack other) => _items = [.. other._items];

    public int Count => _items.Count;

    /// <summary>The element at a position that exists.</summary>
    public byte[] this[int position] => _items[^position];

    /// <summary>Whether there is something on top, and it is not zero.</summary>
    public bool IsTrue => Count > 0 && AsBool(this[1]);

    public static bool AsBool(ReadOnlySpan<byte> element)
    {
        var nonZero = element.IndexOfAnyExcept((byte)0);
        // Negative zero is zero too.
        return nonZero >= 0 && (nonZero != element.Length - 1 || element[nonZero] != 0x80);
    }

    public void Push(byte[] element) => _items.Add(element);

    public void Push(bool value) => _items.Add(value ? s_true : s_false);

    public void Push(long value) => _items.Add(ScriptNumber.Write(value));

    public byte[] Pop() => Take(1);

    /// <summary>Removes so many from the top.</summary>
    public void Drop(int count) => _items.RemoveRange(Count - count, count);

    /// <summary>Removes and gives the element at a position.</summary>
    public byte[] Take(int position)
    {
        var element = this[position];
        _items.RemoveAt(Count - position);
        return element;
    }

    /// <summary>Puts an element so that it stands at that position.</summary>
    public void Insert(int position, byte[] element) => _items.Insert(Count + 1 - position, element);

    /// <summary>Pushes the element at a position once more.</summary>
    public void Copy(int position) => Push(this[position]);

    /// <summary>Moves the element at a position to the top.</summary>
    public void Raise(int position) => Push(Take(position));
}
