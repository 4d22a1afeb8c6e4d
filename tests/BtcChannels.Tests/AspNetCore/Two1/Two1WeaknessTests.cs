using System.Net;
using BtcChannels.AspNetCore;
using BtcChannels.Chain;
using BtcChannels.Two1;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using NBitcoin;

namespace BtcChannels.Tests.AspNetCore.Two1;

/// <summary>What was done to 21's server is done to this one: docs/two1.md lists its weaknesses by these numbers.</summary>
public sealed class Two1WeaknessTests : Two1Test
{
    private static readonly MerchantPolicy s_zeroConfirmation = MerchantApp.DefaultPolicy with { Confirmations = 0, MaxUnminedExposure = Money.Satoshis(10_000L) };

    private static Transaction HighS(Two1Customer customer, Transaction payment)
    {
        Assert.True(HalfSignedPayment.TryReadSignature(payment.Inputs[0].ScriptSig, out var low));
        payment.Inputs[0].ScriptSig = new Script(Op.GetPushOp([.. Domain.Sample.HighS(low).ToDer(), 1]), OpcodeType.OP_1, Op.GetPushOp(customer.Terms.RedeemScript.ToBytes()));
        return payment;
    }

    [Fact]
    public async Task W1_a_deposit_that_the_node_would_not_take_opens_nothing_and_one_that_it_has_not_is_not_paid_on()
    {
        await using var app = await StartAsync(s_zeroConfirmation);
        var customer = await Two1Customer.MeetAsync(app);
        app.Chain.Verdict = _ => new MempoolVerdict.Unacceptable("missing-inputs");
        await AssertRefusedAsync(customer.TryOpenAsync(), 400, "Deposit would not be accepted by the network. (missing-inputs)");
        Assert.Equal(0, await app.CountAsync());

        app.Chain.Verdict = _ => new MempoolVerdict.Acceptable();
        await customer.OpenAsync();
        await AssertRefusedAsync(customer.TryPayAsync(customer.Payment(5_000)), 400, "Payment channel not ready.");
        app.Chain.Relay(customer.DepositTransaction);
        await customer.PayAsync(5_000);   // at once, as 21's client does
        await AssertRefusedAsync(customer.TryPayAsync(customer.Payment(10_001)), 400, "Payment channel not ready.");
        await app.MineAsync(customer.DepositTransaction);
        await customer.PayAsync(10_001);
    }

    [Fact]
    public async Task W2_a_signature_with_high_S_is_refused()
    {
        await using var app = await StartAsync();
        var customer = await Two1Customer.OpenAsync(app);
        await AssertRefusedAsync(customer.TryPayAsync(HighS(customer, customer.Payment(5_000))), 400, "Invalid payment signature: its S value is unnecessarily high.");
        await customer.PayAsync(5_000);
        await customer.CloseAsync();
        Assert.Null(CloseCheck.FaultsOf(await app.ChannelAsync(customer.Id), (await app.StateAsync<MerchantState.Closing>(customer.Id)).Close.Transaction));
    }

    [Fact]
    public async Task W3_a_deposit_to_the_scripts_hash_as_a_keys_is_none()
    {
        await using var app = await StartAsync();
        var customer = await Two1Customer.MeetAsync(app);
        customer.DepositScript = new KeyId(customer.Terms.RedeemScript.Hash.ToBytes()).ScriptPubKey;
        await AssertRefusedAsync(customer.TryOpenAsync(), 400, "Deposit does not pay to the provided script hash.");
    }

    [Fact]
    public async Task W4_no_payment_is_taken_within_the_margin_and_the_channel_is_closed_there()
    {
        await using var app = await StartAsync();
        var (customer, unpaid) = (await Two1Customer.OpenAsync(app), await Two1Customer.OpenAsync(app));
        await customer.PayAsync(5_000);
        await app.WaitUntilAsync(customer.Expiry - 86_401);
        await customer.PayAsync(5_001);
        await app.WaitUntilAsync(customer.Expiry - 86_400);
        await AssertRefusedAsync(customer.TryPayAsync(customer.Payment(5_002)), 404, "Payment channel closed.");
        await AssertRefusedAsync(unpaid.TryPayAsync(unpaid.Payment(5_000)), 404, "Payment channel closed.");
        await app.WaitAsync(TimeSpan.FromSeconds(10));
        var close = (await app.StateAsync<MerchantState.Closing>(customer.Id)).Close;
        Assert.Equal((5_001L, 1), (close.Payment.Total.Satoshi, app.Chain.BroadcastsOf(close.Transaction.GetHash())));
    }

    [Fact]
    public async Task W4_a_token_buys_nothing_once_the_customer_may_be_faster_than_the_close()
    {
        await using var app = await StartAsync();
        var customer = await Two1Customer.OpenAsync(app);
        var (first, second) = (await customer.PayAsync(5_000), await customer.PayAsync(5_100));
        await app.WaitUntilAsync(customer.Expiry - 1);
        await customer.AssertBoughtAsync(first);
        await app.WaitUntilAsync(customer.Expiry);
        await AssertRefusedAsync(customer.BuyAsync(second), 400, "ChannelClosedError('Payment channel closed.')");
        app.Chain.MineMempool();
        await app.Chain.SettleAsync();
        await customer.AssertBoughtAsync(second);
    }

    [Fact]
    public async Task W5_a_broadcast_that_fails_stops_no_other_channel()
    {
        await using var app = await StartAsync();
        var customers = new List<Two1Customer>();
        for (var i = 0; i < 3; i++) customers.Add(await Two1Customer.OpenAsync(app));
        foreach (var it in customers) await it.PayAsync(5_000);
        app.Chain.OnBroadcast = (tx, _) => tx.Inputs[0].PrevOut == customers[1].Deposit.OutPoint ? throw new InvalidOperationException("The node is mad") : Task.FromResult<BroadcastOutcome?>(null);
        await app.WaitUntilAsync(customers[0].Expiry - 86_400);
        foreach (var it in customers) await app.StateAsync<MerchantState.Closing>(it.Id);
        async Task<uint256> CloseOfAsync(Two1Customer it) => (await app.StateAsync<MerchantState.Closing>(it.Id)).Close.Transaction.GetHash();
        var failed = app.Chain.BroadcastsOf(await CloseOfAsync(customers[1]));
        foreach (var it in (Two1Customer[])[customers[0], customers[2]]) Assert.NotEqual(0, app.Chain.BroadcastsOf(await CloseOfAsync(it)));
        app.Chain.OnBroadcast = null;
        await app.MineAsync();   // with every block again
        Assert.True(app.Chain.BroadcastsOf(await CloseOfAsync(customers[1])) > failed);
    }

    [Fact]
    public async Task W6_the_fee_is_the_customers_choice_above_the_least_and_the_close_pays_that_of_the_newest_payment()
    {
        await using var app = await StartAsync();
        var customer = await Two1Customer.OpenAsync(app);
        await customer.PayAsync(5_000, fee: 5_000);
        await customer.PayAsync(6_000, fee: 125_000);
        Assert.Equal(125_000, (await app.ChannelAsync(customer.Id)).Terms.CloseFee.Satoshi);
        var last = customer.Payment(7_000, fee: 20_000);
        await customer.PayAsync(last);
        await app.RestartAsync();
        Assert.Equal(20_000, (await app.ChannelAsync(customer.Id)).Terms.CloseFee.Satoshi);
        var close = await customer.CloseAsync();
        var sent = Assert.Single(app.Chain.Broadcasts, it => it.GetHash().ToString() == close);
        Assert.Equal(last.Outputs.Select(it => (it.Value, it.ScriptPubKey)), sent.Outputs.Select(it => (it.Value, it.ScriptPubKey)));
        Assert.Equal(4, sent.Inputs[0].ScriptSig.ToOps().Count());
        Assert.Equal(last.Inputs[0].ScriptSig.ToOps().First().PushData, sent.Inputs[0].ScriptSig.ToOps().First().PushData);
    }

    [Fact]
    public async Task W7_deposits_that_carry_nothing_and_crowds_of_channels_and_tokens_are_bounded()
    {
        await using var app = await MerchantApp.StartAsync(
            MerchantApp.DefaultPolicy with { MinDeposit = Money.Satoshis(1L), Two1 = new Two1Policy { MaxUnredeemed = 2 } }, configure: it => it.Limits.PendingFromAddress = 2, map: web =>
            {
                web.MapTwo1Channels();
                web.MapGet("/song", () => "la").RequirePayment(50.Sat());
            });
        var customer = await Two1Customer.MeetAsync(app);
        customer.Value = 10_999;   // 3,000 twice, and the least fee
        await AssertRefusedAsync(customer.TryOpenAsync(), 400, "Deposit is too small.");

        customer = await Two1Customer.OpenPendingAsync(app);
        await Two1Customer.OpenPendingAsync(app);
        await AssertRefusedAsync((await Two1Customer.MeetAsync(app)).TryOpenAsync(), 429, "Too many deposits are waiting to be confirmed.");

        await app.MineAsync(customer.DepositTransaction);
        var token = await customer.PayAsync(5_000);
        await customer.PayAsync(5_100);
        await AssertRefusedAsync(customer.TryPayAsync(customer.Payment(5_200)), 400, "Too many payments have not been redeemed.");
        await customer.AssertBoughtAsync(token);
        await customer.PayAsync(5_200);
    }

    [Fact]
    public async Task W8_a_deposit_that_a_reorganisation_takes_back_takes_no_payment_until_it_is_mined_again()
    {
        await using var app = await StartAsync();
        var customer = await Two1Customer.OpenAsync(app);
        await customer.PayAsync(5_000);
        app.Chain.Reorganise(1);
        await app.Chain.SettleAsync();
        await AssertRefusedAsync(customer.TryPayAsync(customer.Payment(6_000)), 400, "Payment channel not ready.");
        await app.MineAsync(customer.DepositTransaction);
        await customer.PayAsync(6_000);
    }

    [Fact]
    public async Task W9_closing_after_the_merchant_closed_is_the_same_answer_and_paying_is_404()
    {
        await using var app = await StartAsync();
        var customer = await Two1Customer.OpenAsync(app);
        await customer.PayAsync(5_000);
        await app.WaitUntilAsync(customer.Expiry - 86_400);
        var close = (await app.StateAsync<MerchantState.Closing>(customer.Id)).Close.Transaction.GetHash().ToString();
        Assert.Equal(close, await customer.CloseAsync());
        await AssertRefusedAsync(customer.TryPayAsync(customer.Payment(6_000)), 404, "Payment channel closed.");
        app.Chain.MineMempool();
        await app.Chain.SettleAsync();
        await app.StateAsync<MerchantState.Closed>(customer.Id);
        Assert.Equal(close, await customer.CloseAsync());
    }

    [Fact]
    public async Task W10_payments_at_once_never_make_more_tokens_than_money()
    {
        await using var app = await StartAsync();
        var customer = await Two1Customer.OpenAsync(app);
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => customer.TryPayAsync(customer.Payment(3_000 + i * 10))));
        var worth = 0L;
        foreach (var answer in answers)
        {
            using (answer)
            {
                if (answer.StatusCode != HttpStatusCode.OK) continue;
                var token = (await Two1Customer.JsonAsync(answer)).RootElement.GetProperty("payment_txid").GetString()!;
                worth += (await app.Store.FindTokenAsync(uint256.Parse(token), default))!.Token.Amount.Satoshi;
            }
        }
        Assert.Equal((3_390L, 3_390L), ((await app.ChannelAsync(customer.Id)).Balance.Authorized.Satoshi, worth));
    }

    [Fact]
    public async Task W10_a_payment_and_its_token_are_on_disk_together_or_not_at_all()
    {
        await using var app = await StartAsync();
        var customer = await Two1Customer.OpenAsync(app);
        var token = await customer.PayAsync(5_000);
        var copy = app.Snapshot();
        try
        {
            await using var store = await BtcChannels.Storage.SqliteMerchantStore.OpenAsync(copy, Network.RegTest, seed => new MerchantKeys(seed, Network.RegTest).Fingerprint, default);
            Assert.Equal(5_000, (await store.FindAsync(customer.Id, default))!.Balance.Authorized.Satoshi);
            Assert.Equal((customer.Id, 5_000L), (await store.FindTokenAsync(uint256.Parse(token), default) is var (id, it) ? (id, it.Amount.Satoshi) : default));
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    [Fact]
    public async Task W11_the_same_payment_again_gives_the_same_token_in_every_state()
    {
        await using var app = await StartAsync();
        var customer = await Two1Customer.OpenAsync(app);
        var payment = customer.Payment(5_000);
        var token = await customer.PayAsync(payment);
        Assert.Equal(token, await customer.PayAsync(payment));
        await app.RestartAsync();
        Assert.Equal(token, await customer.PayAsync(payment));
        await customer.CloseAsync();
        Assert.Equal(token, await customer.PayAsync(payment));
        Assert.Equal(5_000, (await app.Store.FindTokenAsync(uint256.Parse(token), default))!.Token.Amount.Satoshi);
        await customer.AssertBoughtAsync(token);
    }

    [Fact]
    public async Task W14_an_expiry_from_2038_on_is_refused_in_either_writing()
    {
        await using var app = await StartAsync();
        var customer = await Two1Customer.MeetAsync(app);
        foreach (var push in (string[])["00000080", "0000008000", "ffffffff"])
        {
            var ops = customer.Terms.RedeemScript.ToOps().ToList();
            ops[4] = Op.GetPushOp(Convert.FromHexString(push));
            var script = new Script(ops);
            customer.DepositScript = script.Hash.ScriptPubKey;
            await AssertRefusedAsync(
                customer.TryOpenAsync(new() { ["deposit_tx"] = customer.DepositTransaction.ToHex(), ["redeem_script"] = script.ToHex() }), 400,
                "Transaction locktime cannot be enforced: it has to be before 2038-01-19.");
        }
    }

    [Fact]
    public async Task W16_the_key_changes_with_the_day_and_earlier_ones_are_honoured()
    {
        await using var app = await StartAsync();
        app.Clock.AdvanceTo(1_800_000_000);
        await app.Chain.SettleAsync();
        var early = await Two1Customer.MeetAsync(app);
        Assert.Equal(early.MerchantKey, (await Two1Customer.MeetAsync(app)).MerchantKey);
        await app.WaitAsync(TimeSpan.FromDays(3));
        Assert.NotEqual(early.MerchantKey, (await Two1Customer.MeetAsync(app)).MerchantKey);
        await early.OpenAsync();
        await app.MineAsync(early.DepositTransaction);
        await early.PayAsync(5_000);
        await early.CloseAsync();
        var channel = await app.ChannelAsync(early.Id);
        Assert.Null(CloseCheck.FaultsOf(channel, ((MerchantState.Closing)channel.State).Close.Transaction));
        Assert.Equal(early.MerchantKey.Hash.ScriptPubKey, channel.PayoutScript);

        var late = await Two1Customer.MeetAsync(app);
        late.MerchantKey = early.MerchantKey;
        late.Expiry = (uint)(app.Clock.Now + 65 * 86_400);
        await app.WaitAsync(TimeSpan.FromDays(60));
        await AssertRefusedAsync(late.TryOpenAsync(), 400, "Public key does not belong to the merchant.");
    }

    [Fact]
    public async Task W17_what_customers_are_told_never_comes_from_the_Host_field()
    {
        await using var app = await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/song") { Headers = { Host = "evil.example" } };
        using var answer = await app.Once.SendAsync(request);
        Assert.Equal(402, (int)answer.StatusCode);
        Assert.Equal([$"{MerchantApp.Origin}/payment"], answer.Headers.GetValues("Bitcoin-Payment-Channel-Server"));
        Assert.DoesNotContain("evil", answer.ToString() + await answer.Content.ReadAsStringAsync(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task W18_a_close_whose_id_a_third_party_changed_is_recognised_by_its_outpoint()
    {
        await using var app = await StartAsync();
        var customer = await Two1Customer.OpenAsync(app);
        var token = await customer.PayAsync(5_000);
        var close = await customer.CloseAsync();
        var changed = Assert.Single(app.Chain.Broadcasts, it => it.GetHash().ToString() == close).Clone();
        changed.Inputs[0].ScriptSig = new Script(changed.Inputs[0].ScriptSig.ToOps().Select((op, i) => i == 2 ? OpcodeType.OP_2 : op));
        await app.MineAsync(changed);
        Assert.Equal(changed.GetHash(), (await app.StateAsync<MerchantState.Closed>(customer.Id)).Spend.Txid);
        Assert.Equal(changed.GetHash().ToString(), await customer.CloseAsync());
        Assert.Equal("closed", (await customer.StatusAsync()).Status);
        await customer.AssertBoughtAsync(token);
    }
}
