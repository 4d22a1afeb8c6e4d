namespace NBitcoin;

public static class MoneyExtensions
{
    /// <summary>The total; zero of nothing.</summary>
    /// <exception cref="OverflowException">The total is out of range.</exception>
    public static Money Sum(this IEnumerable<Money> moneys) =>
        moneys.Aggregate(Money.Zero, (total, money) => total + money);

    /// <summary>The total; <paramref name="zero"/> of nothing.</summary>
    public static IMoney Sum(this IEnumerable<IMoney> moneys, IMoney zero) =>
        moneys.Aggregate(zero, (total, money) => total.Add(money));
}
