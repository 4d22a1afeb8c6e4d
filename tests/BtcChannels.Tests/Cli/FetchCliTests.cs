using System.Net;
using System.Text;
using BtcChannels.Cli;
using BtcChannels.Tests.Client;
using static BtcChannels.Tests.Cli.CliTests;

namespace BtcChannels.Tests.Cli;

public class FetchCliTests
{
    private const string Url = FakeMerchant.Origin + "/answers";

    private static async Task<(Shell Shell, FakePaywall Paywall, string Channel)> StartAsync()
    {
        var shell = await Shell.StartAsync();
        var channel = await shell.OpenAsync();
        var paywall = new FakePaywall(shell.Rig.Merchant, shell.Rig.Clock);
        shell.Pages = new Kept(paywall);
        return (shell, paywall, channel);
    }

    private static string BodyOf(Shell shell) => Encoding.UTF8.GetString(shell.Body.ToArray());

    [Fact]
    public async Task Get_pays_and_writes_the_answer_alone_to_standard_output()
    {
        var (shell, paywall, channel) = await StartAsync();
        await using var _ = shell;
        Assert.Equal(ExitCode.Done, await shell.RunAsync("get", Url, "-H", "X-Colour: red"));
        Assert.Equal(("served ", ""), (BodyOf(shell), shell.Out));
        Assert.Contains($"Paid for 1 unit in channel {channel}: 25 of 294 sat authorized are spent", shell.Error, StringComparison.Ordinal);
        Assert.Equal(25.Sat(), paywall.SpentOf(ChannelId.Parse(channel)));
    }

    [Fact]
    public async Task Post_sends_its_body_each_time()
    {
        var (shell, paywall, _) = await StartAsync();
        await using var __ = shell;
        Assert.Equal(ExitCode.Done, await shell.RunAsync("post", Url, "-d", "6 x 7"));
        Assert.Equal("served 6 x 7", BodyOf(shell));
        await File.WriteAllTextAsync(shell.Rig.Folder.File("question"), "7 x 8");
        Assert.Equal(ExitCode.Done, await shell.RunAsync("post", Url, "-d", "@" + shell.Rig.Folder.File("question")));
        shell.Typed = "8 x 9";
        Assert.Equal(ExitCode.Done, await shell.RunAsync("post", Url, "-d", "@-"));
        Assert.Equal("served 8 x 9", BodyOf(shell));
        Assert.All(paywall.Requests, it => Assert.Equal(HttpMethod.Post, it.Method));
    }

    [Fact]
    public async Task A_file_and_json_have_body_and_receipt_apart()
    {
        var (shell, _, channel) = await StartAsync();
        await using var __ = shell;
        var file = shell.Rig.Folder.File("answer");
        Assert.Equal(ExitCode.Done, await shell.RunAsync("get", Url, "-o", file, "--json"));
        Assert.Equal("served ", await File.ReadAllTextAsync(file));
        Assert.Equal((200, 7, file), (shell.Json("status").GetInt32(), shell.Json("bytes").GetInt64(), shell.Json("file").GetString()));
        var receipt = shell.Json("receipt");
        Assert.Equal((channel, 294, "25", 1), (
            receipt.GetProperty("channel").GetString(), receipt.GetProperty("authorizedSat").GetInt64(), receipt.GetProperty("spentSat").GetString(), receipt.GetProperty("units").GetInt64()));
        Assert.Equal(ExitCode.Usage, await shell.RunAsync("get", Url, "--json"));
    }

    [Fact]
    public async Task An_answer_that_breaks_off_is_told_as_the_merchants_silence()
    {
        var (shell, paywall, _) = await StartAsync();
        await using var __ = shell;
        (paywall.StreamType, paywall.Stream) = ("application/octet-stream", async meter =>
        {
            await meter.WriteAsync("half of"u8.ToArray());
            throw new IOException("Connection reset by peer");
        });
        Assert.Equal(ExitCode.MerchantSilent, await shell.RunAsync("get", Url));
        Assert.Contains("broke off: Connection reset by peer", shell.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_stays_as_it_is_until_an_answer_takes_its_place()
    {
        var (shell, _, _) = await StartAsync();
        await using var __ = shell;
        var (kept, none) = (shell.Rig.Folder.File("kept"), shell.Rig.Folder.File("none"));
        await File.WriteAllTextAsync(kept, "something longer than the answer");
        Assert.Equal(ExitCode.Refused, await shell.RunAsync("get", Url, "-o", kept, "--max-price", "1"));
        Assert.Equal("something longer than the answer", await File.ReadAllTextAsync(kept));
        Assert.Equal(ExitCode.Refused, await shell.RunAsync("get", Url, "-o", none, "--max-price", "1"));
        Assert.False(File.Exists(none));
        Assert.Equal(ExitCode.Done, await shell.RunAsync("get", Url, "-o", kept));
        Assert.Equal("served ", await File.ReadAllTextAsync(kept));
        Assert.Equal(ExitCode.Done, await shell.RunAsync("get", Url, "-o", "/dev/null"));
    }

    [Theory]
    [InlineData("24")]
    [InlineData("24.999")]
    public async Task A_price_above_the_most_is_not_paid(string most)
    {
        var (shell, paywall, channel) = await StartAsync();
        await using var _ = shell;
        Assert.Equal(ExitCode.Refused, await shell.RunAsync("get", Url, "--max-price", most));
        Assert.Contains($"asks for 25 sat, and {most} sat is the most", shell.Error, StringComparison.Ordinal);
        Assert.Empty(shell.Body.ToArray());
        Assert.Empty(paywall.Totals);
        Assert.Equal(ExitCode.Done, await shell.RunAsync("get", Url, "--max-price", "25"));
        Assert.Equal(25.Sat(), paywall.SpentOf(ChannelId.Parse(channel)));
    }

    [Fact]
    public async Task A_days_budget_holds_from_one_run_to_the_next()
    {
        var (shell, paywall, _) = await StartAsync();
        await using var __ = shell;
        paywall.Price = 300.Sat();
        Assert.Equal(ExitCode.Done, await shell.RunAsync("get", Url, "--max-per-day", "500"));
        Assert.Equal(ExitCode.Refused, await shell.RunAsync("get", Url, "--max-per-day", "500"));
        Assert.Equal(ExitCode.Done, await shell.RunAsync("get", Url, "--max-per-day", "600"));
    }

    [Fact]
    public async Task Failures_of_the_service_are_refusals_whose_words_are_shown()
    {
        var (shell, paywall, _) = await StartAsync();
        await using var __ = shell;
        paywall.Before = _ => new(HttpStatusCode.NotFound) { Content = new StringContent("nothing here") };
        Assert.Equal(ExitCode.Refused, await shell.RunAsync("get", Url));
        Assert.Equal("nothing here", BodyOf(shell));
        paywall.Before = _ => throw FakeMerchant.LostReply();
        Assert.Equal(ExitCode.MerchantSilent, await shell.RunAsync("get", Url));
    }

    [Fact]
    public async Task Events_are_written_as_they_come_without_those_of_the_payment()
    {
        var (shell, paywall, _) = await StartAsync();
        await using var __ = shell;
        paywall.UnitType = "token";
        paywall.Price = 200.Sat();
        paywall.Stream = async meter =>
        {
            foreach (var word in (string[])["six", "times\ndata: seven"])
            {
                await meter.ChargeAsync(200.Sat());
                await meter.EventAsync(word == "six" ? "message" : "more", word);
            }
            await meter.ReceiptAsync();
        };
        Assert.Equal(ExitCode.Done, await shell.RunAsync("get", Url));
        Assert.Equal("data: six\n\nevent: more\ndata: times\ndata: seven\n\n", BodyOf(shell));
        Assert.Contains("400 of 400 sat", shell.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("get", "ftp://shop.example/")]
    [InlineData("get", Url, "-H", "colourless")]
    [InlineData("get", Url, "--max-price", "0.0001")]
    [InlineData("get", Url, "--max-price", "-1")]
    [InlineData("get", Url, "-o", "/nowhere/at/all")]
    [InlineData("post", Url)]
    [InlineData("post", Url, "-d", "@/nowhere/at/all")]
    public async Task What_cannot_be_is_wrong_usage(params string[] args)
    {
        var (shell, paywall, _) = await StartAsync();
        await using var __ = shell;
        Assert.Equal(ExitCode.Usage, await shell.RunAsync(args));
        Assert.Empty(paywall.Totals);
    }

    [Fact]
    public async Task Open_waits_for_money_from_any_wallet_and_shows_what_to_pay()
    {
        await using var shell = await Shell.StartAsync();
        await shell.RunAsync("wallet", "new");
        await shell.RunAsync("wallet", "address", "--json");
        var address = global::NBitcoin.BitcoinAddress.Create(shell.Json("address").GetString()!, global::NBitcoin.Network.RegTest);
        shell.IsTerminal = true;
        var opening = shell.RunAsync("open", FakeMerchant.Origin, "100000", "--qr");
        for (var i = 0; i < 500 && !shell.Out.Contains('█', StringComparison.Ordinal); i++) await Task.Delay(20);
        var uri = shell.Error.Split('\n').Single(it => it.StartsWith("bitcoin:", StringComparison.Ordinal)).Trim();
        Assert.StartsWith($"bitcoin:{address}?amount=0.00106", uri, StringComparison.Ordinal);
        Assert.False(opening.IsCompleted);
        shell.Rig.PayTo(address.ScriptPubKey, global::NBitcoin.Money.Parse(uri[(uri.IndexOf('=', StringComparison.Ordinal) + 1)..]).Satoshi);
        Assert.Equal(ExitCode.Done, await opening);
        Assert.Contains("100000 sat can be paid", shell.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_shows_a_code_of_the_own_wallet_alone()
    {
        await using var shell = await Shell.StartAsync();
        Assert.Equal(ExitCode.Usage, await shell.RunAsync("open", FakeMerchant.Origin, "100000", "--qr"));
    }

    /// <summary>Each command disposes of its handler; this one outlives them.</summary>
    internal sealed class Kept(HttpMessageHandler inner) : HttpMessageHandler
    {
        private readonly HttpMessageInvoker _inner = new(inner, disposeHandler: false);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => _inner.SendAsync(request, cancellationToken);
    }
}
