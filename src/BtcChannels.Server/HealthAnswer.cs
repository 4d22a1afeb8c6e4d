using System.Text.Json;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace BtcChannels.Server;

/// <summary>What <c>/healthz</c> answers: 200 while payments are taken, 503 otherwise, and why.</summary>
internal static class HealthAnswer
{
    public static async Task WriteAsync(HttpContext http, HealthReport report)
    {
        http.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("status", report.Status.ToString().ToLowerInvariant());
        foreach (var (_, entry) in report.Entries)
        {
            if (entry.Description is { } why) json.WriteString("why", why);
            foreach (var (name, value) in entry.Data) json.WriteNumber(name, Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture));
        }
        json.WriteEndObject();
        await json.FlushAsync();
    }
}
