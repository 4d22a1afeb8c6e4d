using System.Net;
using BtcChannels.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace BtcChannels.Tests.AspNetCore;

public sealed class HealthCommandTests
{
    [Theory]
    [InlineData("http://127.0.0.1:8402", "http://127.0.0.1:8402/healthz")]
    [InlineData("http://0.0.0.0:8402", "http://127.0.0.1:8402/healthz")]
    [InlineData("http://*:8402", "http://127.0.0.1:8402/healthz")]
    [InlineData("http://+:8402", "http://127.0.0.1:8402/healthz")]
    [InlineData("http://[::]:8402", "http://127.0.0.1:8402/healthz")]
    [InlineData("http://[::1]:8402", "http://[::1]:8402/healthz")]
    [InlineData("https://shop.example;http://10.0.0.7:80", "http://10.0.0.7/healthz")]
    public void It_asks_the_first_address_without_tls_as_this_machine_can_call_it(string urls, string asked) => Assert.Equal(new Uri(asked), HealthCommand.Address(Settings(urls).ListeningAt()));

    [Fact]
    public void With_no_such_address_it_says_so() =>
        Assert.Contains("http://", Assert.Throws<ArgumentException>(() => HealthCommand.Address(Settings("https://shop.example").ListeningAt())).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_server_that_is_ready_is_told_in_its_own_words()
    {
        using var output = new StringWriter();
        await AskAsync(HttpStatusCode.OK, output);
        Assert.Equal("""{"status":"said"}""", output.ToString().Trim());
    }

    [Fact]
    public async Task A_server_that_is_not_ready_is_a_failure_with_its_words()
    {
        using var output = new StringWriter();
        var failure = await Assert.ThrowsAsync<NotReadyException>(() => AskAsync(HttpStatusCode.ServiceUnavailable, output));
        Assert.Contains("""503: {"status":"said"}""", failure.Message, StringComparison.Ordinal);
        Assert.Empty(output.ToString());
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_a_failure() =>
        Assert.Contains("does not answer", (await Assert.ThrowsAsync<NotReadyException>(() => HealthCommand.RunAsync(Settings("http://127.0.0.1:1"), TextWriter.Null))).Message, StringComparison.Ordinal);

    private static async Task AskAsync(HttpStatusCode status, StringWriter output)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        await using var app = builder.Build();
        app.Run(async http =>
        {
            http.Response.StatusCode = http.Request.Path == "/healthz" ? (int)status : 404;
            await http.Response.WriteAsync("""{"status":"said"}""");
        });
        await app.StartAsync();
        await HealthCommand.RunAsync(Settings(app.Urls.Single()), output);
    }

    private static ServerSettings Settings(string urls) => ServerSettings.Read(new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create("urls", (string?)urls)]).Build());
}
