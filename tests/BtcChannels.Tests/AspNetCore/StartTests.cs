using System.Net;
using System.Text.Json;
using BtcChannels.AspNetCore;
using BtcChannels.Chain;
using BtcChannels.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NBitcoin;

namespace BtcChannels.Tests.AspNetCore;

public sealed class StartTests : IDisposable
{
    private static readonly Uri s_health = new("/healthz", UriKind.Relative);

    private readonly string _folder = Directory.CreateTempSubdirectory("btcchannels-tests-").FullName;

    private string SeedPath => Path.Combine(_folder, SeedFile.Name);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_seed_is_its_owners_alone()
    {
        await using var app = await MerchantApp.StartAsync(folder: _folder);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(SeedPath));
    }

    [Fact]
    public async Task A_missing_seed_beside_a_store_refuses_to_start()
    {
        await using (var app = await MerchantApp.StartAsync(folder: _folder)) await TestCustomer.OpenPendingAsync(app);
        File.Delete(SeedPath);
        await Assert.ThrowsAsync<StoreMismatchException>(() => MerchantApp.StartAsync(folder: _folder));
        Assert.False(File.Exists(SeedPath));
    }

    [Fact]
    public async Task Another_seed_beside_a_store_refuses_to_start()
    {
        await using (var app = await MerchantApp.StartAsync(folder: _folder)) await TestCustomer.OpenPendingAsync(app);
        await File.WriteAllTextAsync(SeedPath, new string('7', 64) + "\n");
        await Assert.ThrowsAsync<StoreMismatchException>(() => MerchantApp.StartAsync(folder: _folder));
    }

    [Fact]
    public async Task A_store_of_another_network_refuses_to_start()
    {
        await using (var app = await MerchantApp.StartAsync(folder: _folder)) await app.CountAsync();
        var services = new ServiceCollection().AddLogging().AddBtcChannels(options =>
        {
            (options.DataFolder, options.Origin, options.Network) = (_folder, MerchantApp.Origin, Network.Main);
            options.Node = new BitcoindOptions(new Uri("http://127.0.0.1:1"), User: "nobody", Password: "nothing");
        });
        await using var other = services.BuildServiceProvider();
        Assert.Throws<StoreMismatchException>(other.GetRequiredService<Merchant>);
    }

    [Fact]
    public async Task A_second_instance_refuses_to_start_and_the_first_goes_on()
    {
        await using var app = await MerchantApp.StartAsync(folder: _folder);
        await Assert.ThrowsAsync<StoreLockedException>(() => MerchantApp.StartAsync(folder: _folder));
        await TestCustomer.OpenAsync(app, paid: 5_000);
    }

    [Theory]
    [InlineData("")]
    [InlineData("shop.example")]
    [InlineData("https://shop.example/")]
    [InlineData("https://Shop.example")]
    [InlineData("https://shop.example:443")]
    [InlineData("https://shop.example/pay")]
    [InlineData("https://someone:secret@shop.example")]
    [InlineData("ftp://shop.example")]
    public void An_origin_that_customers_would_write_otherwise_is_refused(string origin) => Assert.Throws<ArgumentException>(() =>
        new ServiceCollection().AddBtcChannels(options =>
        {
            (options.DataFolder, options.Origin) = (_folder, origin);
            options.Node = new BitcoindOptions(new Uri("http://127.0.0.1:1"), User: "nobody", Password: "nothing");
        }));

    [Fact]
    public void A_merchant_without_a_folder_is_refused() => Assert.Throws<ArgumentException>(() => new ServiceCollection().AddBtcChannels(options =>
    {
        options.Origin = MerchantApp.Origin;
        options.Node = new BitcoindOptions(new Uri("http://127.0.0.1:1"), User: "nobody", Password: "nothing");
    }));

    [Fact]
    public void A_merchant_who_cannot_log_in_to_his_node_is_refused() => Assert.Throws<ArgumentException>(() => new ServiceCollection().AddBtcChannels(options =>
        (options.DataFolder, options.Origin) = (_folder, MerchantApp.Origin)));

    [Fact]
    public async Task Health_follows_the_node()
    {
        await using var app = await MerchantApp.StartAsync(settle: false, chain: chain => chain.IsAway = true);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "unhealthy"), await HealthAsync(app));
        await app.Chain.ComeBackAsync();
        Assert.Equal((HttpStatusCode.OK, "healthy"), await HealthAsync(app));
        await app.Chain.GoAwayAsync();
        app.Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal((HttpStatusCode.OK, "healthy"), await HealthAsync(app));
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((HttpStatusCode.OK, "degraded"), await HealthAsync(app));
        app.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "unhealthy"), await HealthAsync(app));
        await app.Chain.ComeBackAsync();
        Assert.Equal((HttpStatusCode.OK, "healthy"), await HealthAsync(app));
    }

    [Fact]
    public async Task Health_counts_the_channels()
    {
        await using var app = await MerchantApp.StartAsync();
        await TestCustomer.OpenAsync(app);
        await TestCustomer.OpenPendingAsync(app);
        using var health = JsonDocument.Parse(await app.Http.GetStringAsync(s_health));
        Assert.Equal((1, 1, 101), (
            health.RootElement.GetProperty("open").GetInt32(), health.RootElement.GetProperty("pending").GetInt32(), health.RootElement.GetProperty("height").GetInt32()));
    }

    [Fact]
    public async Task Neither_seed_nor_token_nor_signature_is_ever_logged()
    {
        await using var app = await MerchantApp.StartAsync(folder: _folder, finest: LogLevel.Trace);
        var customer = await TestCustomer.OpenAsync(app, paid: 5_000);
        await customer.PayAsync(6_000);
        using (await customer.TryPayAsync(1)) { }
        using (await customer.TryOpenAsync(customer.Body with { CustomerScript = "6a" })) { }
        var authorization = customer.Authorize(ChannelAction.Status);
        using (await customer.TryStatusAsync(authorization)) { }
        using (await customer.TryStatusAsync(customer.Authorize(ChannelAction.Close))) { }
        var refunded = await TestCustomer.OpenAsync(app, paid: 7_000);
        await app.MineAsync(refunded.Refund());
        app.Chain.OnBroadcast = (_, _) => throw new InvalidOperationException("What nobody thought of");
        await app.WaitUntilAsync(customer.Expiry.Value - 86_400);
        app.Chain.OnBroadcast = null;
        await app.MineAsync();
        app.Chain.MineMempool();
        await app.Chain.SettleAsync();
        await app.Chain.GoAwayAsync();
        await app.Chain.ComeBackAsync();
        await app.StateAsync<MerchantState.Closed>(customer.Id);
        await app.StopAsync();

        var log = string.Concat(app.Log.Lines.Select(line => line.Text + line.Values));
        Assert.Contains(customer.Id.ToString(), log, StringComparison.Ordinal);
        string[] secrets =
        [
            (await File.ReadAllTextAsync(SeedPath)).Trim(), customer.Offer.Offer, customer.Payment(5_000).Signature, customer.Payment(6_000).Signature,
            authorization[^128..], Hex.Write(customer.Sign(6_000).Signature.ToDer()), Hex.Write(app.Chain.Broadcasts.First().Inputs[0].ScriptSig.ToBytes()),
        ];
        foreach (var secret in secrets) Assert.DoesNotContain(secret, log, StringComparison.OrdinalIgnoreCase);
    }

    private static async Task<(HttpStatusCode, string?)> HealthAsync(MerchantApp app)
    {
        using var answer = await app.Once.GetAsync(s_health);
        using var health = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return (answer.StatusCode, health.RootElement.GetProperty("status").GetString());
    }
}
