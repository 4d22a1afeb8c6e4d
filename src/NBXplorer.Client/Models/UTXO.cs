using System.Text.Json.Serialization;
using NBitcoin;
using NBXplorer.DerivationStrategy;

namespace NBXplorer.Models;

/// <summary>An output that a tracked source owns.</summary>
public class UTXO
{
    public UTXO() { }

    public UTXO(ICoin coin) =>
        (Outpoint, Index, TransactionHash, Value, ScriptPubKey) = (coin.Outpoint, (int)coin.Outpoint.N, coin.Outpoint.Hash, coin.Amount, coin.TxOut.ScriptPubKey);

    /// <summary>Null where it belongs to no wallet.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DerivationFeature? Feature { get; set; }

    public OutPoint Outpoint { get; set; } = new();

    public int Index { get; set; }

    public uint256 TransactionHash { get; set; }

    public Script ScriptPubKey { get; set; }

    public BitcoinAddress Address { get; set; }

    /// <summary>What the address is the hash of, where the server knows it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Script Redeem { get; set; }

    public IMoney Value { get; set; }

    /// <summary>Null where it belongs to no wallet.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public KeyPath KeyPath { get; set; }

    public int KeyIndex { get; set; }

    public DateTimeOffset Timestamp { get; set; }

    /// <summary>0 in the mempool.</summary>
    public long Confirmations { get; set; }

    public Coin AsCoin() => new(new OutPoint(TransactionHash, Index), new TxOut((Money)Value, ScriptPubKey));
}
