using System.Net.WebSockets;

namespace BtcChannels.AspNetCore.Streams;

/// <summary>Why a merchant ends a stream, as the closing frame says it. docs/http-api.md lists them.</summary>
internal sealed record StreamEnd(WebSocketCloseStatus Status, string Words)
{
    public static readonly StreamEnd Done = new(WebSocketCloseStatus.NormalClosure, "done");
    public static readonly StreamEnd Idle = new(WebSocketCloseStatus.NormalClosure, "idle");
    public static readonly StreamEnd Stopping = new(WebSocketCloseStatus.EndpointUnavailable, "stopping");
    public static readonly StreamEnd Replaced = new(WebSocketCloseStatus.PolicyViolation, "replaced");
    public static readonly StreamEnd TooManyRefusals = new(WebSocketCloseStatus.PolicyViolation, "too-many-refusals");
    public static readonly StreamEnd NotBinary = new(WebSocketCloseStatus.InvalidMessageType, "not-binary");
    public static readonly StreamEnd Failed = new(WebSocketCloseStatus.InternalServerError, "failed");
}
