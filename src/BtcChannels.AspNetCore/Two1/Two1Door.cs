using Microsoft.AspNetCore.Http;

namespace BtcChannels.AspNetCore.Two1;

/// <summary>Whether 21's protocol is spoken here, and where: told once, as the app is put together.</summary>
internal sealed class Two1Door(BtcChannelsOptions options)
{
    /// <summary>Null where the door is not mapped.</summary>
    private string? _path;

    public bool IsMapped => _path is not null;

    /// <summary>What customers are told, by the settings and never by a request.</summary>
    public string Url => options.Origin + _path;

    /// <exception cref="ArgumentException">It is no path that 21's clients could call.</exception>
    public void Map(string path)
    {
        if (_path is not null) throw new ArgumentException("MapTwo1Channels: the door is mapped already");
        if (path.Length < 2 || path[0] != '/' || path[^1] == '/' || path.AsSpan(1).ContainsAnyExcept(s_letters))
            throw new ArgumentException($"MapTwo1Channels: the path has to be such as /payment or /payments/channel, and is '{path}'");
        _path = path;
    }

    private static readonly System.Buffers.SearchValues<char> s_letters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-/");

    /// <summary>Errors are told as 21 tells them: the words alone. Not as HTML, since some repeat what was sent.</summary>
    public static Task TellAsync(HttpResponse response, int status, string words)
    {
        response.StatusCode = status;
        response.ContentType = "text/plain; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        return response.WriteAsync(words);
    }
}
