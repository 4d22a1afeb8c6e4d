using System.Globalization;

namespace NBitcoin;

/// <summary>An output of a transaction: the transaction's id and the output's index. Written "txid-n".</summary>
public class OutPoint : IBitcoinSerializable, IEquatable<OutPoint>
{
    public static readonly OutPoint Zero = new(uint256.Zero, 0U);

    private uint256 _hash;
    private uint _n;

    /// <summary>The null outpoint, that a coinbase spends: id zero, index ffffffff.</summary>
    public OutPoint() : this(uint256.Zero, uint.MaxValue) { }

    public OutPoint(uint256 hashIn, uint nIn)
    {
        ArgumentNullException.ThrowIfNull(hashIn);
        (_hash, _n) = (hashIn, nIn);
    }

    /// <summary>As the unsigned one; -1 makes ffffffff, as in the null outpoint.</summary>
    public OutPoint(uint256 hashIn, int nIn) : this(hashIn, Index(nIn)) { }

    public OutPoint(Transaction tx, uint i) : this(tx.GetHash(), i) { }

    public OutPoint(Transaction tx, int i) : this(tx.GetHash(), i) { }

    public OutPoint(OutPoint outpoint) : this(outpoint.Hash, outpoint.N) { }

    public uint256 Hash
    {
        get => _hash;
        set => _hash = value ?? throw new ArgumentNullException(nameof(value));
    }

    public uint N
    {
        get => _n;
        set => _n = value;
    }

    public bool IsNull => _n == uint.MaxValue && _hash == uint256.Zero;

    /// <summary>Reads "txid-n" or "txid:n".</summary>
    /// <exception cref="FormatException">The text is anything else.</exception>
    public static OutPoint Parse(string str) =>
        TryParse(str, out var outPoint) ? outPoint : throw new FormatException("Not an outpoint: txid-n");

    /// <summary>As <see cref="Parse"/>, with false for what it would refuse, null included.</summary>
    public static bool TryParse(string str, out OutPoint result)
    {
        result = null;
        var split = str?.IndexOfAny(['-', ':']) ?? -1;
        if (split < 0) return false;
        if (!uint256.TryParse(str[..split], out var hash)) return false;
        if (!uint.TryParse(str.AsSpan(split + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var n)) return false;
        result = new OutPoint(hash, n);
        return true;
    }

    public void ReadWrite(BitcoinStream stream)
    {
        stream.ReadWrite(ref _hash);
        stream.ReadWrite(ref _n);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{_hash}-{_n}");

    public bool Equals(OutPoint other) => other is not null && _n == other._n && _hash == other._hash;

    public override bool Equals(object obj) => Equals(obj as OutPoint);

    public override int GetHashCode() => HashCode.Combine(_hash, _n);

    public static bool operator ==(OutPoint a, OutPoint b) => a is null ? b is null : a.Equals(b);

    public static bool operator !=(OutPoint a, OutPoint b) => !(a == b);

    /// <summary>Orders by id, as numbers, then by index.</summary>
    public static bool operator <(OutPoint a, OutPoint b) => a._hash < b._hash || (a._hash == b._hash && a._n < b._n);

    public static bool operator >(OutPoint a, OutPoint b) => b < a;

    private static uint Index(int n)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, -1);
        return unchecked((uint)n);
    }
}
