using BtcChannels.AspNetCore;
using BtcChannels.Chain;
using BtcChannels.Two1;
using Microsoft.Extensions.DependencyInjection;
using NBitcoin;

namespace BtcChannels.Tests.AspNetCore.Two1;

/// <summary>Every check of 21's server, with its words and status, and in its order: of two faults the first is told.</summary>
public sealed class Two1OrderTests : Two1Test
{
    private sealed record OpenFault(string Words, Action<Two1Customer, Dictionary<string, string>> Make);

    // In 21's order, ours among them. Each can be made on top of those that follow it.
    private static readonly OpenFault[] s_openFaults =
    [
        new("No deposit provided.", (_, fields) => fields.Remove("deposit_tx")),
        new("No redeem script provided.", (_, fields) => fields["redeem_script"] = ""),
        new("non-hexadecimal number found in fromhex() arg at position 2", (_, fields) => fields["deposit_tx"] = "00zz"),
        new("The deposit is not a transaction.", (_, fields) => fields["deposit_tx"] = fields["deposit_tx"][..60]),
        new("Invalid payment channel redeem script.", (_, fields) => fields["redeem_script"] = "51"),
        new("Deposit does not pay to the provided script hash.", (it, fields) =>
        {
            it.DepositScript = Script.Empty;
            fields["deposit_tx"] = it.DepositTransaction.ToHex();
        }),
        new("Public key does not belong to the merchant.", (it, fields) =>
        {
            it.MerchantKey = new Key().PubKey;
            (fields["deposit_tx"], fields["redeem_script"]) = (it.OpenFields["deposit_tx"], it.OpenFields["redeem_script"]);
        }),
        new("Transaction locktime must be further in the future.", (it, fields) =>
        {
            it.Expiry = (uint)(it.Expiry - 691_200 + 345_600 - 2);
            (fields["deposit_tx"], fields["redeem_script"]) = (it.OpenFields["deposit_tx"], it.OpenFields["redeem_script"]);
        }),
        new("Deposit is too small.", (it, fields) =>
        {
            it.Value = 19_999;
            fields["deposit_tx"] = it.DepositTransaction.ToHex();
        }),
    ];

    public static TheoryData<int, int> OpenFaults
    {
        get
        {
            var pairs = new TheoryData<int, int>();
            for (var first = 0; first < s_openFaults.Length; first++) pairs.Add(first, first + 1 < s_openFaults.Length ? first + 1 : -1);
            return pairs;
        }
    }

    [Theory, MemberData(nameof(OpenFaults))]
    public async Task Openings_are_checked_in_21s_order(int first, int second)
    {
        await using var app = await StartAsync();
        var customer = await Two1Customer.MeetAsync(app);
        async Task<Dictionary<string, string>> FieldsAsync(params int[] faults)
        {
            customer = await Two1Customer.MeetAsync(app);
            var fields = customer.OpenFields;
            foreach (var fault in faults) s_openFaults[fault].Make(customer, fields);
            return fields;
        }
        await AssertRefusedAsync(customer.TryOpenAsync(await FieldsAsync(first)), 400, s_openFaults[first].Words);
        if (second >= 0) await AssertRefusedAsync(customer.TryOpenAsync(await FieldsAsync(second, first)), 400, s_openFaults[first].Words);
        Assert.Equal(0, await app.CountAsync());
    }

    [Fact]
    public async Task A_deposit_opens_once()
    {
        await using var app = await StartAsync();
        var customer = await Two1Customer.OpenPendingAsync(app);
        await AssertRefusedAsync(customer.TryOpenAsync(), 400, "That deposit has already been used to create a channel.");
        Assert.Equal(1, await app.CountAsync());
    }

    [Fact]
    public async Task An_expiry_a_second_before_four_days_is_taken_and_one_beyond_the_longest_is_not()
    {
        await using var app = await StartAsync();
        var customer = await Two1Customer.MeetAsync(app);
        customer.Expiry = (uint)(app.Clock.Now + 345_599);
        await customer.OpenAsync();
        var far = await Two1Customer.MeetAsync(app);
        far.Expiry = (uint)(app.Clock.Now + 5_184_001);
        await AssertRefusedAsync(far.TryOpenAsync(), 400, "Transaction locktime is too far in the future.");
        (far.Expiry, far.Value) = (far.Expiry - 1, 10_000_001);
        await AssertRefusedAsync(far.TryOpenAsync(), 400, "Deposit is too large.");
        far.Value--;
        await far.OpenAsync();
    }

    private sealed record PayFault(int Status, string Words, Func<Two1Customer, Transaction> Make);

    private static Transaction Changed(Two1Customer it, Action<Transaction> change, long total = 8_000, Script? redeem = null, Key? by = null, SigHash hashType = SigHash.All)
    {
        var payment = it.Payment(total);
        change(payment);
        return it.Sign(payment, redeem, by, hashType);
    }

    private static ChannelTerms Other(Two1Customer it, PubKey? merchant = null, uint? expiry = null) =>
        new(ChannelKind.P2sh, merchant ?? it.MerchantKey, it.Key.PubKey, new Expiry(expiry ?? it.Expiry), Money.Satoshis(it.Fee));

    // On a channel on which 5,000 are paid.
    private static readonly Dictionary<string, PayFault> s_payFaults = new()
    {
        ["script is no channel's"] = new(400, "Invalid payment channel redeem script.", it => Changed(it, _ => { }, redeem: new Script(OpcodeType.OP_1))),
        ["no input"] = new(400, "Invalid payment channel redeem script.", _ => Transaction.Parse("01000000000000000000", Network.RegTest)),
        ["another merchant key"] = new(400, "Invalid merchant pubkey.", it => Changed(it, _ => { }, redeem: Other(it, merchant: new Key().PubKey).RedeemScript)),
        ["another merchant key, unsigned"] = new(400, "Invalid merchant pubkey.", it => Changed(it, _ => { }, redeem: Other(it, merchant: new Key().PubKey).RedeemScript, by: new Key())),
        ["bad signature"] = new(400, "Invalid payment signature.", it => it.Payment(8_000, by: new Key())),
        ["bad signature and a third output"] = new(400, "Invalid payment signature.", it => Changed(it, tx => tx.Outputs.Add(new TxOut(Money.Satoshis(3_000), it.MerchantKey.Hash.ScriptPubKey)), by: new Key())),
        ["SIGHASH_NONE"] = new(400, "Invalid payment signature.", it => Changed(it, _ => { }, hashType: SigHash.None)),
        ["OP_2 as selector"] = new(400, "Invalid payment channel transaction structure.", it =>
        {
            var payment = it.Payment(8_000);
            payment.Inputs[0].ScriptSig = new Script(payment.Inputs[0].ScriptSig.ToOps().Select((op, i) => i == 1 ? OpcodeType.OP_2 : op));
            return payment;
        }),
        ["pays somebody else"] = new(400, "Payment must pay to merchant pubkey.", it => Changed(it, tx => tx.Outputs[0].ScriptPubKey = new Key().PubKey.Hash.ScriptPubKey)),
        ["below 3000"] = new(400, "Initial payment must be greater than 3000.", it => it.Payment(2_999)),
        ["below 3000 and the rest too"] = new(400, "Initial payment must be greater than 3000.", it => Changed(it, tx => tx.Outputs[1].Value = Money.Satoshis(1), total: 2_999)),
        ["the rest below 3000"] = new(400, "Payment channel balance is not large enough to make payment.", it => it.Payment(100_001)),
        ["lower, and the rest below 3000"] = new(400, "Payment channel balance is not large enough to make payment.", it => Changed(it, tx => tx.Outputs[1].Value = Money.Satoshis(2_999), total: 4_000)),
        ["lower"] = new(400, "Payment must be greater than 0.", it => it.Payment(4_000)),
        ["lower, with little fee"] = new(400, "Payment must be greater than 0.", it => it.Payment(4_000, fee: 4_999)),
        ["as much again"] = new(400, "Payment must be greater than 0.", it => it.Payment(5_000, fee: 125_001)),
        ["little fee"] = new(400, "Payment must have adequate fees.", it => it.Payment(8_000, fee: 4_999)),
        ["little fee and another expiry"] = new(400, "Payment must have adequate fees.", it => Changed(it, tx => tx.Outputs[1].Value = Money.Satoshis(228_000 - 8_000 - 4_999), redeem: Other(it, expiry: it.Expiry + 1).RedeemScript)),
        ["amounts beyond all money"] = new(400, "Payment must have adequate fees.", it => Changed(it, tx => tx.Outputs[1].Value = Money.Satoshis(long.MaxValue))),
        ["another expiry"] = new(400, "Invalid redeem script.", it => Changed(it, _ => { }, redeem: Other(it, expiry: it.Expiry + 1).RedeemScript)),
        ["another customer's key"] = new(400, "Invalid redeem script.", it =>
        {
            var other = new Key();
            var terms = new ChannelTerms(ChannelKind.P2sh, it.MerchantKey, other.PubKey, new Expiry(it.Expiry), Money.Satoshis(it.Fee));
            return Changed(it, _ => { }, redeem: terms.RedeemScript, by: other);
        }),
        ["outputs swapped"] = new(400, "Invalid payment channel transaction structure.", it => Changed(it, tx => tx.Outputs.Reverse())),
        ["third output"] = new(400, "Invalid payment channel transaction structure.", it => Changed(it, tx => tx.Outputs.Add(new TxOut(Money.Satoshis(3_000), new Key().PubKey.Hash.ScriptPubKey)))),
        ["sequence"] = new(400, "Invalid payment channel transaction structure.", it => Changed(it, tx => tx.Inputs[0].Sequence = new Sequence(0xffff_fffe))),
        ["lock time"] = new(400, "Invalid payment channel transaction structure.", it => Changed(it, tx => tx.LockTime = new LockTime(1))),
        ["version"] = new(400, "Invalid payment channel transaction structure.", it => Changed(it, tx => tx.Version = 2)),
        ["too much fee"] = new(400, "Payment has excessive fees.", it => it.Payment(8_000, fee: 126_000)),
    };

    public static TheoryData<string> PayFaults => [.. s_payFaults.Keys];

    [Theory, MemberData(nameof(PayFaults))]
    public async Task Payments_are_checked_in_21s_order(string fault)
    {
        await using var app = await StartAsync(MerchantApp.DefaultPolicy with { Two1 = new Two1Policy { MaxFee = Money.Satoshis(125_500L) } });
        var customer = await Two1Customer.OpenAsync(app);
        await customer.PayAsync(5_000);
        var (status, words, make) = s_payFaults[fault];
        await AssertRefusedAsync(customer.TryPayAsync(make(customer)), status, words);
        Assert.Equal(("ready", 5_000L, (long)customer.Expiry), await customer.StatusAsync());
    }

    [Fact]
    public async Task What_is_no_payment_is_told_before_the_channel_is_looked_for()
    {
        await using var app = await StartAsync();
        var customer = await Two1Customer.MeetAsync(app);
        await AssertRefusedAsync(customer.SendAsync(HttpMethod.Put, customer.Url, new() { ["x"] = "y" }), 400, "No payment provided.");
        await AssertRefusedAsync(customer.TryPayAsync("zz"), 400, "non-hexadecimal number found in fromhex() arg at position 0");
        await AssertRefusedAsync(customer.TryPayAsync("0100"), 400, "The payment is not a transaction.");
        await AssertRefusedAsync(customer.TryPayAsync(customer.Payment(5_000)), 404, "Related channel not found.");
        using var status = await app.Once.GetAsync(new Uri(customer.Url, UriKind.Relative));
        Assert.Equal((404, "Related channel not found."), ((int)status.StatusCode, await status.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task The_state_is_told_after_the_signature_and_before_the_amounts()
    {
        await using var app = await StartAsync();
        var customer = await Two1Customer.OpenPendingAsync(app);
        await AssertRefusedAsync(customer.TryPayAsync(customer.Payment(5_000, by: new Key())), 400, "Invalid payment signature.");
        await AssertRefusedAsync(customer.TryPayAsync(customer.Payment(1_000)), 400, "Payment channel not ready.");
        Assert.Equal(("confirming", 0L, (long)customer.Expiry), await customer.StatusAsync());
        await app.MineAsync(customer.DepositTransaction);
        await customer.PayAsync(5_000);
        await customer.CloseAsync();
        await AssertRefusedAsync(customer.TryPayAsync(customer.Payment(1_000)), 404, "Payment channel closed.");
        Assert.Equal(("closed", 5_000L, (long)customer.Expiry), await customer.StatusAsync());
    }

    [Fact]
    public async Task Closings_are_checked_in_21s_order()
    {
        await using var app = await StartAsync();
        var customer = await Two1Customer.MeetAsync(app);
        await AssertRefusedAsync(customer.SendAsync(HttpMethod.Delete, customer.Url, new() { ["x"] = "y" }), 400, "No signature provided.");
        await AssertRefusedAsync(customer.TryCloseAsync("zz"), 404, "Related channel not found.");
        await customer.OpenAsync();
        await AssertRefusedAsync(customer.TryCloseAsync("zz"), 400, "decoding with 'hex_codec' codec failed (Error: Non-hexadecimal digit found)");
        var other = Convert.ToHexStringLower(Two1Close.Sign(customer.Key, uint256.One).ToDer());
        await AssertRefusedAsync(customer.TryCloseAsync(other), 400, "No payments made in channel.");
        await app.MineAsync(customer.DepositTransaction);
        await customer.PayAsync(5_000);
        await AssertRefusedAsync(customer.TryCloseAsync(other), 400, "Invalid signature.");
        Assert.Equal(await customer.CloseAsync(), await customer.CloseAsync());
    }

    [Fact]
    public async Task Json_is_read_whatever_it_is_called_and_the_query_after_the_form()
    {
        await using var app = await StartAsync();
        var customer = await Two1Customer.MeetAsync(app);
        async Task<HttpResponseMessage> SendAsync(HttpMethod method, string url, string body, string type)
        {
            using var request = new HttpRequestMessage(method, url) { Content = new StringContent(body, System.Text.Encoding.UTF8, type) };
            return await app.Once.SendAsync(request);
        }
        var fields = customer.OpenFields;
        using (var opened = await SendAsync(HttpMethod.Post, "/payment", $$"""{"deposit_tx":"{{fields["deposit_tx"]}}","redeem_script":"{{fields["redeem_script"]}}"}""", "text/plain")) await Two1Customer.JsonAsync(opened);
        await app.MineAsync(customer.DepositTransaction);
        using (var paid = await SendAsync(HttpMethod.Put, $"{customer.Url}?payment_tx={customer.Payment(5_000).ToHex()}", "", "application/x-www-form-urlencoded")) await Two1Customer.JsonAsync(paid);
        using (var again = await SendAsync(HttpMethod.Put, customer.Url, $$"""{"payment_tx":"{{customer.Payment(5_001).ToHex().ToUpperInvariant()}}"}""", "application/json")) await Two1Customer.JsonAsync(again);
        using var closed = await SendAsync(HttpMethod.Delete, customer.Url, $$"""{"signature":"{{customer.CloseSignature}}"}""", "application/x-www-form-urlencoded");
        await Two1Customer.JsonAsync(closed);
    }

    [Fact]
    public async Task Winding_down_opens_nothing_and_takes_payments()
    {
        await using var app = await StartAsync();
        var customer = await Two1Customer.OpenAsync(app);
        var other = await Two1Customer.MeetAsync(app);
        app.Services.GetRequiredService<BtcChannels.AspNetCore.Admin.Draining>().Begin();
        await AssertRefusedAsync(other.TryOpenAsync(), 503, "No new payment channels are opened.");
        await AssertRefusedAsync(app.Once.GetAsync(new Uri("/payment", UriKind.Relative)), 503, "No new payment channels are opened.");
        await customer.PayAsync(5_000);
        await customer.CloseAsync();
    }

    [Fact]
    public async Task Outages_are_503()
    {
        await using var app = await StartAsync();
        var customer = await Two1Customer.OpenAsync(app);
        var other = await Two1Customer.MeetAsync(app);
        await app.Chain.GoAwayAsync();
        app.Clock.Advance(TimeSpan.FromMinutes(11));
        await AssertRefusedAsync(customer.TryPayAsync(customer.Payment(5_000)), 503, "Blockchain is not available.");
        await AssertRefusedAsync(other.TryOpenAsync(), 503, "Blockchain is not available.");
    }
}
