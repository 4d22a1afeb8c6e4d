namespace BtcChannels.Storage;

/// <summary>What a paid request was answered, for whoever repeats it.</summary>
/// <param name="Key">The request's, within its channel.</param>
/// <param name="Request">SHA-256 of all that makes the request what it is, 32 bytes: the same key with another request is none of these.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Head">The headers, in the server's own form.</param>
/// <param name="Body">Null where it is not kept, since it was too large or streamed: then it is only known that the request was paid.</param>
/// <param name="At">When it was answered, UNIX seconds.</param>
public sealed record KeptAnswer(RequestKey Key, byte[] Request, int Status, string Head, byte[]? Body, long At)
{
    /// <summary>How long it is kept; after that the same request costs again.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(1);
}
