namespace NBitcoin;

/// <summary>A list that takes unsigned indices too, as outpoints have them.</summary>
public class UnsignedList<T> : List<T>
{
    public UnsignedList() { }

    public UnsignedList(Transaction parent) => Transaction = parent ?? throw new ArgumentNullException(nameof(parent));

    public UnsignedList(int capacity) : base(capacity) { }

    public UnsignedList(IEnumerable<T> collection) : base(collection) { }

    /// <summary>The transaction that this is a part of; null if of none.</summary>
    public Transaction Transaction { get; }

    public T this[uint index]
    {
        get => this[checked((int)index)];
        set => this[checked((int)index)] = value;
    }
}
