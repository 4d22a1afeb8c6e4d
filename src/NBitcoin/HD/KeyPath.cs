using System.Globalization;

namespace NBitcoin;

/// <summary>The indices of a BIP32 derivation; hardened ones are from 2^31 up and written with an apostrophe. Immutable.</summary>
public class KeyPath
{
    internal const uint Hardened = 0x80000000;

    private readonly uint[] _indexes;

    public KeyPath() => _indexes = [];

    public KeyPath(params uint[] indexes)
    {
        ArgumentNullException.ThrowIfNull(indexes);
        if (indexes.Length > byte.MaxValue) throw new ArgumentException("BIP32 counts to 255 levels", nameof(indexes));
        _indexes = [.. indexes];
    }

    /// <inheritdoc cref="Parse"/>
    public KeyPath(string path) => _indexes = Parse(path)._indexes;

    public static KeyPath Empty { get; } = new();

    /// <param name="path">Such as <c>m/44'/0'/0</c>; the m may be left out, and h or H stand for the apostrophe.</param>
    /// <exception cref="FormatException">The text is anything else.</exception>
    public static KeyPath Parse(string path) => TryParse(path, out var keyPath) ? keyPath : throw new FormatException("Invalid key path");

    public static bool TryParse(string path, out KeyPath keyPath)
    {
        ArgumentNullException.ThrowIfNull(path);
        keyPath = null!;
        var relative = path is "m" ? "" : path.StartsWith("m/", StringComparison.Ordinal) ? path[2..] : path;
        var steps = relative.Length == 0 && path != "m/" ? [] : relative.Split('/');
        if (steps.Length > byte.MaxValue) return false;
        var indexes = new uint[steps.Length];
        for (var i = 0; i < steps.Length; i++)
        {
            var hardened = steps[i] is [.., '\'' or 'h' or 'H'];
            var digits = hardened ? steps[i][..^1] : steps[i];
            if (!uint.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out indexes[i]) || indexes[i] >= Hardened) return false;
            if (hardened) indexes[i] |= Hardened;
        }
        keyPath = new(indexes);
        return true;
    }

    public uint this[int index] => _indexes[index];

    public uint[] Indexes => [.. _indexes];

    public int Length => _indexes.Length;

    /// <summary>The path without its last index; null for the empty path.</summary>
    public KeyPath Parent => _indexes is [] ? null! : new(_indexes[..^1]);

    /// <summary>Whether the last index is hardened.</summary>
    /// <exception cref="InvalidOperationException">The path is empty.</exception>
    public bool IsHardened => _indexes is [.., var last] ? last >= Hardened : throw new InvalidOperationException("An empty path has no last index");

    /// <summary>Whether any index is hardened.</summary>
    public bool IsHardenedPath => _indexes.Any(index => index >= Hardened);

    public KeyPath Derive(uint index) => new([.. _indexes, index]);

    /// <param name="index">From 0 up.</param>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative.</exception>
    public KeyPath Derive(int index, bool hardened)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return Derive((uint)index | (hardened ? Hardened : 0));
    }

    /// <inheritdoc cref="Parse"/>
    public KeyPath Derive(string path) => Derive(Parse(path));

    public KeyPath Derive(KeyPath derivation)
    {
        ArgumentNullException.ThrowIfNull(derivation);
        return new([.. _indexes, .. derivation._indexes]);
    }

    public override bool Equals(object obj) => obj is KeyPath other && _indexes.AsSpan().SequenceEqual(other._indexes);

    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (var index in _indexes) hash.Add(index);
        return hash.ToHashCode();
    }

    public static bool operator ==(KeyPath a, KeyPath b) => Equals(a, b);

    public static bool operator !=(KeyPath a, KeyPath b) => !Equals(a, b);

    public static KeyPath operator +(KeyPath a, KeyPath b)
    {
        ArgumentNullException.ThrowIfNull(a);
        return a.Derive(b);
    }

    /// <summary>Such as <c>44'/0'/0</c>, without an m.</summary>
    public override string ToString() => string.Join('/', _indexes.Select(index =>
        index < Hardened ? index.ToString(CultureInfo.InvariantCulture) : (index - Hardened).ToString(CultureInfo.InvariantCulture) + "'"));
}
