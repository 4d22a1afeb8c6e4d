using BtcChannels.AspNetCore;
using BtcChannels.Chain;
using Microsoft.Extensions.DependencyInjection;
using NBitcoin;
using static BtcChannels.OpenRejection;

namespace BtcChannels.Tests.AspNetCore;

public sealed class OpenRejectionTests
{
    public static TheoryData<OpenRejection> Every => [.. Enum.GetValues<OpenRejection>()];

    [Theory, MemberData(nameof(Every))]
    public async Task Every_reason_not_to_open_is_told_as_the_document_says_and_nothing_is_stored(OpenRejection reason)
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.MeetAsync(app);
        var body = await ProvokeAsync(reason, app, customer);
        var before = await app.CountAsync();
        using var answer = await customer.TryOpenAsync(body);
        await answer.AssertIsAsync(reason);
        Assert.Equal(before, await app.CountAsync());
    }

    [Fact]
    public async Task An_offer_of_another_merchant_is_foreign()
    {
        await using var app = await MerchantApp.StartAsync();
        await using var other = await MerchantApp.StartAsync();
        var (customer, theirs) = (await TestCustomer.MeetAsync(app), await TestCustomer.MeetAsync(other));
        using var answer = await customer.TryOpenAsync(theirs.Body);
        await answer.AssertIsAsync(OfferForeign);
    }

    [Fact]
    public async Task Not_one_character_of_an_offer_can_be_changed()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.MeetAsync(app);
        var token = customer.Offer.Offer;
        for (var i = 0; i < token.Length; i++)
        {
            using var answer = await customer.TryOpenAsync(customer.Body with { Offer = $"{token[..i]}{(token[i] == 'A' ? 'B' : 'A')}{token[(i + 1)..]}" });
            await answer.AssertIsAsync(OfferForeign);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("A")]
    [InlineData("{0}A")]
    [InlineData("{0}=")]
    [InlineData(" {0}")]
    [InlineData("{0}\n")]
    public async Task What_is_no_offer_is_foreign(string format)
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.MeetAsync(app);
        using var answer = await customer.TryOpenAsync(customer.Body with { Offer = string.Format(null, format, customer.Offer.Offer) });
        await answer.AssertIsAsync(OfferForeign);
    }

    [Fact]
    public async Task An_offer_is_used_also_for_another_deposit()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenPendingAsync(app);
        customer.Coin = new OutPoint(uint256.One, 1);
        using var answer = await customer.TryOpenAsync();
        await answer.AssertIsAsync(OfferUsed);
    }

    [Fact]
    public async Task An_offer_ends_by_the_chains_time_too()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.MeetAsync(app);
        app.Chain.MedianTime = customer.Offer.Deadline + 1;
        await app.MineAsync();
        using var answer = await customer.TryOpenAsync();
        await answer.AssertIsAsync(OfferExpired);
    }

    [Fact]
    public async Task Of_several_faults_the_first_of_the_table_is_the_answer()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.MeetAsync(app);
        customer.Expiry = new Expiry(checked((uint)(customer.Offer.MaxExpiry + 1)));
        customer.Value = 1;
        app.Chain.Verdict = _ => new MempoolVerdict.Unacceptable("no");
        var body = customer.Body;
        await RefusedAsync(body with { Offer = "?", CustomerScript = "6a" }, OfferForeign);
        await RefusedAsync(body with { CustomerKey = customer.Offer.MerchantKey, CustomerScript = "6a" }, KeysEqual);
        await RefusedAsync(body with { CustomerScript = "6a" }, ScriptNotStandard);
        await RefusedAsync(body, ExpiryTooFar);
        customer.Expiry = new Expiry(checked((uint)customer.Offer.MaxExpiry));
        await RefusedAsync(customer.Body, DepositTooSmall);
        customer.Value = 50_000;
        await RefusedAsync(customer.Body, DepositUnminable);

        async Task RefusedAsync(Wire.OpenBody asked, OpenRejection reason)
        {
            using var answer = await customer.TryOpenAsync(asked);
            await answer.AssertIsAsync(reason);
        }
    }

    private static async Task<Wire.OpenBody> ProvokeAsync(OpenRejection reason, MerchantApp app, TestCustomer customer)
    {
        switch (reason)
        {
            case Malformed:
                return customer.Body with { Deposit = "00" };
            case OfferForeign:
                return customer.Body with { Offer = new string('A', customer.Offer.Offer.Length) };
            case OfferUsed:
                await customer.OpenAsync();
                return customer.Body with { CustomerScript = Hex.Write(new Key().PubKey.WitHash.ScriptPubKey.ToBytes()) };
            case OfferExpired:
                await app.WaitUntilAsync(customer.Offer.Deadline + 1);
                return customer.Body;
            case KeysEqual:
                return customer.Body with { CustomerKey = customer.Offer.MerchantKey };
            case ScriptNotStandard:
                return customer.Body with { CustomerScript = "6a" };
            case ExpiryIsHeight:
                customer.Expiry = new Expiry(5_000);
                return customer.Body;
            case ExpiryTooSoon:
                customer.Expiry = new Expiry(checked((uint)(customer.Offer.MinExpiry - 1)));
                return customer.Body;
            case ExpiryTooFar:
                customer.Expiry = new Expiry(checked((uint)(customer.Offer.MaxExpiry + 1)));
                return customer.Body;
            case DepositMissing:
                return customer.Body with { Expiry = customer.Expiry.Value + 1 };
            case DepositPaysKeyHash:
                var keyHash = new KeyId(customer.Terms.RedeemScript.Hash.ToBytes()).ScriptPubKey;
                return customer.Body with { Deposit = customer.DepositOf(new TxOut(Money.Satoshis(customer.Value), keyHash)).ToHex() };
            case DepositAmbiguous:
                var output = new TxOut(Money.Satoshis(customer.Value), customer.Terms.DepositScript);
                return customer.Body with { Deposit = customer.DepositOf(output, output).ToHex() };
            case DepositTooSmall:
                customer.Value = customer.Offer.MinDepositSat - 1;
                return customer.Body;
            case DepositTooLarge:
                customer.Value = customer.Offer.MaxDepositSat + 1;
                return customer.Body;
            case OutPointUsed:
                // Whoever has the outpoint has the merchant's key of another offer in it: only a store that holds such a row already can tell.
                await app.Store.AddAsync(
                    index => new MerchantChannel(
                        customer.Terms, customer.Deposit, OfferId.Random(), index, customer.Script, customer.Script, Balance.Nothing, null, new MerchantState.Pending(0), 0),
                    customer.DepositTransaction, default);
                return customer.Body;
            case TooManyPendingFromAddress:
                await TestCustomer.OpenPendingAsync(app);
                app.Services.GetRequiredService<BtcChannelsOptions>().Limits.PendingFromAddress = 1;
                return customer.Body;
            case TooManyPending:
                await TestCustomer.OpenPendingAsync(app);
                app.Services.GetRequiredService<BtcChannelsOptions>().Limits.Pending = 1;
                return customer.Body;
            case ChainUnavailable:
                await app.Chain.GoAwayAsync();
                return customer.Body;
            case DepositUnminable:
                app.Chain.Verdict = _ => new MempoolVerdict.Unacceptable("bad-txns-inputs-missingorspent");
                return customer.Body;
            default:
                throw new ArgumentOutOfRangeException(nameof(reason), reason, "Nothing here provokes it");
        }
    }
}
