using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using NBitcoin;

namespace BtcChannels.AspNetCore.Two1;

/// <summary>A body of 21's protocol: JSON whatever it says it is, or else a form; what is in neither is looked for in the query.</summary>
internal sealed class Two1Request
{
    private readonly Dictionary<string, StringValues> _fields;
    private readonly IQueryCollection _query;

    private Two1Request(Dictionary<string, StringValues> fields, IQueryCollection query) => (_fields, _query) = (fields, query);

    /// <returns>Null where it is larger than that.</returns>
    public static async Task<Two1Request?> ReadAsync(HttpRequest request, int limit, CancellationToken ct)
    {
        if (request.ContentLength > limit) return null;
        var buffer = ArrayPool<byte>.Shared.Rent(limit + 1);
        try
        {
            var length = await request.Body.ReadAtLeastAsync(buffer.AsMemory(0, limit + 1), limit + 1, throwOnEndOfStream: false, ct);
            if (length > limit) return null;
            var body = buffer.AsMemory(0, length);
            return new(TryReadJson(body, out var fields) ? fields : QueryHelpers.ParseQuery(Encoding.UTF8.GetString(body.Span)), request.Query);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>A field; null where it is missing or empty, as 21 takes it.</summary>
    public string? this[string name]
    {
        get
        {
            var values = _fields.TryGetValue(name, out var own) ? own : _query[name];
            return values.Count > 0 && !string.IsNullOrEmpty(values[0]) ? values[0] : null;
        }
    }

    /// <summary>Reads a transaction, and nothing after it. 21's does not mind what follows.</summary>
    public static bool TryReadTransaction(string hex, Network network, [NotNullWhen(true)] out Transaction? transaction) =>
        Transaction.TryParse(hex, network, out transaction) && transaction is not null;

    private static bool TryReadJson(ReadOnlyMemory<byte> body, [NotNullWhen(true)] out Dictionary<string, StringValues>? fields)
    {
        fields = null;
        // Forms begin with a letter: most need no exception to be told apart.
        if (body.Span.TrimStart(" \t\r\n"u8) is not [(byte)'{', ..]) return false;
        try
        {
            using var json = JsonDocument.Parse(body);
            fields = [];
            foreach (var member in json.RootElement.EnumerateObject())
                if (member.Value.ValueKind == JsonValueKind.String) fields[member.Name] = member.Value.GetString();
            return true;
        }
        catch (JsonException)
        {
            return false;   // a form after all, for what it is worth
        }
    }
}
