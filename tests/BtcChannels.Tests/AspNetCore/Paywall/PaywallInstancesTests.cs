using System.Net;
using BtcChannels.Tests.Storage;
using Microsoft.AspNetCore.Builder;

namespace BtcChannels.Tests.AspNetCore.Paywall;

/// <summary>Two servers, one channel.</summary>
public sealed class PaywallInstancesTests
{
    private int _served;

    [PostgresFact]
    public async Task Two_servers_never_overdraw_one_channel()
    {
        const int paidFor = 30;
        await using var both = await InstancesFixture.StartAsync(web => web.MapGet("/song", () => Interlocked.Increment(ref _served)).RequirePayment(25.Sat()));
        var channel = await both.OpenAsync(both.First);
        PaywallCustomer[] customers = [new(both.First.Once, channel), new(both.Second.Once, channel)];
        var challenge = await customers[0].ChallengeAsync("/song");   // good at both

        var answers = await Task.WhenAll(Enumerable.Range(0, 2 * paidFor).Select(i => customers[i % 2].PayAsync("/song", challenge, paidFor * 25)));

        Assert.Equal(paidFor, answers.Count(it => it.StatusCode == HttpStatusCode.OK));
        Assert.Equal(paidFor, answers.Count(it => it.StatusCode == HttpStatusCode.PaymentRequired));
        Assert.Equal(paidFor, _served);
        Assert.Equal((paidFor * 25).Sat(), (await both.First.ChannelAsync(channel.Id)).Balance.Spent);
        foreach (var answer in answers) answer.Dispose();
    }

    [PostgresFact]
    public async Task A_request_that_is_under_way_at_one_is_under_way_at_the_other_and_its_answer_is_kept_for_both()
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var proceed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var both = await InstancesFixture.StartAsync(web => web.MapGet("/song", async () =>
        {
            entered.TrySetResult();
            await proceed.Task;
            return $"no. {Interlocked.Increment(ref _served)}";
        }).RequirePayment(25.Sat()));
        var channel = await both.OpenAsync(both.First);
        var (first, second) = (new PaywallCustomer(both.First.Once, channel), new PaywallCustomer(both.Second.Once, channel));
        var challenge = await first.ChallengeAsync("/song");
        var serving = first.PayAsync("/song", challenge, 1_000, key: "one");
        await entered.Task;

        using (var busy = await second.PayAsync("/song", challenge, 1_000, key: "one")) Assert.Equal(HttpStatusCode.Conflict, busy.StatusCode);
        proceed.SetResult();
        (await serving).Dispose();
        using var again = await second.PayAsync("/song", challenge, 1_000, key: "one");

        Assert.Equal("no. 1", await again.Content.ReadAsStringAsync());
        Assert.Equal(25.Sat(), (await both.Second.ChannelAsync(channel.Id)).Balance.Spent);
    }

    [PostgresFact]
    public async Task A_pause_at_one_ends_with_a_voucher_at_the_other()
    {
        await using var both = await InstancesFixture.StartAsync(web => web.MapGet("/words", async (BtcChannels.AspNetCore.Paywall.IPaymentMeter meter) =>
        {
            var words = "";
            for (var i = 0; i < 5 && await meter.ChargeAsync(1); i++) words += $"{i} ";
            return words;
        }).RequireMeteredPayment(100.Sat(), "word"));
        var channel = await both.OpenAsync(both.First);
        var (first, second) = (new PaywallCustomer(both.First.Once, channel), new PaywallCustomer(both.Second.Once, channel));
        var challenge = await first.ChallengeAsync("/words");
        var paused = first.PayAsync("/words", challenge, 300);
        while ((await both.Second.ChannelAsync(channel.Id)).Balance.Spent < 300.Sat()) await Task.Delay(10);

        using (var voucher = await second.PayAsync("/words", challenge, 500, HttpMethod.Head)) Assert.Equal(HttpStatusCode.OK, voucher.StatusCode);
        while (!paused.IsCompleted)
        {
            both.First.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(10);
        }

        using var answer = await paused;
        Assert.Equal("0 1 2 3 4 ", await answer.Content.ReadAsStringAsync());
    }
}
