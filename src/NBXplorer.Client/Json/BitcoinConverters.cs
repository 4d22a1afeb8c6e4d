using System.Text.Json.Serialization;
using NBitcoin;
using NBXplorer.DerivationStrategy;
using NBXplorer.Models;

namespace NBXplorer.Json;

/// <summary>How values of Bitcoin stand in a server's JSON: amounts are whole satoshi, fee rates satoshi per virtual byte, times UNIX seconds.</summary>
internal static class BitcoinConverters
{
    public static IEnumerable<JsonConverter> For(NBXplorerNetwork network) =>
    [
        new TextConverter<uint256>(uint256.Parse, it => it.ToString()),
        new TextConverter<Script>(Script.FromHex, it => it.ToHex()),
        new TextConverter<Transaction>(it => Transaction.Parse(it, network.NBitcoinNetwork), it => it.ToHex()),
        new TextConverter<OutPoint>(ReadOutPoint, it => Convert.ToHexStringLower(it.ToBytes())),
        new TextConverter<KeyPath>(KeyPath.Parse, it => it.ToString()),
        new TextConverter<BitcoinAddress>(it => BitcoinAddress.Create(it, network.NBitcoinNetwork), it => it.ToString()),
        new TextConverter<ChainName>(it => new ChainName(it), it => it.ToString()),
        new TextConverter<TrackedSource>(it => TrackedSource.Parse(it, network), it => it.ToString()!),
        new TextConverter<DerivationStrategyBase>(network.DerivationStrategyFactory.Parse, it => it.ToString()),
        new NumberConverter<Money>(Satoshi, it => it.Satoshi),
        new NumberConverter<IMoney>(Satoshi, it => ((Money)it).Satoshi),
        new NumberConverter<FeeRate>(it => new FeeRate(it), it => it.SatoshiPerByte),
        new NumberConverter<DateTimeOffset>(it => DateTimeOffset.FromUnixTimeSeconds(Whole(it)), it => it.ToUnixTimeSeconds()),
        new JsonStringEnumConverter<DerivationFeature>(),
        new JsonStringEnumConverter<ScanUTXOStatus>(),
    ];

    /// <summary>As servers write one, 36 bytes in hex, or as people do, txid-n.</summary>
    private static OutPoint ReadOutPoint(string text)
    {
        if (OutPoint.TryParse(text, out var outPoint)) return outPoint;
        outPoint = new OutPoint();
        outPoint.ReadWrite(new BitcoinStream(Convert.FromHexString(text)));
        return outPoint;
    }

    private static Money Satoshi(decimal number) => Money.Satoshis(Whole(number));

    private static long Whole(decimal number) => decimal.IsInteger(number) ? decimal.ToInt64(number) : throw new ArgumentException("A whole number is due");
}
