using System.Diagnostics;
using BtcChannels.Tests.Storage;
using NBitcoin;

namespace BtcChannels.Tests.AspNetCore;

/// <summary>The program's own commands, on what a merchant has left.</summary>
public sealed class MovedMerchantTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private static async Task<(int Status, string Said)> RunAsync(string folder, string? database, params string[] command)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "btcchannels-server.dll"), .. command])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["BtcChannels__Network"] = "regtest";
        start.Environment["BtcChannels__Data"] = folder;
        if (database is not null) start.Environment["BtcChannels__Database"] = database;
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            var (said, complained) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await said + await complained);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }

    [PostgresFact]
    public async Task Payments_go_on_in_the_moved_store_and_the_close_carries_the_newest()
    {
        await using var postgres = await TestPostgres.MakeAsync();
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app, paid: 2_000);
        await app.StopAsync();

        var (status, said) = await RunAsync(app.Folder, postgres.ConnectionString, "migrate");

        Assert.True(status == 0, said);
        Assert.Contains("1 channels, 2,000 sat authorized", said, StringComparison.Ordinal);
        app.Configure = options => options.Database = postgres.ConnectionString;
        await app.StartAgainAsync();
        Assert.Equal(5_000, (await customer.PayAsync(5_000)).TotalSat);
        Assert.Equal(5_000, (await customer.CloseAsync()).ToMerchantSat);
        app.Chain.MineMempool();
        await app.Chain.SettleAsync();
        Assert.Equal(Money.Satoshis(5_000), (await app.StateAsync<MerchantState.Closed>(customer.Id)).Spend.ToMerchant);

        await app.StopAsync();
        (status, said) = await RunAsync(app.Folder, null, "--urls", "http://127.0.0.1:9", "--BtcChannels:NodeCookie", "none");
        Assert.True(status == 3, said);
        Assert.Contains("merchant.db.migrated", said, StringComparison.Ordinal);
        Assert.DoesNotContain(TestPostgres.Password, said, StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task What_is_refused_is_told_with_status_3_and_a_sentence()
    {
        await using var postgres = await TestPostgres.MakeAsync();
        await using var app = await MerchantApp.StartAsync();

        var (status, said) = await RunAsync(app.Folder, postgres.ConnectionString, "migrate");

        Assert.Equal(3, status);
        Assert.Equal($"btcchannels-server: {Path.Combine(app.Folder, "merchant.db")} is in use by another process", said.Trim());
    }

    [Fact]
    public async Task A_backup_of_a_merchant_at_work_is_one_that_he_can_be_restored_from()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app, paid: 2_000);
        using var copy = new DataFolder();

        var (status, said) = await RunAsync(app.Folder, null, "backup", copy.Path);

        Assert.True(status == 0, said);
        Assert.Contains("1 channels, 2,000 sat authorized", said, StringComparison.Ordinal);
        await customer.PayAsync(5_000);
        await app.RestoreAsync(copy.Path);
        Assert.Equal(5_000, (await customer.PayAsync(5_000)).TotalSat);
        Assert.Equal(5_000, (await customer.CloseAsync()).ToMerchantSat);
    }

    [Theory]
    [InlineData("migrate")]
    [InlineData("backup")]
    [InlineData("bakcup", "somewhere")]
    public async Task What_is_missing_or_unknown_is_told_with_status_2(params string[] command)
    {
        using var folder = new DataFolder();

        var (status, said) = await RunAsync(folder.Path, null, command);

        Assert.True(status == 2, said);
        Assert.StartsWith("btcchannels-server: ", said, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.Path));
    }
}
