using BtcChannels.Storage;
using FsCheck;
using FsCheck.Fluent;
using NBitcoin;

namespace BtcChannels.Tests.Storage;

public abstract class MerchantQueriesContract : MerchantStoreContract
{
    private static readonly ChainTip Tip = new(1_000, StoreSample.Hash("tip"), 1_800_000_000);

    /// <summary>One channel in each state; its coin is named after it.</summary>
    private async Task<Dictionary<string, ChannelId>> AddEveryStateAsync()
    {
        var ids = new Dictionary<string, ChannelId>();
        foreach (var (name, state) in StoreSample.MerchantStates) ids[name] = (await AddAsync(it => it with { State = state }, name)).Id;
        return ids;
    }

    [ContractFact]
    public async Task A_channel_is_found_by_name_and_offer()
    {
        var added = await AddAsync(it => it, "coin");
        await AddAsync(it => it, "another");

        Assert.Equal(Described.Of(added), Described.Of(await Store.FindAsync(added.Id, Ct)));
        Assert.Equal(Described.Of(added), Described.Of(await Store.FindByOfferAsync(added.Offer, Ct)));
    }

    [ContractFact]
    public async Task What_is_not_there_is_not_found()
    {
        var unknown = new ChannelId(StoreSample.Coin("unknown"));

        Assert.Null(await Store.FindAsync(unknown, Ct));
        Assert.Null(await Store.FindByOfferAsync(StoreSample.Offer("unknown"), Ct));
        Assert.Null(await Store.FindDepositAsync(unknown, Ct));
        Assert.Empty(await Store.DepositInputsAsync(unknown, Ct));
        Assert.Empty(await Store.FindByDepositInputAsync(StoreSample.Coin("unknown"), Ct));
    }

    [ContractFact]
    public async Task Channels_are_found_by_the_coins_that_fund_them()
    {
        var one = await AddAsync(it => it, "a", "shared");
        var two = await AddAsync(it => it, "b", "shared");

        Assert.Equal(new[] { one.Id, two.Id }.ToHashSet(), (await Store.FindByDepositInputAsync(StoreSample.Coin("shared"), Ct)).Select(it => it.Id).ToHashSet());
        Assert.Equal([one.Id], (await Store.FindByDepositInputAsync(StoreSample.Coin("a"), Ct)).Select(it => it.Id));
        Assert.Empty(await Store.FindByDepositInputAsync(new OutPoint(StoreSample.Hash("a"), 4u), Ct));
    }

    [ContractFact]
    public async Task Each_block_may_change_what_is_pending_closing_or_not_yet_buried()
    {
        var ids = await AddEveryStateAsync();

        var expected = StoreSample.MerchantStates.Where(it => it.Value is not (MerchantState.Open or MerchantState.Abandoned) && !it.Value.IsFinal).Select(it => ids[it.Key]);
        Assert.Equal(expected.ToHashSet(), (await Store.ActiveAsync(Ct)).ToHashSet());
    }

    [ContractFact]
    public async Task All_that_is_not_final_is_watched_again()
    {
        var ids = await AddEveryStateAsync();

        var mined = await Store.MinedAsync(Ct).ToListAsync();
        var unmined = await Store.UnminedAsync(Ct).ToListAsync();

        Assert.Equal(StoreSample.MerchantStates.Where(it => !it.Value.IsFinal).Select(it => ids[it.Key]).ToHashSet(), unmined.Select(it => it.Channel.Id).ToHashSet());
        Assert.Empty(mined);
        Assert.All(unmined, it => Assert.Single(it.DepositInputs));
        Assert.Contains(unmined, it => it.Channel.Id == ids["pending"] && it.DepositInputs[0] == StoreSample.Coin("pending"));

        foreach (var id in ids.Values)
        {
            var channel = await ReadAsync(id);
            Assert.True(await Store.TryWriteAsync(channel with { DepositHeight = 100 }, channel.Version, Ct));
        }
        Assert.Equal(unmined.Select(it => it.Channel.Id).ToHashSet(), await Store.MinedAsync(Ct).ToHashSetAsync());
        Assert.Empty(await Store.UnminedAsync(Ct).ToListAsync());
    }

    [ContractFact]
    public async Task What_is_open_is_told_as_payments_need_it()
    {
        var ids = await AddEveryStateAsync();
        var open = StoreSample.MerchantStates.Where(it => it.Value is MerchantState.Open).Select(it => ids[it.Key]).ToHashSet();

        var told = await Store.PayableAsync(Ct).ToListAsync();

        Assert.NotEmpty(told);
        Assert.Equal(open, told.Select(it => it.Id).ToHashSet());
        foreach (var it in told)
        {
            var channel = await ReadAsync(it.Id);
            Assert.Equal((channel.PayoutIndex, channel.Version, channel.Balance, channel.Terms.Expiry, channel.Capacity), (it.PayoutIndex, it.Version, it.Balance, it.Expiry, it.Capacity));
        }
    }

    [ContractFact]
    public async Task Many_channels_are_watched_again_each_once()
    {
        var expected = new HashSet<ChannelId>();
        for (var i = 0; i < 1_203; i++) expected.Add((await AddAsync(it => it, $"{i}")).Id);

        var watched = await Store.UnminedAsync(Ct).Select(it => it.Channel.Id).ToListAsync();

        Assert.Equal(expected.Count, watched.Count);
        Assert.Equal(expected, watched.ToHashSet());
    }

    [ContractFact]
    public async Task A_reorganisation_concerns_what_stands_at_its_height_or_above()
    {
        var below = await AddAsync(it => it with { DepositHeight = 99, State = new MerchantState.Open() }, "below");
        var at = await AddAsync(it => it with { DepositHeight = 100, State = new MerchantState.Open() }, "at");
        var spent = await AddAsync(it => it with { DepositHeight = 50, State = new MerchantState.Closed(StoreSample.Spend with { Height = 101 }, null) }, "spent");
        var both = await AddAsync(it => it with { DepositHeight = 100, State = new MerchantState.Refunded(StoreSample.Spend with { Height = 100 }, null) }, "both");
        await AddAsync(it => it, "unmined");

        var found = (await Store.AboveHeightAsync(100, Ct)).Select(it => it.Id).ToList();

        Assert.Equal(3, found.Count);
        Assert.Equal(new[] { at.Id, spent.Id, both.Id }.ToHashSet(), found.ToHashSet());
        Assert.DoesNotContain(below.Id, found);
    }

    [ContractFact]
    public async Task Fees_that_fall_short_are_counted_where_something_is_at_stake()
    {
        await AddAsync(it => it with { Terms = StoreSample.Terms(closeFee: 400), State = new MerchantState.Open(), Balance = StoreSample.Paid(1_000) }, "short");
        await AddAsync(it => it with { Terms = StoreSample.Terms(closeFee: 499), State = new MerchantState.Open(), Balance = StoreSample.Paid(30) }, "short too");
        await AddAsync(it => it with { Terms = StoreSample.Terms(closeFee: 500), State = new MerchantState.Open(), Balance = StoreSample.Paid(1_000) }, "enough");
        await AddAsync(it => it with { Terms = StoreSample.Terms(closeFee: 400), State = new MerchantState.Open() }, "unpaid");
        await AddAsync(it => it with { Terms = StoreSample.Terms(closeFee: 400), State = new MerchantState.Closing(StoreSample.Close), Balance = StoreSample.Paid(1_000) }, "closing");

        Assert.Equal(new FeeShortfall(2, Money.Satoshis(1_030)), await Store.FeeShortfallAsync(Money.Satoshis(500), Ct));
        Assert.Equal(new FeeShortfall(0, Money.Zero), await Store.FeeShortfallAsync(Money.Satoshis(400), Ct));
    }

    [ContractFact]
    public async Task Channels_are_counted_and_summed_by_state()
    {
        await AddAsync(it => it with { State = new MerchantState.Open(), Balance = StoreSample.Paid(1_000) }, "a");
        await AddAsync(it => it with { State = new MerchantState.Open() }, "b");
        await AddAsync(it => it, "c");

        Assert.Equal([new("open", 2), new("pending", 1)], await Store.CountsAsync(Ct));
        Assert.Equal(
            [new("open", 2, Money.Satoshis(200_692), Money.Satoshis(1_000)), new("pending", 1, Money.Satoshis(100_346), Money.Zero)], await Store.SumsAsync(Ct));
    }

    [ContractFact]
    public async Task The_cursor_is_kept()
    {
        Assert.Null(await Store.GetCursorAsync(Ct));

        await Store.SetCursorAsync("first", Tip, Ct);
        await Store.SetCursorAsync("second", Tip with { Height = 1_001 }, Ct);

        Assert.Equal(new StoredCursor("second", Tip with { Height = 1_001 }), await Store.GetCursorAsync(Ct));
    }

    [ContractFact]
    public void What_is_due_is_what_the_expiry_says() => Prop.ForAll(Situations(), situation =>
    {
        var (seen, open, paid, margin) = situation;
        var now = new Moment(seen.Clock, Tip with { Height = seen.Height, MedianTime = seen.Median }, seen.Clock);
        var state = open ? new MerchantState.Open() : StoreSample.MerchantStates["pending"];
        return IsAskedFor(
            it => it with { Terms = StoreSample.Terms(seen.Expiry), State = state, Balance = paid ? StoreSample.Paid(1) : Balance.Nothing },
            () => Store.DueAsync(now, margin, Ct),
            open && paid && new Expiry(seen.Expiry).IsWithin(margin, now));
    }).QuickCheckThrowOnFailure();

    [ContractFact]
    public void What_is_given_up_for_good_is_what_the_expiry_says() => Prop.ForAll(Situations(), situation =>
    {
        var (seen, over, abandoned, _) = situation;
        var tip = Tip with { Height = seen.Height, MedianTime = seen.Median };
        return IsAskedFor(
            it => it with { Terms = StoreSample.Terms(seen.Expiry), State = abandoned ? new MerchantState.Abandoned(AbandonReason.Expired, over) : it.State },
            () => Store.AbandonedExpiredAsync(tip, Ct),
            abandoned && !over && new Expiry(seen.Expiry).IsRefundableAfter(tip));
    }).QuickCheckThrowOnFailure();

    // Close around the expiry, on either side, for times and for heights.
    private static Arbitrary<((uint Expiry, long Clock, int Height, long Median) Seen, bool One, bool Other, TimeSpan Margin)> Situations() => (
        from isTime in Gen.Elements(true, false)
        from expiry in isTime ? Gen.Elements(500_000_000u, 1_900_000_000u, 0x8000_0000u, uint.MaxValue) : Gen.Elements(1u, 2_000u, 499_999_999u)
        from margin in Gen.Elements(0, 1, 599, 600, 601, 86_400)
        from off in Gen.Choose(-3, 3)
        from lag in Gen.Choose(-3, 3)
        from one in Gen.Frequency((4, Gen.Constant(true)), (1, Gen.Constant(false)))
        from other in Gen.Frequency((4, Gen.Constant(true)), (1, Gen.Constant(false)))
        let clock = isTime ? expiry + off - margin : 1_800_000_000L
        let height = isTime ? 1_000 : Math.Max(0, (int)expiry + off - (margin / 600))
        let median = isTime ? expiry + off + lag - (one ? margin : 0) : 1_800_000_000L
        select ((expiry, clock, height, median), one, other, TimeSpan.FromSeconds(margin))).ToArbitrary();

    private int _asked;

    private bool IsAskedFor(Func<MerchantChannel, MerchantChannel> change, Func<Task<IReadOnlyList<ChannelId>>> ask, bool expected)
    {
        async Task<bool> AskAsync()
        {
            var channel = await AddAsync(change, $"asked {_asked++}");
            return (await ask()).Contains(channel.Id) == expected;
        }
        return Task.Run(AskAsync).GetAwaiter().GetResult();
    }

    [ContractFact]
    public async Task Channels_are_listed_page_by_page_by_state_and_customer()
    {
        var ids = await AddEveryStateAsync();
        var customer = (await Store.FindAsync(ids["open"], Ct))!.Terms.CustomerKey;
        var all = new List<MerchantChannel>();
        for (uint? after = null; ;)
        {
            var page = await Reports.ListAsync(new ChannelFilter(), after, 4, Ct);
            all.AddRange(page);
            if (page.Count < 4) break;
            after = page[^1].PayoutIndex;
        }

        Assert.Equal(ids.Values, all.Select(it => it.Id));
        Assert.Equal(new[] { ids["closed"], ids["closed and buried"], ids["closed unprepared"] }, (await Reports.ListAsync(new ChannelFilter("closed"), null, 1_000, Ct)).Select(it => it.Id));
        Assert.Equal([ids["open"]], (await Reports.ListAsync(new ChannelFilter("open", customer), null, 1_000, Ct)).Select(it => it.Id));
        Assert.Empty(await Reports.ListAsync(new ChannelFilter("open", new Key().PubKey), null, 1_000, Ct));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Reports.ListAsync(new ChannelFilter(), null, 1_001, Ct));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Reports.ListAsync(new ChannelFilter(), null, 0, Ct));
    }

    [ContractFact]
    public async Task Totals_and_what_is_at_risk_are_summed()
    {
        Assert.Equal(new MerchantTotals(0, MilliSatoshi.Zero, Money.Zero), await Reports.TotalsAsync(Ct));
        Assert.Empty(await Reports.AtRiskAsync(TimeSpan.FromHours(1), Ct));
        await AddEveryStateAsync();
        var channels = await Reports.ListAsync(new ChannelFilter(), null, 1_000, Ct);

        var totals = await Reports.TotalsAsync(Ct);

        Assert.Equal(channels.Select(it => it.Terms.CustomerKey).Distinct().Count(), totals.Customers);
        Assert.Equal(channels.Sum(it => it.Balance.Spent.Value), totals.Spent.Value);
        Assert.Equal(channels.Where(it => it.State is MerchantState.Closed).Sum(it => it.State.Spent!.ToMerchant.Satoshi), totals.Settled.Satoshi);
        var hour = TimeSpan.FromHours(1);
        Assert.Equal(
            channels.Where(it => it.State is MerchantState.Open or MerchantState.Closing && it.Balance.Newest is not null).GroupBy(it => it.Terms.Expiry.Value / 3_600).OrderBy(it => it.Key)
                .Select(it => new AtRisk(it.Key * 3_600L, it.Count(), Money.Satoshis(it.Sum(one => one.Balance.Authorized.Satoshi)))),
            await Reports.AtRiskAsync(hour, Ct));
    }

    private IMerchantReports Reports => (IMerchantReports)Store;
}
