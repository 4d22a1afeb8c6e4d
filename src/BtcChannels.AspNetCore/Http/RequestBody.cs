using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BtcChannels.AspNetCore.Http;

/// <summary>Reads a JSON body strictly and never more of it than its kind may need.</summary>
internal static class RequestBody
{
    /// <returns>The body, or the problem to answer with.</returns>
    public static async Task<(T? Body, ProblemHttpResult? Problem)> ReadAsync<T>(HttpRequest request, JsonTypeInfo<T> type, int limit, CancellationToken ct)
        where T : class
    {
        if (!request.HasJsonContentType()) return (null, Problems.NotJson());
        if (request.ContentLength > limit) return (null, Problems.TooLarge(limit));
        var buffer = ArrayPool<byte>.Shared.Rent(limit + 1);
        try
        {
            var length = await request.Body.ReadAtLeastAsync(buffer.AsMemory(0, limit + 1), limit + 1, throwOnEndOfStream: false, ct);
            if (length > limit) return (null, Problems.TooLarge(limit));
            return JsonSerializer.Deserialize(buffer.AsSpan(0, length), type) is { } body ? (body, null) : (null, Problems.Malformed("The body is null"));
        }
        catch (JsonException fault)
        {
            // The path names a member and nothing of its value.
            return (null, Problems.Malformed($"The body is not what it has to be, at {fault.Path ?? "$"}"));
        }
        catch (BadHttpRequestException cut)
        {
            return (null, ProblemOf(cut, limit));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>What the server found wrong while it read a body.</summary>
    public static ProblemHttpResult ProblemOf(BadHttpRequestException cut, int limit) =>
        cut.StatusCode == StatusCodes.Status413PayloadTooLarge ? Problems.TooLarge(limit) : Problems.Malformed("The body ended early");
}
