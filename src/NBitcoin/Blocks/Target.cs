using System.Globalization;

namespace NBitcoin;

/// <summary>The number that a block's hash may not exceed, in the header's compact form. Immutable.</summary>
public class Target
{
    private readonly uint _compact;

    public Target(uint compact) => _compact = compact;

    public uint ToCompact() => _compact;

    /// <summary>The compact form in hex.</summary>
    public override string ToString() => _compact.ToString("x8", CultureInfo.InvariantCulture);

    public override bool Equals(object obj) => obj is Target other && _compact == other._compact;

    public override int GetHashCode() => _compact.GetHashCode();

    public static bool operator ==(Target a, Target b) => a is null ? b is null : a.Equals(b);

    public static bool operator !=(Target a, Target b) => !(a == b);

    public static implicit operator Target(uint a) => new(a);

    public static implicit operator uint(Target a) => a._compact;
}
