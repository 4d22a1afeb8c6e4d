namespace NBXplorer.Models;

/// <summary>Why the server refused.</summary>
public class NBXplorerError
{
    public NBXplorerError() { }

    public NBXplorerError(int httpCode, string code, string message) : this(httpCode, code, message, null) { }

    public NBXplorerError(int httpCode, string code, string message, string reason) => (HttpCode, Code, Message, Reason) = (httpCode, code, message, reason);

    public int HttpCode { get; set; }

    /// <summary>A word that stays, such as <c>rpc-unavailable</c>.</summary>
    public string Code { get; set; }

    public string Message { get; set; }

    public string Reason { get; set; }

    public NBXplorerException AsException() => new(this);
}
