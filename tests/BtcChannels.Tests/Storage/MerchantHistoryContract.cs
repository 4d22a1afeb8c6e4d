using BtcChannels.Storage;
using NBitcoin;

namespace BtcChannels.Tests.Storage;

/// <summary>What a store keeps of its channels' histories.</summary>
public abstract class MerchantHistoryContract : MerchantStoreContract
{
    private static readonly Moment s_now = new(1_800_000_000, new ChainTip(900, StoreSample.Hash("tip"), 1_799_996_400), 1_800_000_000);

    private static HistoryNote Note(long time) => new(HistoryKind.DepositMined, time, 900, null, $"{time}");

    private static HistoryNote FirstPayment(long total) => new(HistoryKind.FirstPayment, s_now.Clock, 900, Money.Satoshis(total));

    private protected async Task<IReadOnlyList<HistoryNote>> HistoryAsync(ChannelId id) => await ((IMerchantReports)Store).HistoryAsync(id, Ct);

    private async Task<MerchantChannel> OpenAsync(string coin, int? depositHeight = 5) => await AddAsync(it => it with { State = new MerchantState.Open(), DepositHeight = depositHeight }, coin);

    /// <summary>Lets nothing more be added to any history.</summary>
    private protected abstract Task SpoilAsync();

    [ContractFact]
    public async Task A_history_begins_with_the_channel_and_is_nobody_elses()
    {
        var (one, other) = (await AddAsync(it => it, "one"), await AddAsync(it => it, "other"));
        Assert.True(await Store.TryWriteAsync(other, 1, [Note(1)], Ct));
        Assert.Equal([Unnoted.Opened], await HistoryAsync(one.Id));
        Assert.Equal([Unnoted.Opened, Note(1)], await HistoryAsync(other.Id));
        Assert.Empty(await HistoryAsync(new ChannelId(StoreSample.Coin("unknown"))));
    }

    [ContractFact]
    public async Task An_open_that_finds_another_leaves_no_trace()
    {
        var deposit = StoreSample.DepositTransaction("coin");
        for (var i = 0; i < 2; i++) await Store.AddAsync(index => StoreSample.Merchant(deposit, index), deposit, Note(i), Ct);
        Assert.Equal([Note(0)], await HistoryAsync(new ChannelId(new OutPoint(deposit.GetHash(), 0u))));
    }

    [ContractFact]
    public async Task Notes_of_every_kind_come_back_in_their_order()
    {
        var channel = await AddAsync(it => it, "coin");
        List<HistoryNote> notes = [.. Enum.GetValues<HistoryKind>().Select((kind, i) => new HistoryNote(
            kind, 1_800_000_000 - i, i % 3 == 0 ? null : i, i % 2 == 0 ? null : Money.Satoshis((long)i), i % 4 == 0 ? null : $"ünïcode {i}"))];
        Assert.True(await Store.TryWriteAsync(channel, 1, [.. notes.Take(3)], Ct));
        Assert.True(await Store.TryWriteAsync(channel, 2, [], Ct));
        Assert.True(await Store.TryWriteAsync(channel, 3, [.. notes.Skip(3)], Ct));
        Assert.Equal([Unnoted.Opened, .. notes], await HistoryAsync(channel.Id));
    }

    [ContractFact]
    public async Task A_write_that_came_late_leaves_no_trace()
    {
        var channel = await AddAsync(it => it, "coin");
        Assert.True(await Store.TryWriteAsync(channel, 1, [], Ct));
        Assert.False(await Store.TryWriteAsync(channel, 1, [Note(1)], Ct));
        Assert.Equal([Unnoted.Opened], await HistoryAsync(channel.Id));
    }

    [ContractFact]
    public async Task Of_payments_the_first_is_noted_by_whatever_way_it_comes()
    {
        var channels = new[] { await OpenAsync("alone"), await OpenAsync("answered"), await OpenAsync("unmined", null), await OpenAsync("followed"), await OpenAsync("late") };
        var paid = channels.Select(it => new PayableChannel(it).With(StoreSample.Paid(1_000 + it.PayoutIndex), s_now)).ToList();
        Assert.True(await Store.TryWriteAsync(channels[4], 1, [], Ct));

        var first = Store.TryWritePaymentAsync(paid[0], Ct);
        var answered = Store.TryWriteAnsweredAsync(paid[1], new KeptAnswer(RequestKey.Of("key"), new byte[32], 200, "", null, 1), Ct);
        var followed = new[] { Store.TryWritePaymentAsync(paid[3], Ct), Store.TryWritePaymentAsync(paid[3].With(StoreSample.Paid(2_000), s_now), Ct) };
        var late = Store.TryWritePaymentAsync(paid[4], Ct);
        Assert.All(await Task.WhenAll([first, answered, .. followed]), Assert.True);
        Assert.Equal(UnminedPayment.Written, await Store.TryWriteUnminedPaymentAsync(paid[2], Money.Coins(1), Ct));
        Assert.False(await late);
        Assert.True(await Store.TryWritePaymentAsync(paid[0].With(StoreSample.Paid(2_000), s_now), Ct));

        foreach (var channel in channels.Take(4)) Assert.Equal([Unnoted.Opened, FirstPayment(1_000 + channel.PayoutIndex)], await HistoryAsync(channel.Id));
        Assert.Equal([Unnoted.Opened], await HistoryAsync(channels[4].Id));
    }

    [ContractFact]
    public async Task What_is_held_is_noted_once()
    {
        var (open, closing) = (await OpenAsync("open"), await AddAsync(it => it with { State = new MerchantState.Closing(StoreSample.Close) }, "closing"));
        await Store.SetCursorAsync("somewhere", new ChainTip(77, StoreSample.Hash("tip"), 1), Ct);
        for (var time = 1; time <= 2; time++) Assert.Equal(1, await Store.HoldAllAsync(time, Ct));
        Assert.Equal([Unnoted.Opened, new(HistoryKind.Held, 1, 77)], await HistoryAsync(open.Id));
        Assert.Equal([Unnoted.Opened], await HistoryAsync(closing.Id));
        Assert.Equal(3, (await ReadAsync(open.Id)).Version);
    }

    [ContractFact]
    public async Task The_newest_are_kept_and_no_more_than_a_hundred()
    {
        var (channel, other) = (await AddAsync(it => it, "coin"), await AddAsync(it => it, "other"));
        for (var i = 0; i < 75; i++) Assert.True(await Store.TryWriteAsync(channel, 1 + i, [Note(2 * i), Note((2 * i) + 1)], Ct));
        Assert.Equal(Enumerable.Range(50, 100).Select(it => Note(it)), await HistoryAsync(channel.Id));
        Assert.True(await Store.TryWriteAsync(channel, 76, [Note(150)], Ct));
        Assert.Equal(Enumerable.Range(51, 100).Select(it => Note(it)), await HistoryAsync(channel.Id));
        Assert.Equal([Unnoted.Opened], await HistoryAsync(other.Id));
    }

    [ContractFact]
    public async Task What_cannot_be_noted_has_not_been()
    {
        var (channel, other, unmined) = (await OpenAsync("coin"), await OpenAsync("other"), await OpenAsync("unmined", null));
        await SpoilAsync();
        var paid = new PayableChannel(channel).With(StoreSample.Paid(1_000), s_now);
        await Assert.ThrowsAnyAsync<Exception>(() => Store.TryWritePaymentAsync(paid, Ct));
        await Assert.ThrowsAnyAsync<Exception>(() => Store.TryWriteAnsweredAsync(paid, new KeptAnswer(RequestKey.Of("key"), new byte[32], 200, "", null, 1), Ct));
        await Assert.ThrowsAnyAsync<Exception>(() => Store.TryWriteUnminedPaymentAsync(new PayableChannel(unmined).With(StoreSample.Paid(1_000), s_now), Money.Coins(1), Ct));
        await Assert.ThrowsAnyAsync<Exception>(() => Store.TryWriteAsync(channel with { State = new MerchantState.Closing(StoreSample.Close) }, 1, [Note(1)], Ct));
        await Assert.ThrowsAnyAsync<Exception>(() => Store.HoldAllAsync(1, Ct));
        await Assert.ThrowsAnyAsync<Exception>(() => AddAsync(it => it, "another"));

        foreach (var it in new[] { channel, unmined }) Assert.Equal(Described.Of(it), Described.Of(await ReadAsync(it.Id)));
        Assert.Null(await Store.FindAnswerAsync(channel.Id, RequestKey.Of("key"), Ct));
        // And nobody else is the worse for it.
        Assert.True(await Store.TryWritePaymentAsync(new PayableChannel(other).With(StoreSample.Paid(1_000)), Ct));
    }
}

public sealed class SqliteMerchantHistoryTests : MerchantHistoryContract, IDisposable
{
    private readonly DataFolder _folder = new();

    private protected override async Task<IMerchantStore> NewStoreAsync() => await SqliteMerchantStore.OpenAsync(_folder.Path, StoreSample.Network, DataFolder.Fingerprint, Ct);

    private protected override Task SpoilAsync() => ((SqliteMerchantStore)Store).File.WriteAsync(
        (db, tx) => Dapper.SqlMapper.Execute(db, "CREATE TRIGGER spoil BEFORE INSERT ON history BEGIN SELECT RAISE(ABORT, 'spoiled'); END", transaction: tx), Ct);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_is_kept_of_statements_does_not_grow_with_the_channels()
    {
        for (var i = 0; i < 10; i++)
        {
            var channel = await AddAsync(it => it, $"{i}");
            Assert.True(await Store.TryWriteAsync(channel, 1, [new(HistoryKind.Open, i, i), new(HistoryKind.Held, i, null, Money.Satoshis((long)i), $"{i}")], Ct));
        }
        var statements = Dapper.SqlMapper.GetCachedSQL().Where(it => it.Item1.Contains(_folder.Path, StringComparison.Ordinal) && it.Item2.Contains(" history ", StringComparison.Ordinal));
        Assert.Equal(2, statements.Select(it => it.Item2).Distinct().Count());
    }

    [Fact]
    public async Task A_line_that_could_not_have_been_written_is_told()
    {
        var channel = await AddAsync(it => it, "coin");
        await ((SqliteMerchantStore)Store).File.WriteAsync((db, tx) => Dapper.SqlMapper.Execute(db, "UPDATE history SET kind = 'nonsense'", transaction: tx), Ct);
        await Assert.ThrowsAsync<StoreCorruptException>(() => HistoryAsync(channel.Id));
    }
}

[NeedsPostgres]
public sealed class PostgresMerchantHistoryTests : MerchantHistoryContract, IAsyncLifetime
{
    private TestPostgres? _schema;

    private protected override async Task<IMerchantStore> NewStoreAsync() => await (_schema = await TestPostgres.MakeAsync()).OpenAsync();

    private protected override Task SpoilAsync() => _schema!.ExecuteAsync("""
        CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'spoiled'; END $$;
        CREATE TRIGGER spoil BEFORE INSERT ON history FOR EACH ROW EXECUTE FUNCTION spoil();
        """);

    async Task IAsyncLifetime.DisposeAsync()
    {
        await DisposeAsync();
        await _schema!.DisposeAsync();
    }
}
