using System.Security.Cryptography;
using BtcChannels.Storage;
using NBitcoin;

namespace BtcChannels.Tests.Storage;

/// <summary>What is reserved, and what paid requests were answered.</summary>
public abstract class MerchantChargesContract : MerchantStoreContract
{
    private static readonly RequestKey s_key = RequestKey.Of("key");

    private static Balance Balance(long total, long spent, string? reserved) => new(StoreSample.Payment(total), new MilliSatoshi(spent), Reservations.Parse(reserved));

    private static KeptAnswer Answer(string key, long at = 1_800_000_000, byte[]? body = null, string head = "content-type: text/plain\n", byte[]? request = null) =>
        new(RequestKey.Of(key), request ?? SHA256.HashData([1, 2, 3]), 200, head, body, at);

    private Task<MerchantChannel> AddOpenAsync(string coin, Balance? balance = null) =>
        AddAsync(it => it with { State = new MerchantState.Open(), DepositHeight = 7, Balance = balance ?? StoreSample.Paid(1_000) }, coin);

    private async Task<string> FoundAsync(ChannelId id, string key) => Described(await Store.FindAnswerAsync(id, RequestKey.Of(key), Ct));

    private static string Described(KeptAnswer? it) => it is null ? "none"
        : $"{it.Key} {Convert.ToHexString(it.Request)} {it.Status} {it.Head} {(it.Body is { } body ? Convert.ToHexString(body) : "no body")} {it.At}";

    [ContractFact]
    public async Task What_is_reserved_comes_back_however_it_was_written()
    {
        var added = await AddOpenAsync("coin", Balance(1_000, 5, $"1:7 3:9:{s_key}"));
        Assert.Equal($"1:7 3:9:{s_key}", (await ReadAsync(added.Id)).Balance.Reserved.Text);

        Assert.True(await Store.TryWriteAsync(added with { Balance = Balance(1_000, 5, "9:1") }, 1, Ct));
        Assert.Equal("9:1", (await ReadAsync(added.Id)).Balance.Reserved.Text);

        var paid = new PayableChannel(await ReadAsync(added.Id)).With(Balance(1_001, 6, $"2:1000994:{s_key}"));
        Assert.True(await Store.TryWritePaymentAsync(paid, Ct));
        Assert.Equal($"2:1000994:{s_key}", (await ReadAsync(added.Id)).Balance.Reserved.Text);
        var payable = new List<PayableChannel>();
        await foreach (var one in Store.PayableAsync(Ct)) payable.Add(one);
        Assert.Equal(paid.Balance, Assert.Single(payable).Balance);

        Assert.True(await Store.TryWritePaymentAsync(paid.With(Balance(1_001, 7, null)), Ct));
        Assert.Null((await ReadAsync(added.Id)).Balance.Reserved.Text);
    }

    [ContractTheory]
    [InlineData(null, "1:5")]
    [InlineData("1:5", null)]
    [InlineData("1:5", "1:6")]
    [InlineData("1:5", "2:5")]
    [InlineData("1:5 2:5", "2:5 1:5")]
    public async Task What_builds_on_another_reservation_than_the_row_has_is_not_written(string? stored, string? taken)
    {
        var row = await AddOpenAsync("coin", Balance(1_000, 5, stored));
        PayableChannel On(string? reserved) => new PayableChannel(row with { Balance = Balance(1_000, 5, reserved) }).With(Balance(1_000, 6, null));

        Assert.False(await Store.TryWritePaymentAsync(On(taken), Ct));
        Assert.False(await Store.TryWriteAnsweredAsync(On(taken), Answer("key"), Ct));
        Assert.Equal((1, stored, "none"), ((await ReadAsync(row.Id)).Version, (await ReadAsync(row.Id)).Balance.Reserved.Text, await FoundAsync(row.Id, "key")));

        Assert.True(await Store.TryWritePaymentAsync(On(stored), Ct));
    }

    [ContractFact]
    public async Task Charges_may_build_on_each_other_without_waiting()
    {
        var row = await AddOpenAsync("coin");
        var (chain, writes) = (new PayableChannel(row), new List<Task<bool>>());
        for (var i = 1; i <= 100; i++)
        {
            writes.Add(Store.TryWritePaymentAsync(chain = chain.With(Balance(1_000, i - 1, $"1:{i}")), Ct));
            writes.Add(Store.TryWriteAnsweredAsync(chain = chain.With(Balance(1_000, i, null)), Answer($"{i % 10}", at: i), Ct));
        }

        Assert.All(await Task.WhenAll(writes), Assert.True);

        Assert.Equal((201, 100, null), ((await ReadAsync(row.Id)).Version, (await ReadAsync(row.Id)).Balance.Spent.Value, (await ReadAsync(row.Id)).Balance.Reserved.Text));
        for (var key = 0; key < 10; key++) Assert.Equal(key == 0 ? 100 : 90 + key, (await Store.FindAnswerAsync(row.Id, RequestKey.Of($"{key}"), Ct))!.At);
    }

    [ContractFact]
    public async Task An_answer_is_found_by_channel_and_key()
    {
        var (one, other) = (await AddOpenAsync("one"), await AddOpenAsync("other"));
        var (first, second) = (Answer("a", body: [1]), Answer("a", body: [2]));

        Assert.True(await Store.TryWriteAnsweredAsync(new PayableChannel(one).With(StoreSample.Paid(1_001)), first, Ct));
        Assert.True(await Store.TryWriteAnsweredAsync(new PayableChannel(other).With(StoreSample.Paid(1_002)), second, Ct));

        Assert.Equal((Described(first), Described(second)), (await FoundAsync(one.Id, "a"), await FoundAsync(other.Id, "a")));
        Assert.Equal("none", await FoundAsync(one.Id, "b"));
        Assert.Equal("none", await FoundAsync(new ChannelId(StoreSample.Coin("unknown")), "a"));
        Assert.Equal((1_001, 1_002), ((await ReadAsync(one.Id)).Balance.Authorized.Satoshi, (await ReadAsync(other.Id)).Balance.Authorized.Satoshi));
    }

    [ContractTheory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_536)]
    public async Task A_body_comes_back_to_the_byte_and_none_as_none(int length)
    {
        var row = await AddOpenAsync("coin");
        var answer = Answer("key", body: length < 0 ? null : RandomNumberGenerator.GetBytes(length), head: "x: ünïcode \U0001F4B0\n") with { Status = 599, At = long.MaxValue };

        Assert.True(await Store.TryWriteAnsweredAsync(new PayableChannel(row).With(StoreSample.Paid(1_001)), answer, Ct));

        Assert.Equal(Described(answer), await FoundAsync(row.Id, "key"));
        Assert.Equal(length < 0, (await Store.FindAnswerAsync(row.Id, s_key, Ct))!.Body is null);
    }

    [ContractFact]
    public async Task An_answer_makes_way_for_the_next_one_of_its_key()
    {
        var channel = new PayableChannel(await AddOpenAsync("coin"));
        var (first, second) = (Answer("key", at: 5, body: [1, 2, 3]), Answer("key", at: 6, request: SHA256.HashData([9])) with { Status = 404 });

        Assert.True(await Store.TryWriteAnsweredAsync(channel = channel.With(StoreSample.Paid(1_001)), first, Ct));
        Assert.True(await Store.TryWriteAnsweredAsync(channel.With(StoreSample.Paid(1_002)), second, Ct));

        Assert.Equal(Described(second), await FoundAsync(channel.Id, "key"));
    }

    [ContractFact]
    public async Task Of_one_key_in_one_commit_the_last_answer_counts()
    {
        var channel = new PayableChannel(await AddOpenAsync("coin"));
        var writes = new List<Task<bool>>();
        for (var i = 1; i <= 20; i++) writes.Add(Store.TryWriteAnsweredAsync(channel = channel.With(StoreSample.Paid(1_000 + i)), Answer("key", at: i), Ct));

        Assert.All(await Task.WhenAll(writes), Assert.True);

        Assert.Equal(20, (await Store.FindAnswerAsync(channel.Id, s_key, Ct))!.At);
    }

    [ContractFact]
    public async Task A_stale_payment_keeps_no_answer_and_leaves_its_neighbours_and_theirs_alone()
    {
        var channels = new List<MerchantChannel>();
        for (var i = 0; i < 30; i++) channels.Add(await AddOpenAsync($"{i}"));
        Assert.True(await Store.TryWriteAnsweredAsync(new PayableChannel(channels[2]).With(StoreSample.Paid(1_001)), Answer("key", at: 1), Ct));
        for (var i = 4; i < 30; i += 2) Assert.True(await Store.TryWriteAsync(channels[i] with { DepositHeight = 8 }, 1, Ct));
        Assert.True(await Store.TryWriteAsync(channels[0] with { State = new MerchantState.Closing(StoreSample.Close) }, 1, Ct));

        var writes = await Task.WhenAll(channels.SelectMany((it, i) =>
        {
            var first = new PayableChannel(it).With(StoreSample.Paid(2_000));
            return new[] { Store.TryWriteAnsweredAsync(first, Answer("key", at: 2), Ct), Store.TryWriteAnsweredAsync(first.With(StoreSample.Paid(2_001)), Answer("next", at: 3), Ct) };
        }));

        Assert.Equal(Enumerable.Range(0, 60).Select(i => i / 2 % 2 == 1), writes);
        for (var i = 0; i < 30; i++)
        {
            Assert.Equal(i % 2 == 1 ? 2 : i == 2 ? 1 : (long?)null, (await Store.FindAnswerAsync(channels[i].Id, s_key, Ct))?.At);
            Assert.Equal(i % 2 == 1, await Store.FindAnswerAsync(channels[i].Id, RequestKey.Of("next"), Ct) is not null);
            Assert.Equal(i % 2 == 1 ? 2_001 : i == 2 ? 1_001 : 1_000, (await ReadAsync(channels[i].Id)).Balance.Authorized.Satoshi);
        }
    }

    [ContractFact]
    public async Task An_answer_that_cannot_be_stored_takes_its_payment_with_it_and_nobody_else()
    {
        var channels = new List<MerchantChannel>();
        for (var i = 0; i < 5; i++) channels.Add(await AddOpenAsync($"{i}"));

        var writes = channels.Select((it, i) => Store.TryWriteAnsweredAsync(
            new PayableChannel(it).With(StoreSample.Paid(2_000)), Answer("key", request: new byte[i == 2 ? 31 : 32]), Ct)).ToList();

        for (var i = 0; i < 5; i++)
        {
            if (i == 2) await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => writes[2]);
            else Assert.True(await writes[i]);
            Assert.Equal(i == 2 ? 1_000 : 2_000, (await ReadAsync(channels[i].Id)).Balance.Authorized.Satoshi);
            Assert.Equal(i != 2, await Store.FindAnswerAsync(channels[i].Id, s_key, Ct) is not null);
        }
    }

    [ContractFact]
    public async Task No_answer_is_kept_of_a_channel_that_is_not_open_or_is_held()
    {
        var closing = await AddAsync(it => it with { State = new MerchantState.Closing(StoreSample.Close), Balance = StoreSample.Paid(1_000) }, "closing");
        var held = await AddOpenAsync("held");
        await Store.HoldAllAsync(Ct);

        Assert.False(await Store.TryWriteAnsweredAsync(new PayableChannel(closing).With(StoreSample.Paid(1_001)), Answer("key"), Ct));
        Assert.False(await Store.TryWriteAnsweredAsync(new PayableChannel(held with { Version = 2 }).With(StoreSample.Paid(1_001)), Answer("key"), Ct));

        Assert.Equal(("none", "none"), (await FoundAsync(closing.Id, "key"), await FoundAsync(held.Id, "key")));
    }

    [ContractFact]
    public async Task What_was_called_off_in_time_keeps_nothing()
    {
        var row = await AddOpenAsync("coin");

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Store.TryWriteAnsweredAsync(new PayableChannel(row).With(StoreSample.Paid(1_001)), Answer("key"), new CancellationToken(canceled: true)));

        Assert.Equal((1, "none"), ((await ReadAsync(row.Id)).Version, await FoundAsync(row.Id, "key")));
    }

    [ContractFact]
    public async Task Answers_are_forgotten_oldest_first_and_so_many_at_most()
    {
        var channels = new List<PayableChannel> { new(await AddOpenAsync("one")), new(await AddOpenAsync("other")) };
        foreach (var at in new List<int> { 30, 10, 50, 20, 40 })
        {
            channels[at / 10 % 2] = channels[at / 10 % 2].With(StoreSample.Paid(1_000 + at * 10 + channels[at / 10 % 2].Balance.Authorized.Satoshi));
            Assert.True(await Store.TryWriteAnsweredAsync(channels[at / 10 % 2], Answer($"{at}", at), Ct));
        }
        async Task<int[]> LeftAsync()
        {
            var left = new List<int>();
            foreach (var at in new List<int> { 10, 20, 30, 40, 50 })
                if (await Store.FindAnswerAsync(channels[at / 10 % 2].Id, RequestKey.Of($"{at}"), Ct) is not null) left.Add(at);
            return [.. left];
        }

        Assert.Equal(0, await Store.ForgetAnswersAsync(10, 100, Ct));
        Assert.Equal(2, await Store.ForgetAnswersAsync(40, 2, Ct));
        Assert.Equal("30 40 50", string.Join(" ", await LeftAsync()));
        Assert.Equal(1, await Store.ForgetAnswersAsync(40, 2, Ct));
        Assert.Equal("40 50", string.Join(" ", await LeftAsync()));
        Assert.Equal(0, await Store.ForgetAnswersAsync(40, 2, Ct));
        Assert.Equal(2, await Store.ForgetAnswersAsync(long.MaxValue, 2, Ct));
    }

    [ContractFact]
    public void The_run_that_has_the_store_open_is_live_and_above_zero() => Assert.True(Store.Run > 0 && Store.IsLive(Store.Run));
}
