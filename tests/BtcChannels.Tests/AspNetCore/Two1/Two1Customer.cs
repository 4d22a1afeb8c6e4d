using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using BtcChannels.Two1;
using NBitcoin;
using Secp256k1;

namespace BtcChannels.Tests.AspNetCore.Two1;

/// <summary>A customer of 21: forms, lower-case headers, a body with DELETE, and only 200 is a success.</summary>
internal sealed class Two1Customer
{
    private readonly MerchantApp _app;

    private Two1Customer(MerchantApp app, PubKey merchantKey) => (_app, MerchantKey, Expiry) = (app, merchantKey, (uint)app.Clock.Now + 691_200);

    public Key Key { get; set; } = new();

    public PubKey MerchantKey { get; set; }

    public uint Expiry { get; set; }

    public long Fee { get; set; } = 125_000;

    /// <summary>Of the deposit's output: 100,000 to pay, and what 21's client puts on top.</summary>
    public long Value { get; set; } = 228_000;

    public OutPoint Coin { get; } = new(new uint256(RandomNumberGenerator.GetBytes(32)), 0);

    /// <summary>Instead of the output that pays the script.</summary>
    public Script? DepositScript { get; set; }

    public ChannelTerms Terms => TermsOf(Fee);

    public ChannelTerms TermsOf(long fee) => new(ChannelKind.P2sh, MerchantKey, Key.PubKey, new Expiry(Expiry), Money.Satoshis(fee));

    public Transaction DepositTransaction
    {
        get
        {
            var transaction = Transaction.Create(Network.RegTest);
            transaction.Version = 1;
            transaction.Inputs.Add(new TxIn(Coin));
            transaction.Outputs.Add(new TxOut(Money.Satoshis(9_999), new Key().PubKey.Hash.ScriptPubKey));
            transaction.Outputs.Insert(_change, new TxOut(Money.Satoshis(Value), DepositScript ?? Terms.DepositScript));
            transaction.Outputs[1 - _change].ScriptPubKey = Terms.CustomerKey.Hash.ScriptPubKey;
            return transaction;
        }
    }

    private readonly int _change = RandomNumberGenerator.GetInt32(2);

    public Deposit Deposit => new(new OutPoint(DepositTransaction.GetHash(), _change), Money.Satoshis(Value));

    public ChannelId Id => new(Deposit.OutPoint);

    public string Url => $"/payment/{DepositTransaction.GetHash()}";

    public static async Task<Two1Customer> MeetAsync(MerchantApp app)
    {
        using var answer = await app.Once.GetAsync(new Uri("/payment", UriKind.Relative));
        var info = (await JsonAsync(answer)).RootElement;
        Assert.Equal(2, info.GetProperty("version").GetInt32());
        Assert.Equal(app.Policy.Confirmations == 0, info.GetProperty("zeroconf").GetBoolean());
        return new(app, new PubKey(info.GetProperty("public_key").GetString()!));
    }

    public static async Task<Two1Customer> OpenPendingAsync(MerchantApp app)
    {
        var customer = await MeetAsync(app);
        await customer.OpenAsync();
        return customer;
    }

    /// <summary>Has a channel whose deposit is mined.</summary>
    public static async Task<Two1Customer> OpenAsync(MerchantApp app)
    {
        var customer = await OpenPendingAsync(app);
        await app.MineAsync(customer.DepositTransaction);
        return customer;
    }

    public static async Task<JsonDocument> JsonAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{answer.StatusCode} {text}");
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.ToString());
        return JsonDocument.Parse(text);
    }

    /// <summary>The words of a refusal, and nothing around them.</summary>
    public static async Task AssertRefusedAsync(Task<HttpResponseMessage> asked, int status, string words)
    {
        using var answer = await asked;
        Assert.Equal((status, words), ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        Assert.Equal("text/plain", answer.Content.Headers.ContentType?.MediaType);
    }

    public Dictionary<string, string> OpenFields => new() { ["deposit_tx"] = DepositTransaction.ToHex(), ["redeem_script"] = Terms.RedeemScript.ToHex() };

    public Task<HttpResponseMessage> TryOpenAsync(Dictionary<string, string>? fields = null) => SendAsync(HttpMethod.Post, "/payment", fields ?? OpenFields);

    public async Task OpenAsync()
    {
        using var answer = await TryOpenAsync();
        Assert.Equal(DepositTransaction.GetHash().ToString(), (await JsonAsync(answer)).RootElement.GetProperty("deposit_txid").GetString());
    }

    public Transaction Payment(long total, long? fee = null, Key? by = null)
    {
        var terms = TermsOf(fee ?? Fee);
        var unsigned = HalfSignedPayment.ToSign(terms, Deposit, Money.Satoshis(total));
        return HalfSignedPayment.Build(terms, Deposit, new(Money.Satoshis(total), ChannelSigning.Sign(by ?? Key, ChannelTransactions.SignatureHash(unsigned, terms))));
    }

    /// <summary>Signs whatever transaction as its only input's script wants it.</summary>
    public Transaction Sign(Transaction payment, Script? redeem = null, Key? by = null, SigHash hashType = SigHash.All)
    {
        var script = redeem ?? Terms.RedeemScript;
        var signature = ChannelSigning.Sign(by ?? Key, payment.GetSignatureHash(script, 0, hashType));
        payment.Inputs[0].ScriptSig = new Script(Op.GetPushOp([.. signature.ToDer(), (byte)hashType]), OpcodeType.OP_1, Op.GetPushOp(script.ToBytes()));
        return payment;
    }

    public Task<HttpResponseMessage> TryPayAsync(Transaction payment) => TryPayAsync(payment.ToHex());

    public Task<HttpResponseMessage> TryPayAsync(string hex) => SendAsync(HttpMethod.Put, Url, new() { ["payment_tx"] = hex });

    /// <returns>The token.</returns>
    public async Task<string> PayAsync(long total, long? fee = null) => await PayAsync(Payment(total, fee));

    public async Task<string> PayAsync(Transaction payment)
    {
        using var answer = await TryPayAsync(payment);
        var token = (await JsonAsync(answer)).RootElement.GetProperty("payment_txid").GetString()!;
        Assert.Equal(payment.GetHash().ToString(), token);
        return token;
    }

    public async Task<(string Status, long Balance, long Expiry)> StatusAsync()
    {
        using var answer = await _app.Once.GetAsync(new Uri(Url, UriKind.Relative));
        var status = (await JsonAsync(answer)).RootElement;
        return (status.GetProperty("status").GetString()!, status.GetProperty("balance").GetInt64(), status.GetProperty("time_left").GetInt64());
    }

    public string CloseSignature => Convert.ToHexStringLower(Two1Close.Sign(Key, DepositTransaction.GetHash()).ToDer());

    public Task<HttpResponseMessage> TryCloseAsync(string? signature = null) => SendAsync(HttpMethod.Delete, Url, new() { ["signature"] = signature ?? CloseSignature });

    public async Task<string> CloseAsync()
    {
        using var answer = await TryCloseAsync();
        return (await JsonAsync(answer)).RootElement.GetProperty("payment_txid").GetString()!;
    }

    public async Task<HttpResponseMessage> BuyAsync(string token, string path = "/song")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("bitcoin-payment-channel-token", token);
        request.Headers.TryAddWithoutValidation("price", "50");
        return await _app.Once.SendAsync(request);
    }

    public async Task AssertBoughtAsync(string token, string path = "/song")
    {
        using var answer = await BuyAsync(token, path);
        Assert.Equal((200, "la"), ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync()));
    }

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, Dictionary<string, string> fields)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new FormUrlEncodedContent(fields) };
        return await _app.Once.SendAsync(request);
    }
}
