namespace BtcChannels;

/// <summary>Prices as they read: <c>25.Sat()</c>, <c>0.25m.Sat()</c>.</summary>
public static class SatoshiExtensions
{
    /// <exception cref="ArgumentOutOfRangeException">The amount is negative.</exception>
    public static MilliSatoshi Sat(this int amount) => Sat((long)amount);

    /// <exception cref="ArgumentOutOfRangeException">The amount is negative.</exception>
    /// <exception cref="OverflowException">It is above what is counted here.</exception>
    public static MilliSatoshi Sat(this long amount) => new(checked(amount * MilliSatoshi.PerSatoshi));

    /// <summary>A fraction of a satoshi, down to a thousandth.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The amount is negative, or has a fourth decimal.</exception>
    /// <exception cref="OverflowException">It is above what is counted here.</exception>
    public static MilliSatoshi Sat(this decimal amount)
    {
        var thousandths = checked(amount * MilliSatoshi.PerSatoshi);
        if (thousandths != decimal.Truncate(thousandths)) throw new ArgumentOutOfRangeException(nameof(amount), amount, "A price is a whole number of thousandths of a satoshi");
        return new(checked((long)thousandths));
    }
}
