using System.Text.Json;
using NBitcoin;

namespace BtcChannels.Chain;

/// <summary>Values as bitcoind writes them. Amounts are decimal bitcoin, and never pass through binary fractions.</summary>
internal static class NodeJson
{
    private const decimal SatoshiPerBitcoin = 100_000_000m;
    private const decimal MaxSatoshi = 21_000_000 * SatoshiPerBitcoin;

    /// <exception cref="FormatException">It is null.</exception>
    public static string ReadText(this JsonElement text) => text.GetString() ?? throw new FormatException("null stands where a text is due");

    /// <exception cref="FormatException">It is no hash.</exception>
    public static uint256 ReadHash(this JsonElement hex) => uint256.Parse(hex.ReadText());

    /// <exception cref="FormatException">It is no whole number of satoshi from 0 to 21 million bitcoin.</exception>
    public static Money ReadAmount(this JsonElement bitcoin)
    {
        var satoshi = bitcoin.GetDecimal() * SatoshiPerBitcoin;
        return satoshi is >= 0 and <= MaxSatoshi && decimal.IsInteger(satoshi)
            ? Money.Satoshis(decimal.ToInt64(satoshi))
            : throw new FormatException("an amount is a whole number of satoshi from 0 to 21 million bitcoin");
    }

    /// <summary>A fee rate, given per 1,000 virtual bytes; parts of a satoshi are rounded up, so that the rate is enough.</summary>
    /// <exception cref="FormatException">It is not from 0 to 21 million bitcoin.</exception>
    public static FeeRate ReadFeeRate(this JsonElement bitcoin)
    {
        var satoshi = decimal.Ceiling(bitcoin.GetDecimal() * SatoshiPerBitcoin);
        return satoshi is >= 0 and <= MaxSatoshi
            ? new FeeRate(Money.Satoshis(decimal.ToInt64(satoshi)))
            : throw new FormatException("a fee rate is from 0 to 21 million bitcoin");
    }
}
