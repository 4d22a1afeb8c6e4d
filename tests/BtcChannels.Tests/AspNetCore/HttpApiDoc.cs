using System.Globalization;
using System.Text.Json;
using BtcChannels.Wire;

namespace BtcChannels.Tests.AspNetCore;

/// <summary>The tables of problems in docs/http-api.md: what is written there is what answers are held against.</summary>
internal static class HttpApiDoc
{
    public static IReadOnlyList<(string Name, int Status)> AnyCall { get; } = Table("### Any call");

    public static IReadOnlyList<(string Name, int Status)> Opening { get; } = Table("### Opening");

    public static IReadOnlyList<(string Name, int Status)> Paying { get; } = Table("### Paying");

    public static IReadOnlyList<(string Name, int Status)> Closing { get; } = Table("### Status and close");

    public static Task AssertIsAsync(this HttpResponseMessage answer, OpenRejection reason) => AssertIsAsync(answer, Slug.Of(reason), Opening);

    public static Task AssertIsAsync(this HttpResponseMessage answer, PaymentRejection reason) => AssertIsAsync(answer, Slug.Of(reason), Paying);

    public static Task AssertIsAsync(this HttpResponseMessage answer, CloseRejection reason) => AssertIsAsync(answer, Slug.Of(reason), Closing);

    public static Task AssertIsAsync(this HttpResponseMessage answer, string name) => AssertIsAsync(answer, name, AnyCall);

    /// <summary>The document's status for it, as a problem of RFC 9457 with words of its own.</summary>
    private static async Task AssertIsAsync(HttpResponseMessage answer, string name, IReadOnlyList<(string Name, int Status)> table)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.Content.Headers.ContentType?.MediaType == "application/problem+json", $"{answer.StatusCode} {text}");
        var problem = JsonSerializer.Deserialize(text, AnswerJson.Default.ProblemAnswer)!;
        Assert.Equal("urn:btcchannels:problem:" + name, problem.Type);
        var status = Assert.Single(table, it => it.Name == name).Status;
        Assert.Equal((status, (int?)status), ((int)answer.StatusCode, problem.Status));
        Assert.False(string.IsNullOrWhiteSpace(problem.Title) || string.IsNullOrWhiteSpace(problem.Detail), text);
        Assert.Equal(status is 503 or 429, answer.Headers.RetryAfter is not null);
    }

    private static List<(string, int)> Table(string heading)
    {
        var lines = File.ReadAllLines(Path.Combine(Root(), "docs", "http-api.md"));
        return [.. lines
            .SkipWhile(line => !line.StartsWith(heading, StringComparison.Ordinal)).Skip(1)
            .TakeWhile(line => !line.StartsWith('#'))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Select(cells => (cells[1].Trim('`'), int.Parse(cells[2], CultureInfo.InvariantCulture)))];
    }

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "BtcChannels.sln"))) return folder.FullName;
        throw new DirectoryNotFoundException("The tests run outside the checkout");
    }
}
