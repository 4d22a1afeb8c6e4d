using System.Net;

namespace NBXplorer;

/// <summary>Sends commands to the node on the client's own way to the server, with its credentials.</summary>
internal sealed class RpcProxyHandler(ExplorerClient client) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = await request.Content!.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        var answer = await SendOnceAsync(request, body, cancellationToken).ConfigureAwait(false);
        if (answer.StatusCode != HttpStatusCode.Unauthorized || !client.Auth.RefreshCache()) return answer;
        answer.Dispose();
        return await SendOnceAsync(request, body, cancellationToken).ConfigureAwait(false);
    }

    private async Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, byte[] body, CancellationToken ct)
    {
        using var own = new HttpRequestMessage(request.Method, request.RequestUri) { Content = new ByteArrayContent(body) };
        own.Content.Headers.ContentType = request.Content!.Headers.ContentType;
        client.Auth.SetAuthorization(own);
        return await client.Http.SendAsync(own, ct).ConfigureAwait(false);
    }
}
