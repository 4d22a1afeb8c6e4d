using System.Net;
using BtcChannels.AspNetCore;
using BtcChannels.Storage;
using BtcChannels.Tests.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace BtcChannels.Tests.AspNetCore;

/// <summary>A disk that takes its time over a commit: nobody is answered before it, nothing else waits for it, and no queue grows without end.</summary>
public sealed class SlowDiskTests
{
    [Fact]
    public async Task A_payment_is_not_answered_while_its_commit_takes_and_whoever_only_asks_is()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app, paid: 1_000);
        Task<HttpResponseMessage> paying;
        using (await Halt.AtAsync(FileOf(app)))
        {
            paying = customer.TryPayAsync(2_000);
            for (var asked = 0; asked < 20; asked++) Assert.Equal(1_000, (await customer.StatusAsync()).AuthorizedSat);
            Assert.False(paying.IsCompleted);
        }
        using var answer = await paying;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(2_000, (await app.FindOnDiskAsync(customer.Id))!.Balance.Authorized.Satoshi);
    }

    [Fact]
    public async Task When_the_disk_does_not_keep_up_payments_are_refused_at_once_with_the_time_to_try_again_and_taken_later()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app, paid: 1_000);
        var file = FileOf(app);
        var waiting = new List<Task>();
        using (await Halt.AtAsync(file))
        {
            for (var i = 0; i < SqliteWriter.MaxWaiting; i++) waiting.Add(file.WriteAsync((_, _) => 0, CancellationToken.None));
            using var refused = await customer.TryPayAsync(2_000);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.NotNull(refused.Headers.RetryAfter!.Delta);
            Assert.Contains("store-unavailable", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        await Task.WhenAll(waiting);
        Assert.Equal(2_000, (await customer.PayAsync(2_000)).TotalSat);
    }

    private static SqliteFile FileOf(MerchantApp app) => ((SqliteMerchantStore)app.Services.GetRequiredService<MerchantData>().Store).File;
}
