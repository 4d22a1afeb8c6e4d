using System.Net;
using BtcChannels.Chain;
using BtcChannels.Client;
using BtcChannels.Storage;
using BtcChannels.Wire;
using NBitcoin;

namespace BtcChannels.Tests.Client;

public class CustomerOpeningTests
{
    [Fact]
    public async Task Channel_and_signed_refund_are_on_disk_before_the_merchant_sees_the_deposit()
    {
        await using var rig = await Rig.StartAsync();
        CustomerChannel? seen = null;
        rig.Merchant.Before = (path, _) =>
        {
            if (path == "channels") seen = Assert.Single(rig.OnDisk());
            return null;
        };
        var channel = await rig.OpenAsync();
        Assert.NotNull(seen);
        Assert.IsType<CustomerState.Prepared>(seen.State);
        Assert.Equal(channel.DepositTransaction.ToHex(), seen.DepositTransaction.ToHex());
        Assert.True(IsSigned(seen));
    }

    [Fact]
    public async Task The_agreement_is_on_disk_before_the_deposit_is_broadcast()
    {
        await using var rig = await Rig.StartAsync();
        CustomerState? seen = null;
        rig.Chain.OnBroadcast = _ =>
        {
            seen = rig.OnDisk().Single().State;
            return new BroadcastOutcome.InMempool();
        };
        var channel = await rig.OpenAsync();
        Assert.Equal(new CustomerState.Active(rig.Merchant[channel.Id].PayoutScript), seen);
        Assert.Equal(channel.DepositTransaction.GetHash(), Assert.Single(rig.Chain.Broadcasts).GetHash());
    }

    [Fact]
    public async Task The_capacity_is_what_was_asked_for_and_the_deposit_adds_the_close_fee()
    {
        await using var rig = await Rig.StartAsync();
        var channel = await rig.OpenAsync();
        Assert.Equal(Rig.Capacity, channel.Capacity);
        Assert.Equal(Rig.Capacity + channel.Terms.CloseFee, channel.Deposit.Value);
        Assert.Equal(1u, channel.Deposit.OutPoint.N);
    }

    public static TheoryData<string, string> BadTerms => new()
    {
        { nameof(OfferAnswer.CloseFeeSat), nameof(OfferRejection.CloseFeeTooHigh) },
        { nameof(OfferAnswer.Confirmations), nameof(OfferRejection.TooManyConfirmations) },
        { nameof(OfferAnswer.MinDepositSat), nameof(OfferRejection.DepositOutOfBounds) },
        { nameof(OfferAnswer.MaxDepositSat), nameof(OfferRejection.DepositOutOfBounds) },
        { nameof(OfferAnswer.MinExpiry), nameof(OfferRejection.ExpiryOutOfBounds) },
        { nameof(OfferAnswer.MaxExpiry), nameof(OfferRejection.ExpiryOutOfBounds) },
        { nameof(OfferAnswer.Deadline), nameof(OfferRejection.Expired) },
    };

    [Theory, MemberData(nameof(BadTerms))]
    public async Task Terms_that_policy_does_not_allow_are_not_funded(string field, string reason)
    {
        await using var rig = await Rig.StartAsync();
        rig.Merchant.ChangeOffer = offer => field switch
        {
            nameof(OfferAnswer.CloseFeeSat) => offer with { CloseFeeSat = 50_001 },
            nameof(OfferAnswer.Confirmations) => offer with { Confirmations = 7 },
            nameof(OfferAnswer.MinDepositSat) => offer with { MinDepositSat = 1_000_000 },
            nameof(OfferAnswer.MaxDepositSat) => offer with { MaxDepositSat = 50_000 },
            nameof(OfferAnswer.MinExpiry) => offer with { MinExpiry = offer.MaxExpiry },
            nameof(OfferAnswer.MaxExpiry) => offer with { MaxExpiry = offer.MinExpiry },
            nameof(OfferAnswer.Deadline) => offer with { Deadline = FakeChain.GenesisTime - 1 },
            _ => throw new ArgumentOutOfRangeException(nameof(field)),
        };
        var refused = Assert.IsType<OpenResult.TermsRefused>(await rig.TryOpenAsync());
        Assert.Equal(reason, refused.Reason.ToString());
        await AssertNothingFundedAsync(rig);
    }

    [Fact]
    public async Task Money_is_not_tied_up_for_longer_than_policy_allows()
    {
        await using var rig = await Rig.StartAsync();
        rig.Options = rig.Options with { Policy = new CustomerPolicy { MaxDuration = TimeSpan.FromDays(3) } };
        await rig.RestartAsync();
        Assert.Equal(OfferRejection.DurationTooLong, Assert.IsType<OpenResult.TermsRefused>(await rig.TryOpenAsync()).Reason);
    }

    [Theory]
    [InlineData("genesis")]
    [InlineData("kind")]
    [InlineData("short key")]
    [InlineData("key not on the curve")]
    [InlineData("upper case key")]
    [InlineData("negative fee")]
    [InlineData("huge fee")]
    [InlineData("huge deposit")]
    [InlineData("no token")]
    [InlineData("long token")]
    public async Task An_offer_that_cannot_be_is_not_funded(string fault)
    {
        await using var rig = await Rig.StartAsync();
        rig.Merchant.ChangeOffer = offer => fault switch
        {
            "genesis" => offer with { Genesis = Network.Main.GenesisHash.ToString() },
            "kind" => offer with { Kind = "p2wsh" },
            "short key" => offer with { MerchantKey = offer.MerchantKey[2..] },
            "key not on the curve" => offer with { MerchantKey = "02" + new string('f', 64) },
            "upper case key" => offer with { MerchantKey = offer.MerchantKey.ToUpperInvariant() + "A" },
            "negative fee" => offer with { CloseFeeSat = -1 },
            "huge fee" => offer with { CloseFeeSat = long.MaxValue },
            "huge deposit" => offer with { MaxDepositSat = long.MaxValue },
            "no token" => offer with { Offer = "" },
            "long token" => offer with { Offer = new string('a', 2_000) },
            _ => throw new ArgumentOutOfRangeException(nameof(fault)),
        };
        Assert.IsType<OpenResult.MerchantInvalid>(await rig.TryOpenAsync());
        await AssertNothingFundedAsync(rig);
    }

    [Theory]
    [InlineData("channel")]
    [InlineData("capacity")]
    [InlineData("close fee")]
    [InlineData("expiry")]
    [InlineData("confirmations")]
    [InlineData("payout not standard")]
    [InlineData("payout not hex")]
    [InlineData("payout to the customer")]
    public async Task An_agreement_to_another_channel_lets_no_deposit_out(string fault)
    {
        await using var rig = await Rig.StartAsync();
        rig.Merchant.After = (path, answer) => path != "channels" ? answer : FakeMerchant.Json(Change(answer, fault, rig));
        Assert.IsType<OpenResult.MerchantInvalid>(await rig.TryOpenAsync());
        Assert.Empty(rig.Chain.Broadcasts);
        Assert.Single(rig.Released);
        Assert.IsType<CustomerState.Dropped>(Assert.Single(await rig.Customer.ListAsync()).State);
    }

    [Fact]
    public async Task A_refusal_drops_the_channel_and_frees_its_coins()
    {
        await using var rig = await Rig.StartAsync();
        rig.Merchant.Before = (path, _) => path == "channels" ? FakeMerchant.Problem(HttpStatusCode.UnprocessableEntity, "deposit-unminable") : null;
        Assert.Equal("deposit-unminable", Assert.IsType<OpenResult.Refused>(await rig.TryOpenAsync()).Refusal.Problem);
        Assert.Equal(rig.Funded, rig.Released);
        Assert.Empty(rig.Chain.Broadcasts);
        Assert.IsType<CustomerState.Dropped>(Assert.Single(await rig.Customer.ListAsync()).State);
    }

    [Fact]
    public async Task After_a_crash_the_same_bytes_are_shown_again()
    {
        await using var rig = await Rig.StartAsync();
        rig.Merchant.After = (path, answer) => path == "channels" ? throw FakeMerchant.LostReply() : answer;
        var unanswered = Assert.IsType<OpenResult.Unanswered>(await rig.TryOpenAsync());
        Assert.IsType<CustomerState.Prepared>(unanswered.Prepared!.State);
        Assert.Empty(rig.Chain.Broadcasts);
        Assert.Empty(rig.Released);

        await rig.RestartAsync();
        rig.Merchant.After = (_, answer) => answer;
        await rig.Customer.ResumeAsync();

        var bodies = rig.Merchant.BodiesOf("POST channels");
        Assert.Equal(2, bodies.Count);
        Assert.Equal(bodies[0], bodies[1]);
        Assert.IsType<CustomerState.Active>((await rig.ReadAsync(unanswered.Prepared)).State);
        Assert.Single(rig.Chain.Broadcasts);
        Assert.Single(rig.Merchant.Channels);
    }

    [Fact]
    public async Task A_lost_answer_is_asked_for_again_within_patience()
    {
        await using var rig = await Rig.StartAsync();
        rig.Options = rig.Options with { Patience = TimeSpan.FromSeconds(5) };
        await rig.RestartAsync();
        var losses = 2;
        rig.Merchant.After = (path, answer) => path == "channels" && losses-- > 0 ? throw FakeMerchant.LostReply() : answer;
        await rig.OpenAsync();
        Assert.Equal(3, rig.Merchant.TimesAsked("POST channels"));
    }

    [Fact]
    public async Task A_prepared_channel_that_is_refused_when_resumed_is_dropped()
    {
        await using var rig = await Rig.StartAsync();
        rig.Merchant.Before = (path, _) => path == "channels" ? throw FakeMerchant.LostReply() : null;
        await rig.TryOpenAsync();
        rig.Merchant.Before = (_, _) => null;
        rig.Merchant.Now += 3_600;   // the offer's deadline is past
        await rig.RestartAsync();
        await rig.Customer.ResumeAsync();
        Assert.IsType<CustomerState.Dropped>(Assert.Single(await rig.Customer.ListAsync()).State);
        Assert.Equal(rig.Funded, rig.Released);
    }

    [Fact]
    public async Task A_temporary_refusal_keeps_the_channel_prepared()
    {
        await using var rig = await Rig.StartAsync();
        rig.Merchant.Before = (path, _) => path == "channels" ? FakeMerchant.Problem(HttpStatusCode.ServiceUnavailable, "chain-unavailable") : null;
        Assert.IsType<CustomerState.Prepared>(Assert.IsType<OpenResult.Unanswered>(await rig.TryOpenAsync()).Prepared!.State);
        Assert.Empty(rig.Released);
    }

    [Fact]
    public async Task An_empty_wallet_is_an_outcome()
    {
        await using var rig = await Rig.StartAsync();
        rig.IsPoor = true;
        Assert.IsType<OpenResult.InsufficientFunds>(await rig.TryOpenAsync());
        Assert.Empty(await rig.Customer.ListAsync());
    }

    [Fact]
    public async Task Without_a_node_neither_merchant_nor_wallet_is_asked()
    {
        await using var rig = await Rig.StartAsync();
        rig.Chain.IsAway = true;
        await Assert.ThrowsAsync<ChainUnavailableException>(rig.TryOpenAsync);
        Assert.Empty(rig.Merchant.Requests);
        Assert.Empty(rig.Funded);
    }

    [Fact]
    public async Task A_wallet_that_pays_another_amount_opens_nothing()
    {
        await using var rig = await Rig.StartAsync();
        rig.ChangeFunding = transaction =>
        {
            transaction.Outputs[1].Value -= Money.Satoshis(1L);
            return transaction;
        };
        await Assert.ThrowsAsync<WalletException>(rig.TryOpenAsync);
        Assert.Equal(rig.Funded, rig.Released);
        Assert.Empty(await rig.Customer.ListAsync());
        Assert.Equal(0, rig.Merchant.TimesAsked("POST channels"));
    }

    [Fact]
    public async Task A_refund_that_would_not_be_valid_stops_the_opening_before_anything_is_stored_or_shown()
    {
        await using var rig = await Rig.StartAsync();
        rig.ChangeFunding = transaction =>
        {
            SignWithOtherKeys(rig.Customer);
            return transaction;
        };
        await Assert.ThrowsAsync<InvalidOperationException>(rig.TryOpenAsync);
        Assert.Single(rig.Funded);
        Assert.Equal(rig.Funded, rig.Released);
        Assert.Empty(await rig.Customer.ListAsync());
        Assert.Equal(0, rig.Merchant.TimesAsked("POST channels"));
        Assert.Empty(rig.Chain.Broadcasts);
    }

    /// <summary>As if memory had gone bad between making the channel's script and signing its refund: the key is another.</summary>
    private static void SignWithOtherKeys(Customer customer)
    {
        var run = (CustomerRuntime)Field(customer, "_run").GetValue(customer)!;
        var keys = run.Book.Keys;
        var secret = Field(keys, "_channels");
        secret.SetValue(keys, secret.GetValue(new CustomerKeys(new byte[32], Network.RegTest)));
    }

    private static System.Reflection.FieldInfo Field(object owner, string name) =>
        owner.GetType().GetField(name, System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic)!;

    [Fact]
    public async Task When_the_node_goes_away_before_the_broadcast_the_channel_is_open_and_the_deposit_goes_out_later()
    {
        await using var rig = await Rig.StartAsync();
        rig.Merchant.After = (path, answer) =>
        {
            if (path == "channels") rig.Chain.IsAway = true;
            return answer;
        };
        Assert.IsType<OpenResult.Opened>(await rig.TryOpenAsync());
        Assert.Empty(rig.Chain.Broadcasts);
        rig.Chain.IsAway = false;
        await rig.RestartAsync();
        await rig.Customer.SyncAsync();
        Assert.Single(rig.Chain.Broadcasts);
    }

    [Fact]
    public async Task Each_channel_has_a_key_of_its_own()
    {
        await using var rig = await Rig.StartAsync();
        var first = await rig.OpenAsync();
        await rig.RestartAsync();
        var second = await rig.OpenAsync();
        Assert.NotEqual(first.Terms.CustomerKey, second.Terms.CustomerKey);
    }

    [Fact]
    public async Task A_block_that_comes_right_after_the_broadcast_is_not_missed()
    {
        await using var rig = await Rig.StartAsync();
        rig.Chain.Mine();
        rig.Chain.OnBroadcast = deposit =>
        {
            rig.Chain.Mine(deposit);
            return new BroadcastOutcome.InMempool();
        };
        var channel = await rig.OpenAsync();
        await rig.RestartAsync();
        await rig.Customer.SyncAsync();
        Assert.Equal(rig.Chain.Tip.Height, (await rig.ReadAsync(channel)).DepositHeight);
    }

    [Theory]
    [InlineData("https://shop.example", "https://shop.example")]
    [InlineData("https://Shop.Example:443/", "https://shop.example")]
    [InlineData("https://shop.example:8443", "https://shop.example:8443")]
    [InlineData("http://127.0.0.1:8080", "http://127.0.0.1:8080")]
    public void An_origin_is_scheme_host_and_port(string address, string origin) => Assert.Equal(origin, MerchantOrigin.Of(new Uri(address), Network.Main));

    [Theory]
    [InlineData("http://shop.example")]
    [InlineData("ftp://shop.example")]
    [InlineData("https://shop.example/shop")]
    [InlineData("https://shop.example/?a=b")]
    [InlineData("https://someone:secret@shop.example")]
    public void Other_addresses_are_refused(string address) => Assert.Throws<ArgumentException>(() => MerchantOrigin.Of(new Uri(address), Network.Main));

    private static async Task AssertNothingFundedAsync(Rig rig)
    {
        Assert.Empty(rig.Funded);
        Assert.Empty(await rig.Customer.ListAsync());
        Assert.Equal(0, rig.Merchant.TimesAsked("POST channels"));
    }

    private static string Change(HttpResponseMessage answer, string fault, Rig rig)
    {
        var json = answer.Content.ReadAsStringAsync().GetAwaiter().GetResult();
        var agreed = System.Text.Json.JsonSerializer.Deserialize(json, AnswerJson.Default.OpenAnswer)!;
        agreed = fault switch
        {
            "channel" => agreed with { Channel = agreed.Channel[..^1] + "7" },
            "capacity" => agreed with { CapacitySat = agreed.CapacitySat + 1 },
            "close fee" => agreed with { CloseFeeSat = agreed.CloseFeeSat + 1 },
            "expiry" => agreed with { Expiry = agreed.Expiry + 1 },
            "confirmations" => agreed with { Confirmations = agreed.Confirmations + 1 },
            "payout not standard" => agreed with { PayoutScript = "51" },
            "payout not hex" => agreed with { PayoutScript = "zz" },
            "payout to the customer" => agreed with { PayoutScript = rig.Merchant.Channels.Single().CustomerScript.ToHex() },
            _ => throw new ArgumentOutOfRangeException(nameof(fault)),
        };
        return System.Text.Json.JsonSerializer.Serialize(agreed, AnswerJson.Default.OpenAnswer);
    }

    /// <summary>Whether the refund is valid but for its time: the customer's signature over it, after expiry, to his script.</summary>
    internal static bool IsSigned(CustomerChannel channel)
    {
        var refund = channel.Refund;
        var push = refund.Inputs[0].ScriptSig.ToOps().First().PushData;
        var bare = refund.Clone();
        bare.Inputs[0].ScriptSig = Script.Empty;
        return refund.Inputs.Single().PrevOut == channel.Deposit.OutPoint
            && refund.LockTime.Value == channel.Terms.Expiry.Value && refund.Inputs[0].Sequence != Sequence.Final
            && refund.Outputs.Single().ScriptPubKey == channel.CustomerScript
            && Secp256k1.Signature.TryParseDer(push.AsSpan(0, push.Length - 1), out var signature)
            && Secp256k1.PublicKey.TryParse(channel.Terms.CustomerKey.ToBytes(), out var key)
            && key.Verify(ChannelTransactions.SignatureHash(bare, channel.Terms).ToBytes(), signature);
    }
}
