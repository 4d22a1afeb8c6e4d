using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using BtcChannels.Storage;
using Microsoft.AspNetCore.Http;

namespace BtcChannels.AspNetCore.Paywall;

/// <summary>A request that its customer may repeat, without paying again, by its <c>Idempotency-Key</c>.</summary>
/// <param name="Key">What he called it.</param>
/// <param name="Hash">SHA-256 of method, URL and body: another request of the same name is none of these.</param>
internal sealed record KeyedRequest(RequestKey Key, byte[] Hash)
{
    public const string Header = "Idempotency-Key";

    private const int MaxLength = 255;

    // Made anew with each answer, or of this connection alone.
    private static readonly HashSet<string> s_notKept = new(StringComparer.OrdinalIgnoreCase)
    {
        "Date", "Server", "Connection", "Keep-Alive", "Transfer-Encoding", "Content-Length", "Upgrade", "Trailer", BtcChannels.Paywall.PaymentScheme.ReceiptHeader,
    };

    /// <summary>Whether the field is one name.</summary>
    public static bool IsName(Microsoft.Extensions.Primitives.StringValues field) =>
        field is [{ Length: > 0 and <= MaxLength } name] && !name.AsSpan().ContainsAnyExceptInRange(' ', '~');

    public static KeyedRequest Of(HttpRequest request, ReadOnlySpan<byte> bodyHash) => new(
        RequestKey.Of(request.Headers[Header].ToString()),
        SHA256.HashData([.. Encoding.UTF8.GetBytes($"{request.Method}\n{request.PathBase}{request.Path}{request.QueryString}\n"), .. bodyHash]));

    public KeptAnswer Answer(HttpResponse response, byte[]? body, DateTimeOffset now)
    {
        var head = response.Headers.Where(it => !s_notKept.Contains(it.Key)).ToDictionary(it => it.Key, it => it.Value.ToArray());
        return new(Key, Hash, response.StatusCode, JsonSerializer.Serialize(head, HeadJson.Default.DictionaryStringStringArray), body, now.ToUnixTimeSeconds());
    }

    /// <summary>Answers as before.</summary>
    public static async Task RepeatAsync(HttpResponse response, KeptAnswer answer, CancellationToken ct)
    {
        response.StatusCode = answer.Status;
        foreach (var (name, values) in JsonSerializer.Deserialize(answer.Head, HeadJson.Default.DictionaryStringStringArray)!) response.Headers[name] = values;
        if (answer.Body is not { Length: > 0 } body) return;
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, ct);
    }
}

[JsonSerializable(typeof(Dictionary<string, string?[]>))]
internal sealed partial class HeadJson : JsonSerializerContext;
