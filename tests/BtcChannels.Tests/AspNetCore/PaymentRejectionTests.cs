using System.Numerics;
using System.Text.Json.Nodes;
using BtcChannels.Wire;
using NBitcoin;
using Secp256k1;
using static BtcChannels.PaymentRejection;

namespace BtcChannels.Tests.AspNetCore;

public sealed class PaymentRejectionTests
{
    public static TheoryData<PaymentRejection> Every => [.. Enum.GetValues<PaymentRejection>()];

    [Theory, MemberData(nameof(Every))]
    public async Task Every_reason_not_to_take_a_payment_is_told_as_the_document_says_and_nothing_is_stored(PaymentRejection reason)
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = reason == ChannelPending ? await TestCustomer.OpenPendingAsync(app) : await TestCustomer.OpenAsync(app);
        var payment = await ProvokeAsync(reason, app, customer);
        var before = await app.Store.FindAsync(customer.Id, default);
        using var answer = await customer.TryPayAsync(payment);
        await answer.AssertIsAsync(reason);
        var after = await app.Store.FindAsync(customer.Id, default);
        Assert.Equal((before?.Version, before?.Balance), (after?.Version, after?.Balance));
    }

    [Fact]
    public async Task A_payment_of_more_than_4096_bytes_is_cut_off()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app);
        var payment = new JsonObject { ["totalSat"] = 1_000, ["signature"] = customer.Payment(1_000).Signature }.ToJsonString();
        using var longest = await customer.TryPayAsync(TestCustomer.Json(payment + new string(' ', 4_096 - payment.Length)));
        using var longer = await customer.TryPayAsync(TestCustomer.Json(payment + new string(' ', 4_097 - payment.Length)));
        Assert.True(longest.IsSuccessStatusCode);
        await longer.AssertIsAsync("body-too-large");
    }

    [Fact]
    public async Task A_signature_for_another_total_channel_or_hash_type_is_invalid()
    {
        await using var app = await MerchantApp.StartAsync();
        var (customer, other) = (await TestCustomer.OpenAsync(app), await TestCustomer.OpenAsync(app));
        var payment = ChannelTransactions.Payment(
            customer.Deposit, CloseSplit.Of(customer.Deposit.Value, customer.Terms.CloseFee, Money.Satoshis(1_000), customer.PayoutScript, customer.Script), customer.PayoutScript, customer.Script);
        Signature SignAs(SigHash type) => ChannelSigning.Sign(customer.Key, payment.GetSignatureHash(customer.Terms.RedeemScript, 0, type));
        Assert.Equal(customer.Sign(1_000).Signature, SignAs(SigHash.All));
        foreach (var signature in (Signature[])[
            customer.Sign(1_001).Signature, other.Sign(1_000).Signature, SignAs(SigHash.None), SignAs(SigHash.Single), SignAs(SigHash.All | SigHash.AnyoneCanPay)])
        {
            using var answer = await customer.TryPayAsync(new PaymentBody(1_000, WireSignature.Write(signature)));
            await answer.AssertIsAsync(SignatureInvalid);
        }
    }

    [Fact]
    public async Task Payments_stop_when_the_margin_is_reached_to_the_second()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app);
        await app.WaitUntilAsync((await customer.StatusAsync()).PaymentsUntil!.Value - 1);
        await customer.PayAsync(1_000);
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        using var answer = await customer.TryPayAsync(2_000);
        await answer.AssertIsAsync(ExpiryTooNear);
    }

    [Fact]
    public async Task Payments_stop_by_the_chains_time_too()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app);
        app.Chain.MedianTime = customer.Expiry.Value - 86_400;
        await app.MineAsync();
        using var answer = await customer.TryPayAsync(2_000);
        await answer.AssertIsAsync(ExpiryTooNear);
    }

    [Fact]
    public async Task Payments_go_on_for_ten_minutes_while_the_node_is_away()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app);
        await app.Chain.GoAwayAsync();
        app.Clock.Advance(TimeSpan.FromMinutes(10));
        await customer.PayAsync(1_000);
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        using var silent = await customer.TryPayAsync(2_000);
        await silent.AssertIsAsync(ChainSilent);
        await app.Chain.ComeBackAsync();
        await customer.PayAsync(2_000);
    }

    [Fact]
    public async Task A_payment_that_was_refused_as_pending_is_good_once_the_deposit_is_deep_enough()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenPendingAsync(app);
        var payment = customer.Payment(1_000);
        using var early = await customer.TryPayAsync(payment);
        await early.AssertIsAsync(ChannelPending);
        await app.MineAsync(customer.DepositTransaction);
        using var later = await customer.TryPayAsync(payment);
        Assert.True(later.IsSuccessStatusCode);
    }

    internal static async Task<PaymentBody> ProvokeAsync(PaymentRejection reason, MerchantApp app, TestCustomer customer)
    {
        switch (reason)
        {
            case Malformed:
                return customer.Payment(1_000) with { TotalSat = 0 };
            case ChannelUnknown:
                var payment = customer.Payment(1_000);
                customer.Value++;
                return payment;
            case UnminedLimitReached:
                // As it is where a merchant does without confirmations no more, and a channel from before is still open.
                var mined = await app.ChannelAsync(customer.Id);
                Assert.True(await app.Store.TryWriteAsync(mined with { DepositHeight = null }, mined.Version, default));
                return customer.Payment(1_000);
            case ChannelPending:
                return customer.Payment(1_000);
            case ChannelClosed:
                await customer.PayAsync(1_000);
                await customer.CloseAsync();
                return customer.Payment(2_000);
            case ChainSilent:
                await app.Chain.GoAwayAsync();
                app.Clock.Advance(app.Policy.MaxChainSilence + TimeSpan.FromSeconds(1));
                return customer.Payment(1_000);
            case ExpiryTooNear:
                await app.WaitUntilAsync(customer.Expiry.Value - 86_400);
                return customer.Payment(1_000);
            case TotalNotRaised:
                await customer.PayAsync(1_000);
                return customer.Payment(999);
            case TotalOverCapacity:
                return customer.Payment(1_000) with { TotalSat = TestCustomer.Capacity + 1 };
            case TotalBelowDust:
                return customer.Payment(293);
            case SignatureHighS:
                return new(1_000, HighS(customer.Payment(1_000).Signature));
            case SignatureInvalid:
                return customer.Payment(1_000) with { TotalSat = 1_001 };
            default:
                throw new ArgumentOutOfRangeException(nameof(reason), reason, "Nothing here provokes it");
        }
    }

    /// <summary>The other of the two signatures that the curve takes for the same: s replaced by n - s.</summary>
    internal static string HighS(string compact)
    {
        var order = BigInteger.Parse("0fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", System.Globalization.NumberStyles.HexNumber, null);
        var s = BigInteger.Parse("0" + compact[64..], System.Globalization.NumberStyles.HexNumber, null);
        return compact[..64] + Convert.ToHexStringLower((order - s).ToByteArray(isUnsigned: true, isBigEndian: true)).PadLeft(64, '0');
    }
}
