using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using NBXplorer.Models;

namespace NBXplorer;

public partial class ExplorerClient
{
    internal Uri Of(string path) => new(Address, $"v1/cryptos/{CryptoCode}/{path}");

    private Uri OfAllCryptos(string path) => new(Address, $"v1/{path}");

    internal Task<T> GetAsync<T>(string path, CancellationToken ct) => SendAsync<T>(HttpMethod.Get, Of(path), null, ct);

    private Task<T> PostAsync<T>(string path, object body, CancellationToken ct) => SendAsync<T>(HttpMethod.Post, Of(path), body, ct);

    /// <param name="body">Null for none, bytes as they are, all else as JSON.</param>
    private async Task<T> SendAsync<T>(HttpMethod method, Uri uri, object body, CancellationToken ct)
    {
        uri = WithOptions(uri);
        var answer = await SendOnceAsync(method, uri, body, ct).ConfigureAwait(false);
        // A server that was restarted has written a new cookie.
        if (answer.StatusCode == HttpStatusCode.Unauthorized && _auth.RefreshCache())
        {
            answer.Dispose();
            answer = await SendOnceAsync(method, uri, body, ct).ConfigureAwait(false);
        }
        using (answer) return await ReadAsync<T>(answer, ct).ConfigureAwait(false);
    }

    private async Task<HttpResponseMessage> SendOnceAsync(HttpMethod method, Uri uri, object body, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, uri);
        if (body is byte[] bytes)
        {
            request.Content = new ByteArrayContent(bytes);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        }
        else if (body is not null)
        {
            request.Content = new StringContent(JsonSerializer.Serialize(body, body.GetType(), Serializer.Options), Encoding.UTF8, "application/json");
        }
        _auth.SetAuthorization(request);
        return await _http.SendAsync(request, ct).ConfigureAwait(false);
    }

    private async Task<T> ReadAsync<T>(HttpResponseMessage answer, CancellationToken ct)
    {
        if (answer.StatusCode == HttpStatusCode.NotFound) return default;
        if (answer.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.GatewayTimeout)
            throw new HttpRequestException($"HTTP error {(int)answer.StatusCode}", new TimeoutException(), answer.StatusCode);
        var text = await answer.Content.ReadAsStringAsync(ct).ConfigureAwait(false);
        if (!answer.IsSuccessStatusCode) throw Refusal(answer, text);
        try
        {
            return text.Length == 0 ? default : JsonSerializer.Deserialize<T>(text, Serializer.Options);
        }
        catch (JsonException e)
        {
            throw NotUnderstood(e);
        }
    }

    internal HttpRequestException NotUnderstood(JsonException e) =>
        new(HttpRequestError.InvalidResponse, $"What answers at {Address} does not speak as a server of NBXplorer ({e.Message})", e);

    private Exception Refusal(HttpResponseMessage answer, string text)
    {
        if (answer.StatusCode != HttpStatusCode.InternalServerError && text.Length > 0)
        {
            try
            {
                if (JsonSerializer.Deserialize<NBXplorerError>(text, Serializer.Options) is { Code: not null } error) return error.AsException();
            }
            catch (JsonException)
            {
                // No word of the server's own: the status says all that there is.
            }
        }
        return new HttpRequestException($"Response status code does not indicate success: {(int)answer.StatusCode} ({answer.ReasonPhrase}).", null, answer.StatusCode);
    }

    private Uri WithOptions(Uri uri) =>
        IncludeTransaction ? uri : new UriBuilder(uri) { Query = uri.Query is { Length: > 1 } query ? $"{query}&includeTransaction=false" : "includeTransaction=false" }.Uri;
}
