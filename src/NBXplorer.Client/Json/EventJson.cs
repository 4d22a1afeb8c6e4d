using System.Text.Json;
using System.Text.Json.Nodes;
using NBXplorer.Models;

namespace NBXplorer.Json;

/// <summary>Events: <c>{"eventId":1,"type":"newblock","data":{...}}</c>.</summary>
internal static class EventJson
{
    /// <exception cref="JsonException">It is no event.</exception>
    public static NewEventBase Read(JsonElement json, JsonSerializerOptions options)
    {
        if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty("type", out var type) || !json.TryGetProperty("data", out var data)
            || !json.TryGetProperty("eventId", out var id) || !id.TryGetInt64(out var eventId))
            throw new JsonException("An event has type, data and eventId");
        NewEventBase read = type.GetString() switch
        {
            NewBlockEvent.TypeName => data.Deserialize<NewBlockEvent>(options),
            NewTransactionEvent.TypeName => data.Deserialize<NewTransactionEvent>(options),
            var other => new UnknownEvent(other) { CryptoCode = data.TryGetProperty("cryptoCode", out var code) ? code.GetString() : null },
        };
        if (read is null) throw new JsonException("An event has data");
        read.EventId = eventId;
        return read;
    }

    public static JsonObject Write(NewEventBase told, JsonSerializerOptions options) => new()
    {
        ["eventId"] = told.EventId,
        ["type"] = told.EventType,
        ["data"] = JsonSerializer.SerializeToNode(told, told.GetType(), options),
    };
}
