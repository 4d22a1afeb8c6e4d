using System.Text.Json.Serialization;

namespace NBXplorer.Models;

/// <summary>An event of a kind that is not known here.</summary>
public class UnknownEvent : NewEventBase
{
    private readonly string _type;

    public UnknownEvent(string eventType) => _type = eventType;

    [JsonIgnore]
    public override string EventType => _type;
}
