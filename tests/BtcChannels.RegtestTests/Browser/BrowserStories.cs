using BtcChannels.Regtest;

namespace BtcChannels.RegtestTests.Browser;

/// <summary>What people see of a merchant in a browser: the server program on a real node, and a real Chromium.</summary>
public sealed class BrowserStories
{
    private const string Rows = "document.querySelectorAll('#channels tr').length";

    [BrowserFact]
    public async Task Whoever_opens_a_priced_address_in_a_browser_sees_its_price_and_what_pays_it()
    {
        await using var world = await World.StartAsync(new Dictionary<string, string>
        {
            ["Paywall__Upstream"] = "http://127.0.0.1:9", ["Paywall__Routes__0__Path"] = "/film", ["Paywall__Routes__0__Price"] = "0.25", ["Paywall__Routes__0__Per"] = "kilobyte",
            ["Paywall__Routes__0__Description"] = "A film of <b>two</b> hours",
        });
        await using var browser = await Chromium.StartAsync();

        await browser.GoAsync(new Uri(world.Address, "/film"));

        Assert.Equal("Payment required", await browser.ReadAsync("document.title"));
        var text = await browser.ReadAsync("document.body.innerText");
        Assert.Contains("A film of <b>two</b> hours", text, StringComparison.Ordinal);   // shown, not obeyed
        Assert.Contains("0.25 sat per kilobyte", text, StringComparison.Ordinal);
        Assert.Equal($"btcchannels --network regtest get '{new Uri(world.Address, "/film")}'", await browser.ReadAsync("document.querySelector('code').innerText"));
        Assert.Equal("0", await browser.ReadAsync("document.scripts.length"));
        Assert.True(new FileInfo(await browser.ShootAsync("payment-required")).Length > 5_000);
    }

    [BrowserFact]
    public async Task An_operator_sees_his_channels_on_the_dashboard_and_closes_one()
    {
        var admin = new Uri($"http://127.0.0.1:{LoopbackPort.FindFree()}");
        await using var world = await World.StartAsync(new Dictionary<string, string> { ["Admin__Url"] = admin.GetLeftPart(UriPartial.Authority) });
        var customer = world.NewCustomer();
        await customer.OpenAsync(world.Node, capacity: 100_000L, TimeSpan.FromDays(3));
        Assert.Equal("ok", await customer.PayAsync(12_345L));
        await using var browser = await Chromium.StartAsync();

        await browser.GoAsync(new Uri(admin, "/admin"));
        await LogInAsync(browser, "a key that is not the right one");
        await browser.UntilAsync("!document.getElementById('fault').hidden");
        Assert.Equal("true", await browser.ReadAsync("document.querySelector('main').hidden"));
        browser.Complaints.Clear();   // that it was refused

        await LogInAsync(browser, (await File.ReadAllTextAsync(Path.Combine(world.Merchant.Folder, "admin.key"))).Trim());
        await browser.UntilAsync($"{Rows} === 1");
        var text = await browser.ReadAsync("document.querySelector('main').innerText");
        Assert.Contains("12,345 sat", text, StringComparison.Ordinal);
        Assert.Contains(customer.Id.ToString()[..16], text, StringComparison.Ordinal);
        Assert.NotEqual("0", await browser.ReadAsync("document.querySelectorAll('#risk rect').length"));
        Assert.True(new FileInfo(await browser.ShootAsync("dashboard")).Length > 5_000);

        await browser.ReadAsync("document.querySelector('#channels button.history').click()");
        await browser.UntilAsync("document.querySelectorAll('#history tr').length >= 3");
        var history = await browser.ReadAsync("document.getElementById('history').innerText");
        foreach (var kind in (string[])["opened", "open", "first-payment"]) Assert.Contains(kind, history, StringComparison.Ordinal);

        await browser.ReadAsync("(window.confirm = () => true) && document.querySelector('#channels button').click()");
        await browser.UntilAsync($"{Rows} === 0");
        Assert.Equal("closing", (await customer.StatusAsync()).State);
        await browser.ShootAsync("dashboard-closed");
        Assert.Empty(browser.Complaints);
    }

    private static Task<string> LogInAsync(Chromium browser, string key) =>
        browser.ReadAsync($"(document.getElementById('key').value = {System.Text.Json.JsonSerializer.Serialize(key)}, document.querySelector('#login button').click())");
}
