using System.Text.Json.Serialization;
using NBitcoin;
using NBXplorer.Json;

namespace NBXplorer.Models;

/// <summary>Outputs in blocks that the server is to look for at its node, since it did not track them when they came.</summary>
public class ImportUTXORequest
{
    [JsonConverter(typeof(OutPointTexts))]
    public OutPoint[] Utxos { get; set; }
}
