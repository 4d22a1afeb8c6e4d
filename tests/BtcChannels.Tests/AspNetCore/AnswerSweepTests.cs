using BtcChannels.Storage;
using BtcChannels.Tests.Storage;

namespace BtcChannels.Tests.AspNetCore;

/// <summary>Answers are kept for a day.</summary>
public sealed class AnswerSweepTests
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(10);

    private static CancellationToken Ct => CancellationToken.None;

    private static async Task KeepAsync(MerchantApp app, TestCustomer customer, IEnumerable<(string Key, long At)> answers)
    {
        var row = await app.ChannelAsync(customer.Id);
        var (channel, writes) = (new PayableChannel(row), new List<Task<bool>>());
        foreach (var (key, at) in answers)
            writes.Add(app.Store.TryWriteAnsweredAsync(channel = channel.With(row.Balance), new(RequestKey.Of(key), new byte[32], 200, "", null, at), Ct));
        Assert.All(await Task.WhenAll(writes), Assert.True);
        app.OpenChannels.Forget(customer.Id);
    }

    private static async Task<bool> IsKeptAsync(MerchantApp app, TestCustomer customer, string key) => await app.Store.FindAnswerAsync(customer.Id, RequestKey.Of(key), Ct) is not null;

    [Fact]
    public async Task They_are_forgotten_by_the_next_round_however_many_they_are()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app, paid: 1_000);
        var dayAgo = app.Clock.Now - 86_400;
        await KeepAsync(app, customer, [.. Enumerable.Range(1, 700).Select(it => ($"old {it}", dayAgo - it)), ("young", dayAgo + 10), ("new", app.Clock.Now)]);

        await app.WaitAsync(s_look);
        await app.WaitAsync(TimeSpan.Zero);

        for (var i = 1; i <= 700; i++) Assert.False(await IsKeptAsync(app, customer, $"old {i}"), $"{i}");
        Assert.True(await IsKeptAsync(app, customer, "young"));   // a day old to the second

        await app.WaitAsync(s_look);
        await app.WaitAsync(TimeSpan.Zero);
        Assert.False(await IsKeptAsync(app, customer, "young"));
        Assert.True(await IsKeptAsync(app, customer, "new"));
    }

    [PostgresFact]
    public async Task The_instance_that_follows_the_chain_forgets_them()
    {
        await using var both = await InstancesFixture.StartAsync();
        var customer = await both.OpenAsync(both.First, paid: 1_000);
        await KeepAsync(both.Second, customer, [("old", both.First.Clock.Now - 86_401)]);

        await both.Second.WaitAsync(s_look);
        await both.Second.WaitAsync(TimeSpan.Zero);
        Assert.True(await IsKeptAsync(both.Second, customer, "old"));

        await both.First.WaitAsync(s_look);
        await both.First.WaitAsync(TimeSpan.Zero);
        Assert.False(await IsKeptAsync(both.Second, customer, "old"));
    }
}
