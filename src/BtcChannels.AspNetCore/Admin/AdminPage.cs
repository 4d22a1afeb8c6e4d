using Microsoft.AspNetCore.Http;

namespace BtcChannels.AspNetCore.Admin;

/// <summary>The dashboard: a page, its script and its style. They hold no data; the script asks for it with the key that the operator types.</summary>
internal sealed class AdminPage(string name, string type) : IResult
{
    public static IResult Answer(string name, string type) => new AdminPage(name, type);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = type;
        response.Headers.CacheControl = "no-cache";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        response.Headers["Referrer-Policy"] = "no-referrer";
        await using var page = typeof(AdminPage).Assembly.GetManifestResourceStream($"BtcChannels.AspNetCore.Admin.{name}")!;
        response.ContentLength = page.Length;
        await page.CopyToAsync(response.Body, httpContext.RequestAborted);
    }
}
