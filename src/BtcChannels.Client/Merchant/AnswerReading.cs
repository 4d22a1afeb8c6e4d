using System.Text;

namespace BtcChannels.Client;

/// <summary>Reads what strangers answer: bounded, and made fit to be shown.</summary>
internal static class AnswerReading
{
    private const int MaxAnswerBytes = 65_536;
    private const int MaxDetail = 300;

    /// <returns>The body; null where it is longer than any that makes sense.</returns>
    public static async Task<byte[]?> BytesAsync(HttpResponseMessage response, CancellationToken ct)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(ct);
        var buffer = new byte[MaxAnswerBytes + 1];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
        return length > MaxAnswerBytes ? null : buffer[..length];
    }

    /// <summary>When he wants to be asked again, if he says.</summary>
    public static TimeSpan? RetryAfter(HttpResponseMessage response, TimeProvider clock) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date > clock.GetUtcNow() => date - clock.GetUtcNow(),
        _ => null,
    };

    /// <summary>A stranger's words may end up on a terminal, which obeys control characters.</summary>
    public static string Printable(string text)
    {
        var shown = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (shown.Length >= MaxDetail) break;
            shown.Append(Rune.IsControl(rune) || Rune.GetUnicodeCategory(rune) == System.Globalization.UnicodeCategory.Format ? "?" : rune.ToString());
        }
        return shown.ToString();
    }
}
