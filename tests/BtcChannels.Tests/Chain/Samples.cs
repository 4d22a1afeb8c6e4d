using NBitcoin;

namespace BtcChannels.Tests.Chain;

internal static class Samples
{
    public static readonly Script SomeScript = Script.FromHex("a914" + new string('1', 40) + "87");
    public static readonly Script OtherScript = Script.FromHex("a914" + new string('2', 40) + "87");

    /// <summary>A transaction of one input and one output.</summary>
    public static Transaction Spend(OutPoint? of = null, params Script[] to)
    {
        var transaction = Transaction.Create(Network.RegTest);
        transaction.Inputs.Add(of ?? new OutPoint(uint256.One, 0));
        foreach (var script in to.Length == 0 ? [SomeScript] : to) transaction.Outputs.Add(Money.Satoshis(1_000), script);
        return transaction;
    }

    public static Transaction Coinbase(params Script[] to) => Spend(new OutPoint(uint256.Zero, uint.MaxValue), to);

    /// <summary>A block on another one, serialized; nothing but its links and transactions is of use.</summary>
    public static (string Hex, uint256 Hash) Block(uint256 previous, params Transaction[] transactions)
    {
        var header = new byte[80];
        previous.ToBytes().CopyTo(header, 4);
        var bytes = header.Append(checked((byte)transactions.Length)).Concat(transactions.SelectMany(transaction => Convert.FromHexString(transaction.ToHex()))).ToArray();
        return (Convert.ToHexStringLower(bytes), global::NBitcoin.Block.Load(bytes, Network.RegTest).GetHash());
    }
}
