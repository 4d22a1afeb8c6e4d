using BtcChannels.Chain;
using BtcChannels.Client;
using NBitcoin;

namespace BtcChannels.Tests.Client;

public class CustomerChainTests
{
    [Fact]
    public async Task What_was_mined_while_the_program_was_off_is_found_at_the_next_start()
    {
        await using var rig = await Rig.StartAsync();
        var channel = await rig.OpenAsync();
        await rig.Customer.DisposeAsync();
        rig.Chain.Mine();
        rig.Chain.Mine(channel.DepositTransaction);
        rig.Chain.Mine();
        await rig.RestartAsync();
        await rig.Customer.SyncAsync();
        Assert.Equal(2, (await rig.ReadAsync(channel)).DepositHeight);
    }

    [Fact]
    public async Task A_close_is_seen_with_what_it_pays_and_becomes_final()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        (await rig.Customer.PayAsync(channel.Id, Money.Satoshis(40_000L))).OrThrow();
        (await rig.Customer.CloseAsync(channel.Id)).OrThrow();
        rig.Chain.Mine(CloseOf(rig, channel));
        await rig.Customer.SyncAsync();
        var spend = Assert.IsType<CustomerState.Closed>((await rig.ReadAsync(channel)).State).Spend;
        Assert.Equal((Money.Satoshis(40_000L), Money.Satoshis(60_000L), false), (spend.ToMerchant, spend.ToCustomer, spend.IsBuried));
        rig.Chain.Mine();
        rig.Chain.Mine();
        await rig.Customer.SyncAsync();
        Assert.True((await rig.ReadAsync(channel)).State.IsFinal);
    }

    [Fact]
    public async Task A_reorganisation_takes_the_close_and_then_the_deposit_back()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        (await rig.Customer.CloseAsync(channel.Id)).OrThrow();
        rig.Chain.Mine(CloseOf(rig, channel));
        await rig.Customer.SyncAsync();
        rig.Chain.Broadcasts.Clear();

        rig.Chain.Reorganise(2);
        await rig.Customer.SyncAsync();
        var now = await rig.ReadAsync(channel);
        Assert.IsType<CustomerState.Closing>(now.State);
        Assert.Null(now.DepositHeight);
        Assert.Equal(channel.DepositTransaction.GetHash(), Assert.Single(rig.Chain.Broadcasts).GetHash());

        rig.Chain.Mine(channel.DepositTransaction, CloseOf(rig, channel));
        await rig.Customer.SyncAsync();
        Assert.IsType<CustomerState.Closed>((await rig.ReadAsync(channel)).State);
    }

    [Fact]
    public async Task After_expiry_the_refund_goes_out_by_itself_and_not_one_block_before()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        rig.Chain.Broadcasts.Clear();
        rig.Chain.MineAt(channel.Terms.Expiry.Value);
        await rig.Customer.SyncAsync();
        Assert.Empty(rig.Chain.Broadcasts);
        rig.PassExpiry(channel);
        await rig.Customer.SyncAsync();
        Assert.Equal(channel.Refund.GetHash(), Assert.Single(rig.Chain.Broadcasts).GetHash());
        rig.Chain.Mine(channel.Refund);
        await rig.Customer.SyncAsync();
        Assert.Equal(channel.Refund.TotalOut, Assert.IsType<CustomerState.Refunded>((await rig.ReadAsync(channel)).State).Spend.ToCustomer);
    }

    [Fact]
    public async Task A_refund_that_is_not_mined_is_sent_again_at_every_block_and_start()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        rig.Chain.Broadcasts.Clear();
        rig.PassExpiry(channel);
        await rig.Customer.SyncAsync();
        await rig.Customer.SyncAsync();
        Assert.Single(rig.Chain.Broadcasts);
        rig.Chain.Mine();
        await rig.Customer.SyncAsync();
        await rig.RestartAsync();
        await rig.Customer.SyncAsync();
        Assert.Equal(3, rig.Chain.Broadcasts.Count);
    }

    [Fact]
    public async Task A_refund_whose_fee_is_too_low_by_now_is_signed_anew_and_stored_first()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        rig.Chain.Broadcasts.Clear();
        rig.Chain.Estimate = new FeeRate(Money.Satoshis(50_000L));
        var stored = new List<uint256>();
        rig.Chain.OnBroadcast = refund =>
        {
            stored.Add(rig.OnDisk().Single().Refund.GetHash());
            return refund.GetHash() == channel.Refund.GetHash() ? new BroadcastOutcome.FeeTooLow("min fee not met") : new BroadcastOutcome.InMempool();
        };
        rig.PassExpiry(channel);
        await rig.Customer.SyncAsync();
        Assert.Equal(rig.Chain.Broadcasts.Select(it => it.GetHash()), stored);
        var raised = await rig.ReadAsync(channel);
        Assert.Equal(2, stored.Count);
        Assert.True(raised.Refund.TotalOut < channel.Refund.TotalOut);
        Assert.True(CustomerOpeningTests.IsSigned(raised));
    }

    [Fact]
    public async Task A_refund_by_hand_waits_for_the_chains_median_time()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        rig.Chain.MineAt(channel.Terms.Expiry.Value - 60L);
        Assert.Equal(TimeSpan.FromSeconds(60), Assert.IsType<RefundResult.NotYet>(await rig.Customer.RefundAsync(channel.Id)).Left);
        rig.PassExpiry(channel);
        Assert.Equal(channel.Refund.GetHash(), Assert.IsType<RefundResult.Sent>(await rig.Customer.RefundAsync(channel.Id)).Txid);
    }

    [Fact]
    public async Task A_refund_by_hand_may_pay_another_fee()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        rig.PassExpiry(channel);
        var sent = Assert.IsType<RefundResult.Sent>(await rig.Customer.RefundAsync(channel.Id, new FeeRate(Money.Satoshis(20_000L))));
        Assert.Equal(channel.Deposit.Value - Money.Satoshis(20L * (240 - 3)), sent.Amount);
        Assert.True(CustomerOpeningTests.IsSigned(await rig.ReadAsync(channel)));
        Assert.IsType<RefundResult.FeeTooHigh>(await rig.Customer.RefundAsync(channel.Id, new FeeRate(Money.Satoshis(1_000_000L))));
    }

    [Fact]
    public async Task A_deposit_whose_id_was_changed_is_found_by_script_and_refunded_anew()
    {
        await using var rig = await Rig.StartAsync();
        var channel = await rig.OpenAsync();
        var moved = channel.DepositTransaction.Clone();
        moved.Inputs[0].ScriptSig = new Script(Op.GetPushOp([9, 9]));
        rig.Chain.Mine(moved);
        await rig.Customer.SyncAsync();
        var stranded = await rig.ReadAsync(channel);
        Assert.IsType<CustomerState.Stranded>(stranded.State);
        Assert.Equal(new OutPoint(moved.GetHash(), 1), stranded.Deposit.OutPoint);
        Assert.True(CustomerOpeningTests.IsSigned(stranded));

        rig.Chain.Broadcasts.Clear();
        rig.PassExpiry(channel);
        await rig.Customer.SyncAsync();
        rig.Chain.Mine(Assert.Single(rig.Chain.Broadcasts));
        await rig.Customer.SyncAsync();
        Assert.IsType<CustomerState.Refunded>((await rig.ReadAsync(channel)).State);
    }

    [Fact]
    public async Task A_stranger_who_pays_to_the_script_does_not_turn_the_channel_to_his_coin()
    {
        await using var rig = await Rig.StartAsync();
        var channel = await rig.OpenAsync();
        var gift = Transaction.Create(Network.RegTest);
        gift.Inputs.Add(new TxIn(new OutPoint(uint256.One, 5u)));
        gift.Outputs.Add(new TxOut(Money.Satoshis(600L), channel.Terms.DepositScript));
        rig.Chain.Mine(gift);
        await rig.Customer.SyncAsync();
        rig.Chain.Mine(channel.DepositTransaction);
        await rig.Customer.SyncAsync();
        var now = await rig.ReadAsync(channel);
        Assert.Equal((channel.Deposit, 2), (now.Deposit, now.DepositHeight));
        Assert.IsType<CustomerState.Active>(now.State);
    }

    [Fact]
    public async Task A_dropped_deposit_that_the_merchant_broadcasts_comes_back_after_expiry()
    {
        await using var rig = await Rig.StartAsync();
        rig.Merchant.Before = (path, _) => path == "channels" ? FakeMerchant.Problem(System.Net.HttpStatusCode.UnprocessableEntity, "deposit-unminable") : null;
        await rig.TryOpenAsync();
        var channel = Assert.Single(await rig.Customer.ListAsync());
        rig.Chain.Mine(channel.DepositTransaction);
        await rig.Customer.SyncAsync();
        Assert.IsType<CustomerState.Stranded>((await rig.ReadAsync(channel)).State);
        rig.PassExpiry(channel);
        await rig.Customer.SyncAsync();
        Assert.Equal(channel.Refund.GetHash(), Assert.Single(rig.Chain.Broadcasts).GetHash());
    }

    [Fact]
    public async Task A_dropped_deposit_that_is_broadcast_after_expiry_can_be_taken_back_by_hand()
    {
        await using var rig = await Rig.StartAsync();
        rig.Merchant.Before = (path, _) => path == "channels" ? FakeMerchant.Problem(System.Net.HttpStatusCode.UnprocessableEntity, "deposit-unminable") : null;
        await rig.TryOpenAsync();
        var channel = Assert.Single(await rig.Customer.ListAsync());
        rig.PassExpiry(channel);
        await rig.Customer.SyncAsync();
        Assert.True((await rig.ReadAsync(channel)).State.IsFinal);
        Assert.IsType<RefundResult.NoDeposit>(await rig.Customer.RefundAsync(channel.Id));
        rig.Chain.MineAt(rig.Chain.Tip.MedianTime + 1, channel.DepositTransaction);
        Assert.IsType<RefundResult.Sent>(await rig.Customer.RefundAsync(channel.Id));
        rig.Chain.Mine(channel.Refund);
        await rig.Customer.SyncAsync();
        Assert.IsType<CustomerState.Refunded>((await rig.ReadAsync(channel)).State);
    }

    [Fact]
    public async Task A_channel_of_another_process_is_not_missed_by_one_that_watches()
    {
        await using var rig = await Rig.StartAsync();
        await rig.OpenAsync();
        await rig.Customer.SyncAsync();
        CustomerChannel second;
        await using (var other = await Customer.OpenAsync(rig.Options with { Chain = new SameChainElsewhere(rig.Chain) }))
            second = (await other.OpenAsync(new Uri(FakeMerchant.Origin), Rig.Capacity, Rig.Duration)).OrThrow();
        rig.Chain.Mine(second.DepositTransaction);
        await rig.Customer.SyncAsync();
        Assert.Equal(rig.Chain.Tip.Height, (await rig.ReadAsync(second)).DepositHeight);
    }

    [Fact]
    public async Task Watching_survives_an_outage_of_the_node()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        rig.Chain.IsAway = true;
        using var stop = new CancellationTokenSource();
        var watching = rig.Customer.WatchAsync(stop.Token);
        await UntilAsync(() => { lock (rig.Notices) return rig.Notices.OfType<CustomerNotice.Trouble>().Any(); });
        rig.PassExpiry(channel);
        rig.Chain.IsAway = false;
        await UntilAsync(() => { lock (rig.Notices) return rig.Notices.OfType<CustomerNotice.Broadcast>().Any(it => it.Transaction.GetHash() == channel.Refund.GetHash()); });
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching);
    }

    [Fact]
    public async Task Waiting_until_open_ends_when_the_merchant_takes_payments()
    {
        await using var rig = await Rig.StartAsync();
        var channel = await rig.OpenAsync();
        Assert.IsType<WaitResult.NotYet>(await rig.Customer.WaitUntilOpenAsync(channel.Id, TimeSpan.Zero));
        var waiting = rig.Customer.WaitUntilOpenAsync(channel.Id);
        rig.Chain.Mine(channel.DepositTransaction);
        rig.Merchant.SeeDeposit(channel.Id);
        Assert.Equal(channel.Id, Assert.IsType<WaitResult.Open>(await waiting).Channel.Id);
    }

    [Fact]
    public async Task Waiting_ends_when_the_channel_will_never_open()
    {
        await using var rig = await Rig.StartAsync();
        var channel = await rig.OpenAsync();
        await rig.Customer.CloseAsync(channel.Id);
        Assert.IsType<WaitResult.Over>(await rig.Customer.WaitUntilOpenAsync(channel.Id));
    }

    private static Transaction CloseOf(Rig rig, CustomerChannel channel) => ((MerchantState.Closing)rig.Merchant[channel.Id].State).Close.Transaction;

    /// <summary>A test that waits for ever is ended by the runner's own limit.</summary>
    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition()) await Task.Delay(5);
    }

    /// <summary>The chain as another process sees it: what is watched for there is not watched for here.</summary>
    private sealed class SameChainElsewhere(FakeChain chain) : IChain
    {
        public Network Network => chain.Network;
        public Task<ChainTip> GetTipAsync(CancellationToken ct) => chain.GetTipAsync(ct);
        public Task<UnspentOutput?> GetUnspentAsync(OutPoint outPoint, CancellationToken ct) => chain.GetUnspentAsync(outPoint, ct);
        public Task ResumeAsync(ChainCursor stored, CancellationToken ct) => chain.ResumeAsync(stored, ct);
        public Task ExpectAsync(Transaction deposit, Script script, CancellationToken ct) => chain.ExpectAsync(deposit, script, ct);
        public Task WatchAsync(Script script, CancellationToken ct) => Task.CompletedTask;
        public Task WatchAsync(OutPoint outPoint, CancellationToken ct) => Task.CompletedTask;
        public Task UnwatchAsync(Script script, CancellationToken ct) => Task.CompletedTask;
        public Task UnwatchAsync(OutPoint outPoint, CancellationToken ct) => Task.CompletedTask;
        public Task<ChainCursor> GetCursorAsync(CancellationToken ct) => chain.GetCursorAsync(ct);
        public Task<ChainEvent?> NextAsync(ChainCursor after, CancellationToken ct) => chain.NextAsync(after, ct);
        public Task WaitAsync(CancellationToken ct) => chain.WaitAsync(ct);
        public Task<MempoolVerdict> TestAsync(Transaction transaction, CancellationToken ct) => chain.TestAsync(transaction, ct);
        public Task<BroadcastOutcome> BroadcastAsync(Transaction transaction, CancellationToken ct) => chain.BroadcastAsync(transaction, ct);
        public Task<FeeRate?> EstimateFeeAsync(int blocks, CancellationToken ct) => chain.EstimateFeeAsync(blocks, ct);
    }
}
