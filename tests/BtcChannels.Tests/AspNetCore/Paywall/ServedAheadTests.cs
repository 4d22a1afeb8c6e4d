using System.Net;
using BtcChannels.AspNetCore.Paywall;
using BtcChannels.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace BtcChannels.Tests.AspNetCore.Paywall;

/// <summary>What does nothing by being asked for is served while its voucher is on its way to disk; nothing of it leaves before that has arrived, with the charge.</summary>
public sealed class ServedAheadTests : PaywallTest
{
    private readonly TaskCompletionSource _onDisk = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _writes;

    protected override void Map(WebApplication web)
    {
        var priced = web.MapGroup("").RequirePayment(25.Sat());
        priced.MapGet("/text", () => Serve("text"));
        priced.MapGet("/plain", (HttpResponse response) =>
        {
            Serve("");
            response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        });
        priced.MapPost("/text", () => Serve("text"));
        priced.MapGet("/atend", async (HttpResponse response, IPaymentMeter meter) =>
        {
            meter.IsChargedAtEnd = true;
            await response.WriteAsync(Serve("half "));
            await response.WriteAsync("whole");
        });
    }

    [Fact]
    public async Task A_safe_request_is_served_while_its_voucher_is_written_and_answered_once_the_charge_is()
    {
        HoldWrites();
        var challenge = await Customer.ChallengeAsync("/text");
        var asked = Customer.PayAsync("/text", challenge, 1_000);
        await EventuallyAsync(() => Task.FromResult(Volatile.Read(ref _writes) == 2));   // voucher and charge
        Assert.Equal(1, Served);
        await AssertWaitsAsync(asked);

        _onDisk.SetResult();

        using var answer = await asked;
        Assert.Equal("text", await answer.Content.ReadAsStringAsync());
        Assert.Equal(25_000, PaywallCustomer.ReceiptIn(answer).Spent.Value);
        await AssertBalanceAsync(1_000, 25_000);
    }

    [Fact]
    public async Task What_may_do_something_waits_for_the_disk_before_it_is_served()
    {
        HoldWrites();
        var challenge = await Customer.ChallengeAsync("/text", HttpMethod.Post);
        var asked = Customer.PayAsync("/text", challenge, 1_000, HttpMethod.Post);
        await EventuallyAsync(() => Task.FromResult(Volatile.Read(ref _writes) == 1));
        await AssertWaitsAsync(asked);
        Assert.Equal(0, Served);

        _onDisk.SetResult();

        using var answer = await asked;
        Assert.Equal("text", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Of_what_is_charged_at_its_end_nothing_leaves_before_its_voucher_is_on_disk()
    {
        HoldWrites();
        var challenge = await Customer.ChallengeAsync("/atend");
        var asked = Customer.PayAsync("/atend", challenge, 1_000);
        await EventuallyAsync(() => Task.FromResult(Served == 1));
        await AssertWaitsAsync(asked);

        _onDisk.SetResult();

        using var answer = await asked;
        Assert.Equal("half whole", await answer.Content.ReadAsStringAsync());
        await BalanceBecomesAsync(1_000, 25_000);
    }

    [Theory]
    [InlineData("/text")]
    [InlineData("/plain")]
    [InlineData("/atend")]
    public async Task Where_a_block_comes_between_it_is_paid_once_all_the_same(string path)
    {
        var challenge = await Customer.ChallengeAsync(path);
        BeforeFirstWrite(async store =>
        {
            var channel = (await store.FindAsync(Customer.Channel.Id, default))!;
            Assert.True(await store.TryWriteAsync(channel with { DepositHeight = channel.DepositHeight + 1 }, channel.Version, default));
        });

        using var answer = await Customer.PayAsync(path, challenge, 1_000);

        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}");
        await BalanceBecomesAsync(1_000, 25_000);
        Assert.Equal(1, Served);
    }

    // An answer that has begun to be written breaks off in the server, which says 500 by itself.
    [Theory]
    [InlineData("/text", 500)]
    [InlineData("/atend", 500)]
    [InlineData("/plain", 410)]
    public async Task Where_a_close_comes_between_nothing_is_charged_and_nothing_leaves(string path, int status)
    {
        (await Customer.PayAsync("/text", 1_000)).Dispose();
        var challenge = await Customer.ChallengeAsync(path);
        BeforeFirstWrite(async _ => await Customer.Channel.CloseAsync());

        using var answer = await Customer.PayAsync(path, challenge, 2_000);

        Assert.Equal((status, 2), ((int)answer.StatusCode, Served));
        if (status == 410) await AssertRefusedAsync(answer, 410, BtcChannels.Paywall.PaymentProblems.ChannelFinalized);
        else Assert.Empty(await answer.Content.ReadAsStringAsync());
        await AssertBalanceAsync(1_000, 25_000);
    }

    [Theory]
    [InlineData("/text", 500)]
    [InlineData("/atend", 500)]
    [InlineData("/plain", 503)]
    public async Task Where_the_voucher_cannot_be_written_nothing_is_charged_nothing_leaves_and_nothing_more_is_served_ahead(string path, int status)
    {
        var challenge = await Customer.ChallengeAsync(path);
        Spy.Instead = (call, _) => call == nameof(IMerchantStore.TryWritePaymentAsync) ? Task.FromException<bool>(new StoreBusyException("The store")) : null;

        using (var failed = await Customer.PayAsync(path, challenge, 1_000))
        {
            Assert.Equal((status, 1), ((int)failed.StatusCode, Served));
            if (status == 503) await AssertRefusedAsync(failed, 503, Own("store-unavailable"));
            else Assert.Empty(await failed.Content.ReadAsStringAsync());
        }
        using (var failed = await Customer.PayAsync(path, challenge, 1_000)) await AssertRefusedAsync(failed, 503, Own("store-unavailable"));
        Assert.Equal(1, Served);
        await AssertBalanceAsync(0, 0);

        Spy.Instead = null;
        using var paid = await Customer.PayAsync(path, challenge, 1_000);
        Assert.True(paid.IsSuccessStatusCode);
        await BalanceBecomesAsync(1_000, 25_000);
    }

    /// <summary>What is written is on disk at once, and told only later.</summary>
    private void HoldWrites()
    {
        Spy.Instead = (call, args) =>
        {
            if (call != nameof(IMerchantStore.TryWritePaymentAsync)) return null;
            var write = Spy.Inner.TryWritePaymentAsync((PayableChannel)args[0]!, (CancellationToken)args[1]!);
            Interlocked.Increment(ref _writes);
            return TellAsync(write);
        };

        async Task<bool> TellAsync(Task<bool> write)
        {
            await _onDisk.Task;
            return await write;
        }
    }

    private void BeforeFirstWrite(Func<IMerchantStore, Task> happen) => Spy.Instead = (call, args) =>
    {
        if (call != nameof(IMerchantStore.TryWritePaymentAsync) || ++_writes != 1) return null;
        Task.Run(() => happen(Spy.Inner)).GetAwaiter().GetResult();
        return null;
    };

    // Long enough for what would not wait.
    private static async Task AssertWaitsAsync(Task asked) => Assert.NotSame(asked, await Task.WhenAny(asked, Task.Delay(TimeSpan.FromMilliseconds(200))));
}
