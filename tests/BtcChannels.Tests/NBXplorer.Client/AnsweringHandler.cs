using System.Net;
using System.Text;

namespace BtcChannels.Tests.NBXplorerApi;

/// <summary>A server that answers as it is told, and keeps what it was asked.</summary>
internal sealed class AnsweringHandler(Func<AnsweringHandler.Asked, (HttpStatusCode Status, string Body)> answer) : HttpMessageHandler
{
    public List<Asked> Requests { get; } = [];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var asked = new Asked(
            request.Method.Method, request.RequestUri!.PathAndQuery, request.Content is null ? null : await request.Content.ReadAsByteArrayAsync(cancellationToken), request.Content?.Headers.ContentType?.ToString(),
            request.Headers.Authorization?.ToString());
        Requests.Add(asked);
        var (status, body) = answer(asked);
        return new HttpResponseMessage(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
    }

    public sealed record Asked(string Method, string Path, byte[]? Body, string? ContentType, string? Authorization)
    {
        public string Text => Body is null ? "" : Encoding.UTF8.GetString(Body);

        /// <summary>As the recorder wrote requests of the real client down.</summary>
        public string Recorded => $"{Method} {Path}" + (Body is null ? "" : $" body={(ContentType == "application/octet-stream" ? "<binary tx>" : Text)} Content-Type: {ContentType}");
    }
}
