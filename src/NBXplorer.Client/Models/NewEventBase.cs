using System.Text.Json.Serialization;

namespace NBXplorer.Models;

/// <summary>Something that happened, as a server tells it.</summary>
public abstract class NewEventBase
{
    internal NewEventBase() { }

    /// <summary>Rises with each event of a server's database, also over restarts.</summary>
    [JsonIgnore]
    public long EventId { get; set; }

    [JsonIgnore]
    public abstract string EventType { get; }

    public string CryptoCode { get; set; }
}
