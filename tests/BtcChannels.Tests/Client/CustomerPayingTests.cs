using System.Net;
using BtcChannels.Client;
using BtcChannels.Wire;
using FsCheck;
using FsCheck.Fluent;
using NBitcoin;

namespace BtcChannels.Tests.Client;

public class CustomerPayingTests
{
    private static readonly Money First = Money.Satoshis(600L);
    private static readonly Money Next = Money.Satoshis(25L);

    [Fact]
    public async Task A_signature_is_on_disk_before_it_is_sent()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        var stored = new List<(long Total, string Signature)>();
        rig.Merchant.Before = (path, body) =>
        {
            if (path.EndsWith("/payments", StringComparison.Ordinal)) stored.Add((rig.OnDisk().Single().Authorized.Satoshi, WireSignature.Write(rig.OnDisk().Single().Newest!.Signature)));
            return null;
        };
        (await rig.Customer.PayAsync(channel.Id, First)).OrThrow();
        (await rig.Customer.PayAsync(channel.Id, Next)).OrThrow();
        var sent = rig.Merchant.BodiesOf("/payments").Select(body => System.Text.Json.JsonSerializer.Deserialize(body, RequestJson.Default.PaymentBody)!).Select(body => (body.TotalSat, body.Signature));
        Assert.Equal(sent, stored);
        Assert.Equal([600L, 625L], stored.Select(it => it.Total));
    }

    [Fact]
    public async Task A_payment_is_acknowledged_and_counted()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        var paid = (await rig.Customer.PayAsync(channel.Id, First)).OrThrow();
        Assert.Equal((First, First, Rig.Capacity - First), (paid.Authorized, paid.Acknowledged, paid.Remaining));
        Assert.Equal(First, rig.Merchant[channel.Id].Balance.Authorized);
        Assert.Equal(paid, await rig.ReadAsync(channel), ByValue);
    }

    [Fact]
    public async Task A_lost_reply_is_repaired_by_the_same_bytes()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        var losses = 2;
        rig.Merchant.After = (path, answer) => losses-- > 0 ? throw FakeMerchant.LostReply() : answer;
        (await rig.Customer.PayAsync(channel.Id, First, TimeSpan.FromSeconds(5))).OrThrow();
        Assert.Single(rig.Merchant.BodiesOf("/payments").Distinct());
        Assert.Equal(3, rig.Merchant.TimesAsked("/payments"));
        Assert.Equal(First, rig.Merchant[channel.Id].Balance.Authorized);
    }

    [Fact]
    public async Task A_payment_without_answer_is_sent_first_the_next_time_even_by_another_process()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        rig.Merchant.After = (path, answer) => throw FakeMerchant.LostReply();
        var unanswered = Assert.IsType<PayResult.Unanswered>(await rig.Customer.PayAsync(channel.Id, First));
        Assert.True(unanswered.IsSigned);
        Assert.True((await rig.ReadAsync(channel)).HasUnanswered);

        await rig.RestartAsync();
        rig.Merchant.After = (_, answer) => answer;
        (await rig.Customer.PayAsync(channel.Id, Next)).OrThrow();
        var bodies = rig.Merchant.BodiesOf("/payments");
        Assert.Equal(3, bodies.Count);
        Assert.Equal(bodies[0], bodies[1]);
        Assert.Equal(First + Next, rig.Merchant[channel.Id].Balance.Authorized);
    }

    [Fact]
    public async Task While_an_answer_is_missing_nothing_more_is_signed()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        rig.Merchant.After = (_, _) => throw FakeMerchant.LostReply();
        await rig.Customer.PayAsync(channel.Id, First);
        var second = Assert.IsType<PayResult.Unanswered>(await rig.Customer.PayAsync(channel.Id, Next));
        Assert.True(second.IsEarlier);
        Assert.False(second.IsSigned);
        Assert.Equal(First, (await rig.ReadAsync(channel)).Authorized);
        Assert.Single(rig.Merchant.BodiesOf("/payments").Distinct());
    }

    [Fact]
    public async Task A_refusal_is_not_believed()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        rig.Merchant.Before = (_, _) => FakeMerchant.Problem(HttpStatusCode.UnprocessableEntity, "signature-invalid");
        var refused = Assert.IsType<PayResult.Refused>(await rig.Customer.PayAsync(channel.Id, First));
        Assert.Equal("signature-invalid", refused.Refusal.Problem);
        Assert.Equal(First, (await rig.ReadAsync(channel)).Authorized);

        Assert.True(Assert.IsType<PayResult.Refused>(await rig.Customer.PayAsync(channel.Id, Next)).IsEarlier);
        Assert.Single(rig.Merchant.BodiesOf("/payments").Distinct());

        rig.Merchant.Before = (_, _) => null;
        (await rig.Customer.PayAsync(channel.Id, Next)).OrThrow();
        Assert.Equal(First + Next, rig.Merchant[channel.Id].Balance.Authorized);
    }

    [Fact]
    public async Task Resending_settles_what_is_unanswered_and_signs_nothing()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        rig.Merchant.Before = (_, _) => throw FakeMerchant.LostReply();
        await rig.Customer.PayAsync(channel.Id, First);
        rig.Merchant.Before = (_, _) => null;
        Assert.Equal(First, (await rig.Customer.ResendAsync(channel.Id)).OrThrow().Acknowledged);
        Assert.Equal(First, (await rig.Customer.ResendAsync(channel.Id)).OrThrow().Authorized);
        Assert.Equal(2, rig.Merchant.TimesAsked("/payments"));
    }

    [Fact]
    public async Task A_first_payment_below_dust_is_not_signed()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        var least = StandardScript.DustThreshold(channel.State.Payout!);
        Assert.Equal(new PayResult.BelowDust(least), await rig.Customer.PayAsync(channel.Id, least - Money.Satoshis(1L)));
        Assert.Null((await rig.ReadAsync(channel)).Newest);
        (await rig.Customer.PayAsync(channel.Id, least)).OrThrow();
        (await rig.Customer.PayAsync(channel.Id, Money.Satoshis(1L))).OrThrow();
    }

    [Fact]
    public async Task Everything_can_be_paid_and_not_a_satoshi_more()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        Assert.Equal(new PayResult.OverCapacity(Rig.Capacity), await rig.Customer.PayAsync(channel.Id, Rig.Capacity + Money.Satoshis(1L)));
        (await rig.Customer.PayAsync(channel.Id, Rig.Capacity)).OrThrow();
        Assert.Equal(new PayResult.OverCapacity(Money.Zero), await rig.Customer.PayAsync(channel.Id, Money.Satoshis(1L)));
        Assert.Equal(1, rig.Merchant.TimesAsked("/payments"));
    }

    [Fact]
    public async Task Before_the_deposit_is_deep_enough_nothing_is_signed()
    {
        await using var rig = await Rig.StartAsync();
        var channel = await rig.OpenAsync();
        Assert.Equal(new PayResult.NotYet(0, 1), await rig.Customer.PayAsync(channel.Id, First));
        Assert.Null((await rig.ReadAsync(channel)).Newest);
        rig.Chain.Mine(channel.DepositTransaction);
        rig.Merchant.SeeDeposit(channel.Id);
        (await rig.Customer.PayAsync(channel.Id, First)).OrThrow();   // it looks at the chain by itself
    }

    [Fact]
    public async Task A_merchant_who_has_not_seen_the_deposit_yet_is_waited_for()
    {
        await using var rig = await Rig.StartAsync();
        var channel = await rig.OpenAsync();
        rig.Chain.Mine(channel.DepositTransaction);
        var pending = 2;
        rig.Merchant.Before = (_, _) =>
        {
            if (pending-- == 0) rig.Merchant.SeeDeposit(channel.Id);
            return null;
        };
        (await rig.Customer.PayAsync(channel.Id, First, TimeSpan.FromSeconds(5))).OrThrow();
        Assert.Equal(3, rig.Merchant.TimesAsked("/payments"));
    }

    [Fact]
    public async Task After_expiry_nothing_is_signed()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        rig.Chain.MineAt(channel.Terms.Expiry.Value);
        await rig.Customer.SyncAsync();
        Assert.IsType<PayResult.Expired>(await rig.Customer.PayAsync(channel.Id, First));
        Assert.Equal(0, rig.Merchant.TimesAsked("/payments"));
    }

    [Fact]
    public async Task Once_closing_is_wanted_nothing_is_signed()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        rig.Merchant.Before = (_, _) => throw FakeMerchant.LostReply();
        await rig.Customer.CloseAsync(channel.Id);
        Assert.IsType<PayResult.NotActive>(await rig.Customer.PayAsync(channel.Id, First));
        Assert.Null((await rig.ReadAsync(channel)).Newest);
    }

    [Fact]
    public async Task An_unknown_channel_is_an_outcome()
    {
        await using var rig = await Rig.StartAsync();
        Assert.IsType<PayResult.ChannelUnknown>(await rig.Customer.PayAsync(new ChannelId(new OutPoint(uint256.One, 0u)), First));
    }

    [Fact]
    public async Task An_answer_about_another_total_is_none()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        rig.Merchant.After = (_, _) => FakeMerchant.Json($$"""{"channel":"{{channel.Id}}","totalSat":599,"spentMsat":0,"remainingSat":0}""");
        Assert.IsType<PayResult.Unanswered>(await rig.Customer.PayAsync(channel.Id, First));
        Assert.True((await rig.ReadAsync(channel)).HasUnanswered);
    }

    [Fact]
    public async Task Payments_made_at_once_all_count()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        (await rig.Customer.PayAsync(channel.Id, First)).OrThrow();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ => (await rig.Customer.PayAsync(channel.Id, Next)).OrThrow()));
        Assert.Equal(First + (Next * 20), rig.Merchant[channel.Id].Balance.Authorized);
        Assert.Equal(First + (Next * 20), (await rig.ReadAsync(channel)).Acknowledged);
    }

    [Fact]
    public async Task In_a_stream_signatures_are_stored_before_they_are_sent_and_answers_with_the_payment_after()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        var seen = new List<(long Authorized, long Acknowledged)>();
        rig.Merchant.Before = (_, _) =>
        {
            seen.Add((rig.OnDisk().Single().Authorized.Satoshi, rig.OnDisk().Single().Acknowledged.Satoshi));
            return null;
        };
        await using (await rig.Customer.HoldStoreAsync())
        {
            for (var i = 0; i < 3; i++) Assert.Equal(600L * (i + 1), (await rig.Customer.PayAsync(channel.Id, First)).OrThrow().Acknowledged.Satoshi);
        }
        Assert.Equal([(600, 0), (1_200, 600), (1_800, 1_200)], seen);
        Assert.Equal(Money.Satoshis(1_800L), (await rig.ReadAsync(channel)).Acknowledged);
    }

    [Fact]
    public async Task A_stream_that_dies_sends_its_last_payment_again()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        await rig.Customer.HoldStoreAsync();
        (await rig.Customer.PayAsync(channel.Id, First)).OrThrow();
        (await rig.Customer.PayAsync(channel.Id, Next)).OrThrow();
        await rig.RestartAsync();
        (await rig.Customer.PayAsync(channel.Id, Next)).OrThrow();
        var bodies = rig.Merchant.BodiesOf("/payments");
        Assert.Equal(4, bodies.Count);
        Assert.Equal(bodies[1], bodies[2]);
        Assert.Equal(First + (Next * 2), rig.Merchant[channel.Id].Balance.Authorized);
    }

    [Fact]
    public async Task Two_processes_never_sign_one_total_twice()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        (await rig.Customer.PayAsync(channel.Id, First)).OrThrow();
        await using var other = await Customer.OpenAsync(rig.Options with { LockWait = TimeSpan.FromSeconds(30), Patience = TimeSpan.FromSeconds(30) });
        async Task PayFiveAsync(Customer customer)
        {
            for (var i = 0; i < 5; i++) (await customer.PayAsync(channel.Id, Next, TimeSpan.FromSeconds(30))).OrThrow();
        }
        await Task.WhenAll(Task.Run(() => PayFiveAsync(rig.Customer)), Task.Run(() => PayFiveAsync(other)));
        Assert.Equal(First + (Next * 10), rig.Merchant[channel.Id].Balance.Authorized);
        Assert.Equal(11, rig.Merchant.BodiesOf("/payments").Distinct().Count());
    }

    private enum Luck { Good, RequestLost, ReplyLost, Refused }

    [Fact]
    public void Whatever_the_wire_does_the_merchant_never_has_more_than_is_stored_and_no_total_is_signed_twice() => Prop.ForAll(
        ArbMap.Default.ArbFor<byte[]>(),
        bytes => RunAsync(bytes).GetAwaiter().GetResult()).Check(Config.QuickThrowOnFailure.WithMaxTest(15).WithEndSize(15));

    private static async Task<bool> RunAsync(byte[] bytes)
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        var luck = Luck.Good;
        rig.Merchant.Before = (_, _) => luck switch
        {
            Luck.RequestLost => throw FakeMerchant.LostReply(),
            Luck.Refused => FakeMerchant.Problem(HttpStatusCode.Conflict, "total-not-raised"),
            _ => null,
        };
        rig.Merchant.After = (_, answer) => luck == Luck.ReplyLost ? throw FakeMerchant.LostReply() : answer;
        var (signed, before) = (Money.Zero, Money.Zero);
        foreach (var step in bytes)
        {
            luck = (Luck)(step % 4);
            var amount = Money.Satoshis(600L + step);
            var result = await rig.Customer.PayAsync(channel.Id, amount);
            if (result.IsSigned) signed += amount;
            var now = (await rig.OnDiskAsync()).Single();
            if (now.Authorized != signed || now.Authorized < before || now.Acknowledged > now.Authorized) return false;
            if (rig.Merchant[channel.Id].Balance.Authorized > now.Authorized || rig.Merchant[channel.Id].Balance.Authorized < now.Acknowledged) return false;
            if (result is PayResult.Paid && now.HasUnanswered) return false;
            before = now.Authorized;
        }
        var sent = rig.Merchant.BodiesOf("/payments").Distinct().Select(body => System.Text.Json.JsonSerializer.Deserialize(body, RequestJson.Default.PaymentBody)!.TotalSat).ToList();
        return sent.Distinct().Count() == sent.Count;
    }

    private static readonly IEqualityComparer<CustomerChannel> ByValue = EqualityComparer<CustomerChannel>.Create(
        (a, b) => a!.Newest == b!.Newest && a.Acknowledged == b.Acknowledged && a.Version == b.Version && a.State == b.State && a.Id == b.Id);
}
