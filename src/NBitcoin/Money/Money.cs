using System.Globalization;

namespace NBitcoin;

/// <summary>
/// An amount in satoshi, of either sign and of any size that a <see cref="long"/> holds. Immutable.
/// Arithmetic throws <see cref="OverflowException"/> beyond that.
/// </summary>
public class Money : IComparable<Money>, IEquatable<Money>, IMoney
{
    /// <summary>Satoshi in a bitcoin.</summary>
    public const long COIN = 100_000_000;

    /// <summary>Satoshi in a hundredth of a bitcoin.</summary>
    public const long CENT = COIN / 100;

    /// <summary>Satoshi in a ten-thousandth of a bitcoin.</summary>
    public const long NANO = CENT / 100;

    private const string UseLong = "You shouldn't use 'int' or 'uint' for a satoshi amount, which cannot hold 21,000,000 bitcoins; use long";

    [Obsolete(UseLong)]
    public Money(int satoshis) => Satoshi = satoshis;

    [Obsolete(UseLong)]
    public Money(uint satoshis) => Satoshi = satoshis;

    public Money(long satoshis) => Satoshi = satoshis;

    /// <exception cref="OverflowException">The amount is above <see cref="long.MaxValue"/>.</exception>
    public Money(ulong satoshis) => Satoshi = checked((long)satoshis);

    /// <summary>An amount in <paramref name="unit"/>; what is below a satoshi is cut off.</summary>
    /// <exception cref="OverflowException">The amount is out of range.</exception>
    public Money(decimal amount, MoneyUnit unit) => Satoshi = checked((long)(amount * Worth(unit)));

    /// <inheritdoc cref="Money(decimal, MoneyUnit)"/>
    public Money(long amount, MoneyUnit unit) => Satoshi = checked(amount * Worth(unit));

    /// <inheritdoc cref="Money(decimal, MoneyUnit)"/>
    public Money(ulong amount, MoneyUnit unit) => Satoshi = checked((long)amount * Worth(unit));

    public static Money Zero { get; } = new(0L);

    /// <summary>The amount in satoshi.</summary>
    public long Satoshi { get; }

    /// <summary>Bitcoins; what is below a satoshi is cut off.</summary>
    public static Money Coins(decimal coins) => new(coins, MoneyUnit.BTC);

    /// <summary>Hundreds of satoshi.</summary>
    public static Money Bits(decimal bits) => new(bits, MoneyUnit.Bit);

    /// <summary>Hundredths of a bitcoin.</summary>
    public static Money Cents(decimal cents) => new(checked((long)(cents * CENT)));

    public static Money Satoshis(decimal sats) => new(sats, MoneyUnit.Satoshi);

    public static Money Satoshis(ulong sats) => new(sats);

    public static Money Satoshis(long sats) => new(sats);

    public static Money FromUnit(decimal amount, MoneyUnit unit) => new(amount, unit);

    /// <summary>Reads a number of bitcoins, as "0.0001": a sign may precede it, at most eight decimals follow the point.</summary>
    /// <exception cref="FormatException">The text is anything else, or out of range.</exception>
    public static Money Parse(string bitcoin) =>
        TryParse(bitcoin, out var money) ? money : throw new FormatException("Not an amount in bitcoins");

    /// <summary>As <see cref="Parse"/>, with false for what it would refuse, null included.</summary>
    public static bool TryParse(string bitcoin, out Money nRet)
    {
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint
            | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite;
        nRet = null;
        if (!decimal.TryParse(bitcoin, Style, CultureInfo.InvariantCulture, out var coins)) return false;
        // Compared before it is multiplied: a decimal overflows too.
        if (coins < (decimal)long.MinValue / COIN || coins > (decimal)long.MaxValue / COIN) return false;
        var satoshis = coins * COIN;
        if (satoshis != decimal.Truncate(satoshis)) return false;
        nRet = new Money((long)satoshis);
        return true;
    }

    public static Money Min(Money a, Money b) => a <= b ? a : b;

    public static Money Max(Money a, Money b) => a >= b ? a : b;

    public decimal ToUnit(MoneyUnit unit) => (decimal)Satoshi / Worth(unit);

    public decimal ToDecimal(MoneyUnit unit) => ToUnit(unit);

    public Money Abs() => Satoshi < 0 ? -this : this;

    /// <summary>Whether the two differ by at most <paramref name="dust"/>.</summary>
    public bool Almost(Money amount, Money dust) => (amount - this).Abs() <= dust;

    /// <summary>Whether the two differ by at most <paramref name="margin"/>, a part from 0 to 1, of this amount.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The margin is outside 0 to 1.</exception>
    public bool Almost(Money amount, decimal margin)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(margin, 0m);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(margin, 1m);
        return Almost(amount, Satoshis(decimal.Abs(Satoshi) * margin));
    }

    /// <summary>Parts that add up to this amount and differ by at most a satoshi, the greater ones first.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is to be no part.</exception>
    public IEnumerable<Money> Split(int parts)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(parts);
        var (share, rest) = Math.DivRem(Satoshi, parts);
        return Enumerable.Range(0, parts).Select(i => new Money(share + (i < Math.Abs(rest) ? Math.Sign(rest) : 0)));
    }

    /// <summary>Bitcoins with eight decimals: "0.00010000".</summary>
    public override string ToString() => ToString(false, false);

    /// <summary>
    /// Bitcoins; with a plus sign before a positive amount if <paramref name="fplus"/>, and without the zeros at the
    /// end, but for two decimals, if <paramref name="trimExcessZero"/>.
    /// </summary>
    public string ToString(bool fplus, bool trimExcessZero = true) =>
        ToDecimal(MoneyUnit.BTC).ToString(
            (fplus ? "+" : "") + (trimExcessZero ? "0.00######" : "0.00000000") + (fplus ? ";-" + (trimExcessZero ? "0.00######" : "0.00000000") + ";0.00" : ""),
            CultureInfo.InvariantCulture);

    public bool Equals(Money other) => other is not null && Satoshi == other.Satoshi;

    public override bool Equals(object obj) => Equals(obj as Money);

    public override int GetHashCode() => Satoshi.GetHashCode();

    /// <summary>Compares the amounts; null is least.</summary>
    public int CompareTo(Money other) => other is null ? 1 : Satoshi.CompareTo(other.Satoshi);

    public int CompareTo(object obj) => obj switch
    {
        null => 1,
        Money other => CompareTo(other),
        _ => throw new ArgumentException("Not an amount of bitcoin", nameof(obj)),
    };

    public static Money operator +(Money left, Money right) => new(checked(left.Satoshi + right.Satoshi));

    public static Money operator -(Money left, Money right) => new(checked(left.Satoshi - right.Satoshi));

    public static Money operator -(Money left) => new(checked(-left.Satoshi));

    public static Money operator *(int left, Money right) => new(checked(left * right.Satoshi));

    public static Money operator *(Money right, int left) => new(checked(left * right.Satoshi));

    public static Money operator *(long left, Money right) => new(checked(left * right.Satoshi));

    public static Money operator *(Money right, long left) => new(checked(left * right.Satoshi));

    /// <summary>What is below a satoshi is cut off.</summary>
    public static Money operator /(Money left, long right) => new(checked(left.Satoshi / right));

    public static bool operator ==(Money a, Money b) => a is null ? b is null : a.Equals(b);

    public static bool operator !=(Money a, Money b) => !(a == b);

    public static bool operator <(Money left, Money right) => left.Satoshi < right.Satoshi;

    public static bool operator >(Money left, Money right) => left.Satoshi > right.Satoshi;

    public static bool operator <=(Money left, Money right) => left.Satoshi <= right.Satoshi;

    public static bool operator >=(Money left, Money right) => left.Satoshi >= right.Satoshi;

    public static implicit operator Money(long value) => new(value);

    [Obsolete(UseLong)]
    public static implicit operator Money(int value) => new((long)value);

    [Obsolete(UseLong)]
    public static implicit operator Money(uint value) => new((long)value);

    public static implicit operator Money(ulong value) => new(value);

    /// <inheritdoc cref="Parse"/>
    public static implicit operator Money(string value) => Parse(value);

    public static implicit operator long(Money value) => value.Satoshi;

    /// <exception cref="OverflowException">The amount is negative.</exception>
    public static implicit operator ulong(Money value) => checked((ulong)value.Satoshi);

    IMoney IMoney.Add(IMoney money) => this + Bitcoin(money);

    IMoney IMoney.Sub(IMoney money) => this - Bitcoin(money);

    IMoney IMoney.Negate() => -this;

    bool IMoney.IsCompatible(IMoney money) => money is Money;

    IEnumerable<IMoney> IMoney.Split(int parts) => Split(parts);

    int IComparable<IMoney>.CompareTo(IMoney other) => CompareTo((object)other);

    bool IEquatable<IMoney>.Equals(IMoney other) => Equals(other as Money);

    private static Money Bitcoin(IMoney money) =>
        money as Money ?? throw new ArgumentException("Not an amount of bitcoin", nameof(money));

    private static long Worth(MoneyUnit unit) =>
        Enum.IsDefined(unit) ? (long)unit : throw new ArgumentOutOfRangeException(nameof(unit));
}
