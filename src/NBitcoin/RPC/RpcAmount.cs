using System.Globalization;
using System.Text.Json;

namespace NBitcoin.RPC;

/// <summary>Amounts between satoshi and the node's JSON, which writes bitcoins: by their digits, never through a binary fraction.</summary>
internal static class RpcAmount
{
    private const decimal SatoshisPerBitcoin = 100_000_000m;

    /// <exception cref="FormatException">Not a number, or finer than a satoshi.</exception>
    /// <exception cref="OverflowException">Beyond 64 bits of satoshi.</exception>
    public static Money Parse(JsonElement number)
    {
        if (number.ValueKind != JsonValueKind.Number) throw new FormatException("An amount is not a number");
        var satoshis = decimal.Parse(number.GetRawText(), NumberStyles.Float, CultureInfo.InvariantCulture) * SatoshisPerBitcoin;
        if (satoshis != decimal.Truncate(satoshis)) throw new FormatException("An amount is finer than a satoshi");
        return Money.Satoshis(decimal.ToInt64(satoshis));
    }

    public static decimal ToBitcoins(Money amount) => amount.Satoshi / SatoshisPerBitcoin;
}
