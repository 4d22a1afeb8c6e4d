using System.Text.Json;

namespace NBitcoin.RPC;

/// <summary>A node's answer to one command.</summary>
public class RPCResponse
{
    private RPCResponse(JsonElement answer)
    {
        if (answer.ValueKind != JsonValueKind.Object || !(answer.TryGetProperty("result", out _) || answer.TryGetProperty("error", out _)))
            throw new JsonException("The answer has neither a result nor an error");
        if (answer.TryGetProperty("result", out var result)) Json = result.Clone();
        if (answer.TryGetProperty("error", out var error) && error.ValueKind != JsonValueKind.Null) Error = new RPCError(error);
    }

    /// <summary>Null where the command succeeded.</summary>
    public RPCError Error { get; set; }

    /// <summary>
    /// The result as text: a string without its quotes, <c>True</c> or <c>False</c>, JSON for all else, empty for null. A number may
    /// have an exponent: read it as a decimal.
    /// </summary>
    public string ResultString => Json.ValueKind switch
    {
        JsonValueKind.Undefined => null,
        JsonValueKind.Null => "",
        JsonValueKind.String => Json.GetString(),
        JsonValueKind.True => bool.TrueString,
        JsonValueKind.False => bool.FalseString,
        _ => Json.GetRawText(),
    };

    internal JsonElement Json { get; }

    /// <exception cref="JsonException">The stream is no JSON-RPC answer.</exception>
    public static RPCResponse Load(Stream stream)
    {
        using var answer = JsonDocument.Parse(stream);
        return new RPCResponse(answer.RootElement);
    }

    internal static RPCResponse Load(byte[] utf8)
    {
        using var answer = JsonDocument.Parse(utf8);
        return new RPCResponse(answer.RootElement);
    }

    /// <exception cref="RPCException">The answer is an error.</exception>
    public void ThrowIfError()
    {
        if (Error is not null) throw new RPCException(Error.Code, Error.Message, this);
    }
}
