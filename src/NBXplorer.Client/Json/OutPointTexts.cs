using System.Text.Json;
using System.Text.Json.Serialization;
using NBitcoin;

namespace NBXplorer.Json;

/// <summary>Outpoints as requests name them: txid-n.</summary>
internal sealed class OutPointTexts : JsonConverter<OutPoint[]>
{
    public override OutPoint[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        [.. JsonSerializer.Deserialize<string[]>(ref reader, options)!.Select(OutPoint.Parse)];

    public override void Write(Utf8JsonWriter writer, OutPoint[] value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value.Select(it => it.ToString()), options);
}
