using System.Text.Json.Serialization;
using NBitcoin;
using NBXplorer.DerivationStrategy;

namespace NBXplorer.Models;

/// <summary>What a tracked source owns. An output that the mempool spends still stands among the confirmed ones: <see cref="GetUnspentUTXOs(bool)"/> leaves it out.</summary>
public class UTXOChanges
{
    public TrackedSource TrackedSource { get; set; }

    /// <summary>Null where the source is no wallet.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DerivationStrategyBase DerivationStrategy { get; set; }

    /// <summary>The server's tip.</summary>
    public int CurrentHeight { get; set; }

    public UTXOChange Unconfirmed { get; set; } = new();

    /// <summary>In the mempool, and spent there.</summary>
    public List<UTXO> SpentUnconfirmed { get; set; } = [];

    public UTXOChange Confirmed { get; set; } = new();

    /// <summary>What nothing spends, in blocks or the mempool.</summary>
    public UTXO[] GetUnspentUTXOs(bool excludeUnconfirmedUTXOs = false) => GetUnspentUTXOs(excludeUnconfirmedUTXOs ? 1 : 0);

    public UTXO[] GetUnspentUTXOs(int minConfirmations)
    {
        var spent = Confirmed.SpentOutpoints.Concat(Unconfirmed.SpentOutpoints).ToHashSet();
        return [.. Confirmed.UTXOs.Concat(Unconfirmed.UTXOs).Where(it => it.Confirmations >= minConfirmations && !spent.Contains(it.Outpoint))];
    }

    /// <inheritdoc cref="GetUnspentUTXOs(bool)"/>
    public Coin[] GetUnspentCoins(bool excludeUnconfirmedUTXOs = false) => GetUnspentCoins(excludeUnconfirmedUTXOs ? 1 : 0);

    public Coin[] GetUnspentCoins(int minConfirmations) => [.. GetUnspentUTXOs(minConfirmations).Select(it => it.AsCoin())];
}
