using System.Text.Json;
using System.Text.Json.Serialization;
using NBXplorer.Json;

namespace NBXplorer;

/// <summary>The JSON of a server of one network.</summary>
public class Serializer
{
    public Serializer(NBXplorerNetwork network)
    {
        ArgumentNullException.ThrowIfNull(network);
        Network = network.NBitcoinNetwork;
        Options = new JsonSerializerOptions(JsonSerializerDefaults.Web) { NumberHandling = JsonNumberHandling.Strict };
        foreach (var converter in BitcoinConverters.For(network)) Options.Converters.Add(converter);
        Options.MakeReadOnly(populateMissingResolver: true);
    }

    public NBitcoin.Network Network { get; }

    internal JsonSerializerOptions Options { get; }

    /// <exception cref="JsonException">The text is not that.</exception>
    public T ToObject<T>(string str) => JsonSerializer.Deserialize<T>(str, Options);

    public string ToString<T>(T obj) => JsonSerializer.Serialize(obj, Options);
}
