using System.Net;
using BtcChannels.Server.Admin;
using BtcChannels.Tests.AspNetCore;
using Microsoft.AspNetCore.Builder;

namespace BtcChannels.Tests.Server;

public sealed class AdminSettingsTests
{
    [Theory]
    [InlineData("127.0.0.1:8403", "has to be an http or https address")]
    [InlineData("http://0.0.0.0:8403", "of the loopback address, or https")]
    [InlineData("http://shop.example:8403", "of the loopback address, or https")]
    [InlineData(null, "Url is missing")]
    public async Task An_address_that_could_be_overheard_is_refused(string? url, string words) => Assert.Contains(
        words,
        (await Assert.ThrowsAsync<ArgumentException>(async () => await new AdminSettings { Url = url, KeyFile = "key" }.StartAsync(WebApplication.CreateSlimBuilder().Build(), "/nowhere"))).Message,
        StringComparison.Ordinal);

    [Fact]
    public async Task It_is_off_unless_it_is_set() => Assert.Null(await new AdminSettings().StartAsync(WebApplication.CreateSlimBuilder().Build(), "/nowhere"));

    [Fact]
    public async Task It_has_a_port_of_its_own_and_is_nowhere_else()
    {
        WebApplication? merchant = null;
        await using var app = await MerchantApp.StartAsync(map: web => merchant = web);
        await using var admin = await new AdminSettings { Url = "http://127.0.0.1:0" }.StartAsync(merchant!, app.Folder);
        using var http = new HttpClient { BaseAddress = new Uri(admin!.Urls.Single()) };
        using var unshown = await http.GetAsync(new Uri("/admin/v1/stats", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Unauthorized, unshown.StatusCode);
        http.DefaultRequestHeaders.Authorization = new("Bearer", (await File.ReadAllTextAsync(Path.Combine(app.Folder, "admin.key"))).Trim());
        Assert.Contains("\"network\":\"regtest\"", await http.GetStringAsync(new Uri("/admin/v1/stats", UriKind.Relative)), StringComparison.Ordinal);
        foreach (var (client, path) in ((HttpClient, string)[])[(app.Once, "/admin"), (app.Once, "/admin/v1/stats"), (http, "/channels/v1/offers"), (http, "/healthz")])
        {
            using var elsewhere = await client.GetAsync(new Uri(path, UriKind.Relative));
            Assert.Equal(HttpStatusCode.NotFound, elsewhere.StatusCode);
        }
    }
}
