using System.Text.Json;

namespace NBitcoin.RPC;

/// <summary>The error member of a node's answer.</summary>
public class RPCError
{
    internal RPCError(JsonElement error)
    {
        // A proxy in between may answer with a bare string.
        Code = error.ValueKind == JsonValueKind.Object && error.TryGetProperty("code", out var code) && code.TryGetInt32(out var number)
            ? (RPCErrorCode)number
            : RPCErrorCode.RPC_MISC_ERROR;
        Message = error.ValueKind == JsonValueKind.Object && error.TryGetProperty("message", out var message)
            ? message.ToString()
            : error.ToString();
    }

    /// <summary>A value outside the enumeration's is passed on as it came.</summary>
    public RPCErrorCode Code { get; set; }

    public string Message { get; set; }
}
