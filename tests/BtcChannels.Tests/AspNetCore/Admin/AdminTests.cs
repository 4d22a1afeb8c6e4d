using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using BtcChannels.AspNetCore;
using BtcChannels.AspNetCore.Admin;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace BtcChannels.Tests.AspNetCore.Admin;

public sealed class AdminTests : IAsyncLifetime
{
    private const string Key = "correct-horse-battery-staple";

    private MerchantApp _app = null!;

    public async Task InitializeAsync() => _app = await MerchantApp.StartAsync(map: web => web.MapBtcChannelsAdmin(new AdminKey(Key)));

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearer wrong-horse-battery-staple")]
    [InlineData("Bearer correct-horse-battery-stapl")]
    [InlineData("Basic correct-horse-battery-staple")]
    public async Task Whoever_does_not_show_the_key_learns_nothing(string? shown)
    {
        foreach (var (method, path) in ((HttpMethod, string)[])
            [(HttpMethod.Get, "/stats"), (HttpMethod.Get, "/channels"), (HttpMethod.Get, "/channels/x"), (HttpMethod.Post, "/channels/x/close"), (HttpMethod.Post, "/close"), (HttpMethod.Put, "/drain"), (HttpMethod.Delete, "/drain"),
                (HttpMethod.Get, "/at-risk"), (HttpMethod.Get, "/alarms")])
        {
            using var request = new HttpRequestMessage(method, "/admin/v1" + path);
            if (shown is not null) request.Headers.TryAddWithoutValidation("Authorization", shown);
            using var answer = await _app.Once.SendAsync(request);
            Assert.Equal((HttpStatusCode.Unauthorized, "Bearer"), (answer.StatusCode, answer.Headers.WwwAuthenticate.ToString()));
            Assert.Contains("no-admin-key", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        Assert.False(File.Exists(Path.Combine(_app.Folder, "draining")));
    }

    [Fact]
    public async Task Totals_are_told()
    {
        await TestCustomer.OpenAsync(_app, paid: 1_234);
        await TestCustomer.OpenPendingAsync(_app);

        var stats = await GetAsync("/stats");

        Assert.Equal((2, 1_234, 1_234_000, 0), (stats.GetProperty("customers").GetInt64(), stats.GetProperty("authorizedSat").GetInt64(), stats.GetProperty("spentMsat").GetInt64(), stats.GetProperty("settledSat").GetInt64()));
        Assert.Equal(["open 1", "pending 1"], stats.GetProperty("states").EnumerateArray().Select(it => $"{it.GetProperty("state")} {it.GetProperty("channels")}"));
        var part = Assert.Single((await GetAsync("/at-risk")).EnumerateArray());
        Assert.Equal((1, 1_234), (part.GetProperty("channels").GetInt64(), part.GetProperty("authorizedSat").GetInt64()));
    }

    [Fact]
    public async Task Channels_are_listed_and_shown()
    {
        var open = await TestCustomer.OpenAsync(_app, paid: 1_000);
        var pending = await TestCustomer.OpenPendingAsync(_app);

        var first = await GetAsync("/channels?limit=1");
        var second = await GetAsync($"/channels?limit=1&after={first.GetProperty("next")}");

        Assert.Equal([open.Id.ToString()], IdsOf(first));
        Assert.Equal([pending.Id.ToString()], IdsOf(second));
        Assert.Equal([pending.Id.ToString()], IdsOf(await GetAsync("/channels?state=pending")));
        Assert.Equal([open.Id.ToString()], IdsOf(await GetAsync($"/channels?customer={open.Key.PubKey.ToHex()}")));
        Assert.Equal(JsonValueKind.Null, (await GetAsync("/channels")).GetProperty("next").ValueKind);
        var shown = await GetAsync($"/channels/{open.Id}");
        Assert.Equal(("open", 1_000, TestCustomer.Capacity), (shown.GetProperty("state").GetString(), shown.GetProperty("authorizedSat").GetInt64(), shown.GetProperty("capacitySat").GetInt64()));
    }

    [Fact]
    public async Task A_channel_has_a_history_from_its_opening_to_its_burial()
    {
        var start = _app.Clock.Now;
        var customer = await TestCustomer.OpenAsync(_app, paid: 5_000);
        await customer.PayAsync(6_000);
        await _app.WaitAsync(TimeSpan.FromMinutes(5));
        using (var closed = await SendAsync(HttpMethod.Post, $"/channels/{customer.Id}/close")) Assert.True(closed.IsSuccessStatusCode);
        var close = (await _app.StateAsync<MerchantState.Closing>(customer.Id)).Close.Transaction;
        await _app.MineAsync(close);
        var spentAt = (await _app.StateAsync<MerchantState.Closed>(customer.Id)).Spend;
        for (var i = 0; i < 6; i++) await _app.MineAsync();

        var history = (await GetAsync($"/channels/{customer.Id}")).GetProperty("history").EnumerateArray().ToList();
        Assert.Equal(["opened", "deposit-mined", "open", "first-payment", "closing", "closed", "final"], history.Select(it => it.GetProperty("kind").GetString()));
        JsonElement Of(string kind) => history.Single(it => it.GetProperty("kind").GetString() == kind);
        Assert.Equal((5_000, start), (Of("first-payment").GetProperty("amountSat").GetInt64(), Of("opened").GetProperty("time").GetInt64()));
        Assert.Equal((6_000, "operator", start + 300), (Of("closing").GetProperty("amountSat").GetInt64(), Of("closing").GetProperty("detail").GetString(), Of("closing").GetProperty("time").GetInt64()));
        Assert.Equal((close.GetHash().ToString(), spentAt.Height, spentAt.ToMerchant.Satoshi), (Of("closed").GetProperty("detail").GetString(), Of("closed").GetProperty("height").GetInt32(), Of("closed").GetProperty("amountSat").GetInt64()));
        Assert.Equal(JsonValueKind.Null, Of("open").GetProperty("amountSat").ValueKind);
        Assert.False((await GetAsync("/channels")).GetProperty("channels")[0].TryGetProperty("history", out _));
    }

    [Theory]
    [InlineData("/channels?state=nonsense", 400, "malformed")]
    [InlineData("/channels?limit=0", 400, "malformed")]
    [InlineData("/channels?limit=1001", 400, "malformed")]
    [InlineData("/channels?limit=x", 400, "malformed")]
    [InlineData("/channels?after=-1", 400, "malformed")]
    [InlineData("/channels?customer=02", 400, "malformed")]
    [InlineData("/channels?customer=020000000000000000000000000000000000000000000000000000000000000000", 400, "malformed")]
    [InlineData("/channels/nonsense", 404, "channel-unknown")]
    [InlineData("/channels/0000000000000000000000000000000000000000000000000000000000000001-0", 404, "channel-unknown")]
    public async Task A_question_that_cannot_be_answered_is_a_problem(string path, int status, string slug)
    {
        using var answer = await SendAsync(HttpMethod.Get, path);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Contains($"urn:btcchannels:problem:{slug}", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_channel_is_closed_at_its_newest_payment_and_once()
    {
        var customer = await TestCustomer.OpenAsync(_app, paid: 5_000);
        for (var i = 0; i < 2; i++)
        {
            using var answer = await SendAsync(HttpMethod.Post, $"/channels/{customer.Id}/close");
            var closed = await ReadAsync(answer);
            Assert.Equal(("closing", 5_000), (closed.GetProperty("state").GetString(), closed.GetProperty("close").GetProperty("totalSat").GetInt64()));
        }
        Assert.Equal(5_000, (await _app.StateAsync<MerchantState.Closing>(customer.Id)).Close.Payment.Total.Satoshi);
        Assert.Equal("closing", (await GetAsync($"/channels/{customer.Id}")).GetProperty("state").GetString());
    }

    [Fact]
    public async Task What_cannot_be_closed_says_why()
    {
        var (unpaid, pending) = (await TestCustomer.OpenAsync(_app), await TestCustomer.OpenPendingAsync(_app));
        foreach (var (id, slug) in ((ChannelId, string)[])[(unpaid.Id, "nothing-authorized"), (pending.Id, "channel-pending")])
        {
            using var answer = await SendAsync(HttpMethod.Post, $"/channels/{id}/close");
            Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
            Assert.Contains(slug, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task All_that_can_be_closed_is_closed()
    {
        var (one, two, unpaid) = (await TestCustomer.OpenAsync(_app, paid: 1_000), await TestCustomer.OpenAsync(_app, paid: 2_000), await TestCustomer.OpenAsync(_app));
        using var answer = await SendAsync(HttpMethod.Post, "/close");
        Assert.Equal((HttpStatusCode.Accepted, 2), (answer.StatusCode, (await ReadAsync(answer)).GetProperty("channels").GetInt32()));

        await PassAsync(TimeSpan.FromSeconds(20), async () => (await _app.ChannelAsync(one.Id)).State is MerchantState.Closing && (await _app.ChannelAsync(two.Id)).State is MerchantState.Closing);

        await _app.StateAsync<MerchantState.Closing>(one.Id);
        await _app.StateAsync<MerchantState.Closing>(two.Id);
        await _app.StateAsync<MerchantState.Open>(unpaid.Id);
    }

    [Fact]
    public async Task A_merchant_who_winds_down_opens_nothing_and_closes_what_falls_idle_over_a_restart()
    {
        var (busy, idle) = (await TestCustomer.OpenAsync(_app, paid: 1_000), await TestCustomer.OpenAsync(_app, paid: 1_000));
        var meets = await TestCustomer.MeetAsync(_app);
        using (var drained = await SendAsync(HttpMethod.Put, "/drain")) Assert.True((await ReadAsync(drained)).GetProperty("isDraining").GetBoolean());
        using (var offer = await _app.Once.PostAsync(new Uri("/channels/v1/offers", UriKind.Relative), null))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, offer.StatusCode);
            Assert.Contains("draining", await offer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        using (var open = await meets.TryOpenAsync()) Assert.Equal(HttpStatusCode.ServiceUnavailable, open.StatusCode);

        await _app.RestartAsync();
        Assert.True((await GetAsync("/drain")).GetProperty("isDraining").GetBoolean());
        var total = 1_000;
        await PassAsync(IdleChannels.Idle * 3, async () =>
        {
            await busy.PayAsync(total += 10);
            return (await _app.ChannelAsync(idle.Id)).State is MerchantState.Closing;
        });
        await _app.StateAsync<MerchantState.Closing>(idle.Id);
        await _app.StateAsync<MerchantState.Open>(busy.Id);

        using (var filled = await SendAsync(HttpMethod.Delete, "/drain")) Assert.False((await ReadAsync(filled)).GetProperty("isDraining").GetBoolean());
        await TestCustomer.OpenAsync(_app);
    }

    [Fact]
    public async Task Alarms_are_those_of_the_log()
    {
        Assert.Empty((await GetAsync("/alarms")).EnumerateArray());
        var log = ((ILoggerFactory)_app.Services.GetService(typeof(ILoggerFactory))!).CreateLogger("BtcChannels.AspNetCore.Merchant");
        log.Held(7);
        for (var i = 0; i < 250; i++) log.BlindBeforeMargin(i);
        var alarms = (await GetAsync("/alarms")).EnumerateArray().ToList();
        Assert.Equal(200, alarms.Count);
        Assert.Equal(("critical", 1023), (alarms[0].GetProperty("level").GetString(), alarms[0].GetProperty("number").GetInt32()));
        Assert.Contains("249 channels", alarms[0].GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal(250, (await GetAsync("/stats")).GetProperty("alarms").GetInt64());
    }

    [Theory]
    [InlineData("/admin", "text/html")]
    [InlineData("/admin/dashboard.js", "text/javascript")]
    [InlineData("/admin/dashboard.css", "text/css")]
    public async Task The_dashboard_loads_nothing_from_elsewhere_and_holds_no_data(string path, string type)
    {
        await TestCustomer.OpenAsync(_app, paid: 1_234);
        using var answer = await _app.Once.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal((HttpStatusCode.OK, type), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        Assert.StartsWith("default-src 'none'; script-src 'self'", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.DoesNotContain("http:", text, StringComparison.Ordinal);
        Assert.DoesNotContain("https:", text, StringComparison.Ordinal);
        Assert.DoesNotContain("innerHTML", text, StringComparison.Ordinal);
        Assert.DoesNotContain("1234", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_is_made_where_there_is_none_and_is_refused_where_others_can_read_it()
    {
        if (OperatingSystem.IsWindows()) return;
        var file = Path.Combine(_app.Folder, "admin.key");
        AdminKey.FromFile(file);
        var made = File.ReadAllText(file);
        Assert.Equal((44, UnixFileMode.UserRead | UnixFileMode.UserWrite), (made.Length, File.GetUnixFileMode(file)));
        AdminKey.FromFile(file);
        Assert.Equal(made, File.ReadAllText(file));
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Assert.Contains("read by others", Assert.Throws<ArgumentException>(() => AdminKey.FromFile(file)).Message, StringComparison.Ordinal);
        File.SetUnixFileMode(file, UnixFileMode.UserRead);
        var empty = Path.Combine(_app.Folder, "empty.key");
        File.WriteAllText(empty, "short");
        File.SetUnixFileMode(empty, UnixFileMode.UserRead);
        Assert.Throws<ArgumentException>(() => AdminKey.FromFile(empty));
    }

    private async Task PassAsync(TimeSpan time, Func<Task<bool>> isOver)
    {
        for (var passed = TimeSpan.Zero; passed < time && !await isOver(); passed += TimeSpan.FromSeconds(10))
        {
            await _app.WaitAsync(TimeSpan.FromSeconds(10));
            await Task.Delay(20);   // what waits for the clock has its turn
        }
    }

    private static IEnumerable<string?> IdsOf(JsonElement page) => page.GetProperty("channels").EnumerateArray().Select(it => it.GetProperty("id").GetString());

    private async Task<JsonElement> GetAsync(string path)
    {
        using var answer = await SendAsync(HttpMethod.Get, path);
        return await ReadAsync(answer);
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer)
    {
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
    }

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, "/admin/v1" + path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        return _app.Once.SendAsync(request);
    }
}
