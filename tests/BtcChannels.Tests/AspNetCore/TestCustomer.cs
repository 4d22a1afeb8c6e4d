using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using BtcChannels.Wire;
using NBitcoin;
using Secp256k1;

namespace BtcChannels.Tests.AspNetCore;

/// <summary>A customer who does everything by hand, off the documents, and can be told to do it wrong.</summary>
public sealed class TestCustomer
{
    public const long Capacity = 100_000;

    private MerchantApp _app;

    private TestCustomer(MerchantApp app, OfferAnswer offer)
    {
        (_app, Offer) = (app, offer);
        Script = Key.PubKey.WitHash.ScriptPubKey;
        Expiry = new Expiry(checked((uint)(offer.MinExpiry + 86_400)));
        Coin = new OutPoint(new uint256(RandomNumberGenerator.GetBytes(32)), 0);
        Value = Capacity + offer.CloseFeeSat;
    }

    public Key Key { get; } = new();

    /// <summary>From now on his requests come to this instance of the merchant.</summary>
    public void GoTo(MerchantApp app) => _app = app;

    public OfferAnswer Offer { get; set; }

    public Script Script { get; set; }

    public Expiry Expiry { get; set; }

    /// <summary>What the deposit is paid from.</summary>
    public OutPoint Coin { get; set; }

    public long Value { get; set; }

    public OpenAnswer? Opened { get; private set; }

    public ChannelTerms Terms => new(ChannelKind.P2sh, new PubKey(Convert.FromHexString(Offer.MerchantKey)), Key.PubKey, Expiry, Money.Satoshis(Offer.CloseFeeSat));

    public Transaction DepositTransaction => DepositOf(new TxOut(Money.Satoshis(Value), Terms.DepositScript));

    public Deposit Deposit => new(new OutPoint(DepositTransaction.GetHash(), 0), Money.Satoshis(Value));

    public ChannelId Id => new(Deposit.OutPoint);

    public Script PayoutScript => new(Convert.FromHexString(Opened!.PayoutScript));

    public OpenBody Body => new(Offer.Offer, DepositTransaction.ToHex(), Hex.Write(Key.PubKey.ToBytes()), Expiry.Value, Hex.Write(Script.ToBytes()));

    /// <summary>Has an offer and has asked for nothing yet.</summary>
    public static async Task<TestCustomer> MeetAsync(MerchantApp app)
    {
        using var answer = await app.Http.PostAsync(new Uri("/channels/v1/offers", UriKind.Relative), null);
        return new(app, await ReadAsync(answer, AnswerJson.Default.OfferAnswer));
    }

    /// <summary>Has a channel whose deposit is not mined yet.</summary>
    public static async Task<TestCustomer> OpenPendingAsync(MerchantApp app)
    {
        var customer = await MeetAsync(app);
        await customer.OpenAsync();
        return customer;
    }

    /// <summary>Has a channel that takes payments.</summary>
    public static async Task<TestCustomer> OpenAsync(MerchantApp app, long paid = 0)
    {
        var customer = await OpenPendingAsync(app);
        app.Chain.Mine(customer.DepositTransaction);
        app.Chain.MineEmpty(app.Policy.Confirmations - 1);
        await app.Chain.SettleAsync();
        if (paid > 0) await customer.PayAsync(paid);
        return customer;
    }

    public Transaction DepositOf(params TxOut[] outputs)
    {
        var deposit = Transaction.Create(Network.RegTest);
        deposit.Version = 2;
        deposit.Inputs.Add(new TxIn(Coin));
        foreach (var output in outputs) deposit.Outputs.Add(output);
        return deposit;
    }

    /// <summary>Another transaction that spends the same coin.</summary>
    public Transaction DoubleSpend() => DepositOf(new TxOut(Money.Satoshis(Value), Script));

    public async Task<OpenAnswer> OpenAsync()
    {
        using var answer = await _app.Http.PostAsync(OpenUri, JsonOf(Body));
        return Opened = await ReadAsync(answer, AnswerJson.Default.OpenAnswer);
    }

    public Task<HttpResponseMessage> TryOpenAsync(OpenBody? body = null) => TryOpenAsync(JsonOf(body ?? Body));

    public Task<HttpResponseMessage> TryOpenAsync(HttpContent body) => _app.Once.PostAsync(OpenUri, body);

    public SignedPayment Sign(long total)
    {
        var split = CloseSplit.Of(Deposit.Value, Terms.CloseFee, Money.Satoshis(total), PayoutScript, Script);
        return new(Money.Satoshis(total), ChannelSigning.Sign(Key, ChannelTransactions.SignatureHash(ChannelTransactions.Payment(Deposit, split, PayoutScript, Script), Terms)));
    }

    public PaymentBody Payment(long total) => new(total, WireSignature.Write(Sign(total).Signature));

    public async Task<PaymentAnswer> PayAsync(long total)
    {
        using var answer = await _app.Http.PostAsync(PaymentsUri, JsonOf(Payment(total)));
        return await ReadAsync(answer, AnswerJson.Default.PaymentAnswer);
    }

    public Task<HttpResponseMessage> TryPayAsync(long total) => TryPayAsync(Payment(total));

    public Task<HttpResponseMessage> TryPayAsync(PaymentBody payment) => TryPayAsync(JsonOf(payment));

    public Task<HttpResponseMessage> TryPayAsync(HttpContent body) => _app.Once.PostAsync(PaymentsUri, body);

    /// <summary>The 72 bytes of a payment, off the document.</summary>
    public static byte[] FrameOf(PaymentBody payment) => [.. BitConverter.GetBytes(payment.TotalSat), .. Convert.FromHexString(payment.Signature)];

    public static ByteArrayContent Binary(params byte[] body) => new(body) { Headers = { ContentType = new("application/octet-stream") } };

    public Task<HttpResponseMessage> TryPayBinaryAsync(PaymentBody payment) => TryPayAsync(Binary(FrameOf(payment)));

    public string Authorize(string action, long? time = null, Key? key = null, string origin = MerchantApp.Origin, ChannelId? channel = null, Network? network = null)
    {
        var at = time ?? _app.Clock.Now;
        return new AuthorizationHeader(at, ChannelAuthorization.Sign(key ?? Key, network ?? Network.RegTest, origin, channel ?? Id, action, at)).ToString();
    }

    public async Task<StatusAnswer> StatusAsync()
    {
        using var answer = await TryStatusAsync(Authorize(ChannelAction.Status), _app.Http);
        return await ReadAsync(answer, AnswerJson.Default.StatusAnswer);
    }

    public Task<HttpResponseMessage> TryStatusAsync(string? authorization, HttpClient? http = null) =>
        SendAsync(http ?? _app.Once, new HttpRequestMessage(HttpMethod.Get, StatusUri), authorization);

    public async Task<CloseAnswer> CloseAsync(long? total = null)
    {
        using var answer = await TryCloseAsync(total, http: _app.Http);
        return await ReadAsync(answer, AnswerJson.Default.CloseAnswer);
    }

    public Task<HttpResponseMessage> TryCloseAsync(long? total = null, string? authorization = null, HttpClient? http = null) =>
        TryCloseAsync(total is { } lower ? new CloseBody(lower, WireSignature.Write(Sign(lower).Signature)) : new CloseBody(), authorization, http);

    public Task<HttpResponseMessage> TryCloseAsync(CloseBody body, string? authorization = null, HttpClient? http = null) =>
        TryCloseAsync(JsonOf(body), authorization ?? Authorize(ChannelAction.Close), http);

    public Task<HttpResponseMessage> TryCloseAsync(HttpContent body, string? authorization, HttpClient? http = null) =>
        SendAsync(http ?? _app.Once, new HttpRequestMessage(HttpMethod.Post, CloseUri) { Content = body }, authorization);

    /// <summary>The refund, signed.</summary>
    public Transaction Refund()
    {
        var unsigned = ChannelTransactions.UnsignedRefund(Deposit, Terms, Money.Satoshis(500), Script);
        return ChannelTransactions.Refund(unsigned, Terms, ChannelSigning.Sign(Key, ChannelTransactions.SignatureHash(unsigned, Terms)));
    }

    public static StringContent JsonOf(OpenBody body) => Json(JsonSerializer.Serialize(body, RequestJson.Default.OpenBody));

    public static StringContent JsonOf(PaymentBody body) => Json(JsonSerializer.Serialize(body, RequestJson.Default.PaymentBody));

    public static StringContent JsonOf(CloseBody body) => Json(JsonSerializer.Serialize(body, RequestJson.Default.CloseBody));

    public static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");

    private static Uri OpenUri => new("/channels/v1/channels", UriKind.Relative);

    private Uri StatusUri => new($"/channels/v1/channels/{Id}", UriKind.Relative);

    public Uri PaymentsUri => new($"/channels/v1/channels/{Id}/payments", UriKind.Relative);

    private Uri CloseUri => new($"/channels/v1/channels/{Id}/close", UriKind.Relative);

    private static async Task<HttpResponseMessage> SendAsync(HttpClient http, HttpRequestMessage request, string? authorization)
    {
        if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);
        return await http.SendAsync(request);
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage answer, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
        return JsonSerializer.Deserialize(text, type)!;
    }
}
