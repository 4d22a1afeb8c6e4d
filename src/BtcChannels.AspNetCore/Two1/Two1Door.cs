using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace BtcChannels.AspNetCore.Two1;

/// <summary>Whether 21's protocol is spoken here, and where: told once, as the app is put together.</summary>
internal sealed class Two1Door(BtcChannelsOptions options)
{
    private static readonly SearchValues<char> s_letters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-/");

    private string? _path;   // null where the door is not mapped

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

    /// <summary>Errors are told as 21 tells them: the words alone. Not as HTML, since some repeat what was sent.</summary>
    public static Task TellAsync(HttpResponse response, int status, string words)
    {
        response.StatusCode = status;
        response.Headers.CacheControl = "no-store";
        return WriteAsync(response, "text/plain; charset=utf-8", words);
    }

    /// <summary>With its length, as old clients like it.</summary>
    public static async Task WriteAsync(HttpResponse response, string type, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        response.ContentType = type;
        response.ContentLength = bytes.Length;
        await response.BodyWriter.WriteAsync(bytes);
    }
}
