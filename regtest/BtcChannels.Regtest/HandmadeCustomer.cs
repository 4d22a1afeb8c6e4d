using System.Net;
using System.Net.Http.Json;
using BtcChannels.Wire;
using NBitcoin;
using NBitcoin.RPC;

namespace BtcChannels.Regtest;

/// <summary>
/// A customer without the client library's scruples: each step by itself, out of order, twice, or wrong, as a test wants it. He has one channel, funded
/// from the node's wallet.
/// </summary>
public sealed class HandmadeCustomer : IDisposable
{
    private readonly HttpClient _http;
    private readonly RPCClient _wallet;
    private readonly string _origin;

    public HandmadeCustomer(Uri merchant, RPCClient wallet)
    {
        _http = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
        Address = merchant;
        _origin = merchant.GetLeftPart(UriPartial.Authority);
        _wallet = wallet;
    }

    /// <summary>Where his requests go: the merchant's origin, unless it is an instance of his that is meant.</summary>
    public Uri Address { get; set; }

    public Key Key { get; } = new();

    public OfferAnswer Offer { get; private set; } = null!;

    public ChannelTerms Terms { get; private set; } = null!;

    public Transaction DepositTransaction { get; private set; } = null!;

    public Deposit Deposit { get; private set; } = null!;

    public Script Script { get; private set; } = null!;

    public OpenAnswer Opened { get; private set; } = null!;

    public ChannelId Id => new(Deposit.OutPoint);

    public Script PayoutScript => Script.FromHex(Opened.PayoutScript);

    /// <summary>Asks for an offer and builds a deposit of a capacity; shows it to nobody.</summary>
    /// <param name="capacity">The most that can be paid.</param>
    /// <param name="duration">From now to expiry.</param>
    /// <param name="script">Where his share goes; null for an address of the node's wallet.</param>
    public async Task PrepareAsync(Money capacity, TimeSpan duration, Script? script = null)
    {
        using var answer = await _http.PostAsync(At("/channels/v1/offers"), null);
        Offer = (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync(AnswerJson.Default.OfferAnswer))!;
        var least = Math.Max(Offer.MinExpiry, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + (long)duration.TotalSeconds);
        Terms = new ChannelTerms(ChannelKind.P2sh, new PubKey(Offer.MerchantKey), Key.PubKey, new Expiry(checked((uint)least)), Money.Satoshis(Offer.CloseFeeSat));
        Script = script ?? (await _wallet.GetNewAddressAsync()).ScriptPubKey;
        DepositTransaction = await FundAsync(Terms.DepositScript, capacity + Terms.CloseFee);
        Deposit = ((DepositSearch.Found)BtcChannels.Deposit.Find(DepositTransaction, Terms)).Deposit;
    }

    /// <summary>Shows the merchant the deposit.</summary>
    public async Task<HttpStatusCode> ShowAsync()
    {
        var body = new OpenBody(Offer.Offer, DepositTransaction.ToHex(), Key.PubKey.ToHex(), Terms.Expiry.Value, Script.ToHex());
        using var answer = await _http.PostAsJsonAsync(At("/channels/v1/channels"), body, RequestJson.Default.OpenBody);
        if (answer.IsSuccessStatusCode) Opened = (await answer.Content.ReadFromJsonAsync(AnswerJson.Default.OpenAnswer))!;
        return answer.StatusCode;
    }

    /// <summary>All of it, in the right order: offer, deposit, showing, broadcast, one block.</summary>
    public async Task OpenAsync(RegtestNode node, Money capacity, TimeSpan duration, Script? script = null)
    {
        await PrepareAsync(capacity, duration, script);
        if (await ShowAsync() != HttpStatusCode.OK) throw new InvalidOperationException("The merchant refused the deposit");
        await node.Rpc.SendRawTransactionAsync(DepositTransaction);
        await node.MineAsync();
        await WaitForStateAsync("open");
    }

    public SignedPayment Sign(Money total)
    {
        var split = CloseSplit.Of(Deposit.Value, Terms.CloseFee, total, PayoutScript, Script);
        var payment = ChannelTransactions.Payment(Deposit, split, PayoutScript, Script);
        return new(total, ChannelSigning.Sign(Key, ChannelTransactions.SignatureHash(payment, Terms)));
    }

    public Task<string> PayAsync(Money total) => PayAsync(Sign(total));

    /// <returns>"ok", or the problem's name.</returns>
    public async Task<string> PayAsync(SignedPayment payment)
    {
        using var answer = await _http.PostAsJsonAsync(
            At($"/channels/v1/channels/{Id}/payments"), new PaymentBody(payment.Total.Satoshi, WireSignature.Write(payment.Signature)), RequestJson.Default.PaymentBody);
        return await NameAsync(answer);
    }

    public async Task<StatusAnswer> StatusAsync()
    {
        using var request = Authorized(HttpMethod.Get, $"/channels/v1/channels/{Id}", ChannelAction.Status);
        using var answer = await _http.SendAsync(request);
        return (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync(AnswerJson.Default.StatusAnswer))!;
    }

    /// <param name="lower">A lower total, signed; null for the newest.</param>
    public async Task<(string Outcome, CloseAnswer? Answer)> CloseAsync(SignedPayment? lower = null)
    {
        using var request = Authorized(HttpMethod.Post, $"/channels/v1/channels/{Id}/close", ChannelAction.Close);
        request.Content = JsonContent.Create(lower is null ? new CloseBody() : new CloseBody(lower.Total.Satoshi, WireSignature.Write(lower.Signature)), RequestJson.Default.CloseBody);
        using var answer = await _http.SendAsync(request);
        return answer.IsSuccessStatusCode ? ("ok", await answer.Content.ReadFromJsonAsync(AnswerJson.Default.CloseAnswer)) : (await NameAsync(answer), null);
    }

    /// <summary>The refund, whatever the time.</summary>
    /// <param name="fee">Satoshi.</param>
    public Transaction Refund(Money fee)
    {
        var refund = ChannelTransactions.UnsignedRefund(Deposit, Terms, fee, Script);
        return ChannelTransactions.Refund(refund, Terms, ChannelSigning.Sign(Key, ChannelTransactions.SignatureHash(refund, Terms)));
    }

    public async Task<StatusAnswer> WaitForStateAsync(string state)
    {
        var limit = System.Diagnostics.Stopwatch.StartNew();
        for (var status = await StatusAsync(); ; status = await StatusAsync())
        {
            if (status.State == state) return status;
            if (limit.Elapsed > TimeSpan.FromSeconds(30)) throw new TimeoutException($"The channel is {status.State} and never became {state}");
            await Task.Delay(50);
        }
    }

    public void Dispose()
    {
        Key.Dispose();
        _http.Dispose();
    }

    private async Task<Transaction> FundAsync(Script script, Money amount)
    {
        var wanted = Transaction.Create(_wallet.Network);
        wanted.Outputs.Add(new TxOut(amount, script));
        var funded = await _wallet.FundRawTransactionAsync(wanted, new FundRawTransactionOptions { LockUnspents = true });
        return (await _wallet.SignRawTransactionWithWalletAsync(new SignRawTransactionRequest { Transaction = funded.Transaction })).SignedTransaction;
    }

    private HttpRequestMessage Authorized(HttpMethod method, string path, string action)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var header = new AuthorizationHeader(now, ChannelAuthorization.Sign(Key, _wallet.Network, _origin, Id, action, now));
        var request = new HttpRequestMessage(method, At(path));
        request.Headers.TryAddWithoutValidation("Authorization", header.ToString());
        return request;
    }

    private Uri At(string path) => new(Address, path);

    private static async Task<string> NameAsync(HttpResponseMessage answer)
    {
        if (answer.IsSuccessStatusCode) return "ok";
        if (answer.Content.Headers.ContentLength == 0) return answer.StatusCode.ToString();
        var problem = await answer.Content.ReadFromJsonAsync(AnswerJson.Default.ProblemAnswer);
        return problem?.Type?.Replace(Slug.ProblemPrefix, "", StringComparison.Ordinal) ?? answer.StatusCode.ToString();
    }
}
