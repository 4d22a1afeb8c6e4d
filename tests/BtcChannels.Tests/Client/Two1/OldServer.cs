using System.Globalization;
using System.Net;
using BtcChannels.Chain;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NBitcoin;
using Secp256k1;

namespace BtcChannels.Tests.Client;

/// <summary>What a server of 21's was asked.</summary>
internal sealed record OldRequest(string Method, string Path, IReadOnlyDictionary<string, string> Form, string? Token, string Body, string? Authorization);

/// <summary>
/// A merchant as two1's own server is one, written from its protocol alone, with its checks, its words and its weaknesses: the same payment again is no raise, a closed channel
/// is answered with 400, a token that is worth too little is burned, a closed channel's are void. It serves everything but its door for a price.
/// </summary>
internal sealed class OldServer : IAsyncDisposable
{
    public const string DoorPath = "/payment";

    private readonly WebApplication _app;
    private readonly FakeChain _chain;
    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();
    private readonly Key _key = new(Enumerable.Repeat((byte)9, 32).ToArray());
    private readonly Dictionary<string, OldChannel> _channels = [];
    private readonly Dictionary<string, (string Channel, long Amount, bool IsRedeemed)> _tokens = [];
    private int _paying;

    private OldServer(WebApplication app, FakeChain chain, TimeProvider clock) => (_app, _chain, _clock) = (app, chain, clock);

    public Uri Origin { get; private set; } = null!;

    public Uri Door => new(Origin, DoorPath);

    public bool IsZeroConf { get; set; }

    public int Version { get; set; } = 2;

    public string? ToldKey { get; set; }

    public long LeastFee { get; set; } = 125_000;

    public long Price { get; set; } = 50;

    /// <summary>What the 402 says, where it is not the truth.</summary>
    public string[]? Prices { get; set; }

    public string[]? Servers { get; set; }

    public string Served { get; set; } = "sold";

    /// <summary>Refusals are objects, as those of 21's other server, and always 400.</summary>
    public bool IsDjango { get; set; }

    public List<OldRequest> Requests { get; } = [];

    /// <summary>Answers in its place; null where it answers itself.</summary>
    public Func<OldRequest, (int Status, string Body)?> Before { get; set; } = _ => null;

    /// <summary>Requests that never arrive.</summary>
    public Func<OldRequest, bool> IsLost { get; set; } = _ => false;

    /// <summary>Requests whose answer never arrives.</summary>
    public Func<OldRequest, bool> IsAnswerLost { get; set; } = _ => false;

    /// <summary>The most PUTs that were worked on at once.</summary>
    public int MostAtOnce { get; private set; }

    public IReadOnlyCollection<OldChannel> Channels { get { lock (_gate) return [.. _channels.Values]; } }

    public static async Task<OldServer> StartAsync(FakeChain chain, TimeProvider clock)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var server = new OldServer(app, chain, clock);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        server.Origin = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return server;
    }

    public OldChannel this[CustomerChannel channel] { get { lock (_gate) return _channels[channel.Deposit.OutPoint.Hash.ToString()]; } }

    public IReadOnlyList<OldRequest> Asked(string method) { lock (_gate) return [.. Requests.Where(it => it.Method == method && it.Path.StartsWith(DoorPath, StringComparison.Ordinal))]; }

    public IReadOnlyList<string> Payments => [.. Asked("PUT").Select(it => it.Form["payment_tx"])];

    public IReadOnlyList<string?> Tokens { get { lock (_gate) return [.. Requests.Where(it => !it.Path.StartsWith(DoorPath, StringComparison.Ordinal)).Select(it => it.Token)]; } }

    /// <summary>It has forgotten all.</summary>
    public void Forget() { lock (_gate) _channels.Clear(); }

    /// <summary>The sync thread closes: what it broadcast is returned.</summary>
    public Transaction CloseByItself(CustomerChannel channel)
    {
        lock (_gate) return this[channel].Close(_key);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        var body = await new StreamReader(http.Request.Body).ReadToEndAsync();
        var form = http.Request.ContentType == "application/x-www-form-urlencoded"
            ? Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(body).ToDictionary(it => it.Key, it => it.Value.ToString())
            : [];
        var came = new OldRequest(
            http.Request.Method, http.Request.Path, form, http.Request.Headers["Bitcoin-Payment-Channel-Token"].FirstOrDefault(), body, http.Request.Headers.Authorization.FirstOrDefault());
        lock (_gate) Requests.Add(came);
        if (IsLost(came))
        {
            http.Abort();
            return;
        }
        if (Before(came) is { } other)
        {
            await WriteAsync(http, other.Status, other.Body);
            return;
        }
        var isPut = came.Method == "PUT";
        if (isPut)
        {
            MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _paying));
            await Task.Delay(5);
        }
        (int Status, string Body) answer;
        try
        {
            lock (_gate) answer = came.Path.StartsWith(DoorPath, StringComparison.Ordinal) ? AtDoor(came) : Resource(came, http.Response);
        }
        catch (OldRefusal refusal)
        {
            answer = (refusal.Status, refusal.Message);
        }
        if (isPut) Interlocked.Decrement(ref _paying);
        if (IsAnswerLost(came)) http.Abort();
        else await WriteAsync(http, answer.Status, answer.Body);
    }

    private async Task WriteAsync(HttpContext http, int status, string body)
    {
        var isError = status >= 400 && status != 402;
        http.Response.StatusCode = isError && IsDjango ? 400 : status;
        http.Response.ContentType = body.StartsWith('{') || (isError && IsDjango) ? "application/json" : "text/html; charset=utf-8";
        var text = isError && IsDjango ? $$"""{"error": "{{body}}"}""" : body;
        http.Response.ContentLength = System.Text.Encoding.UTF8.GetByteCount(text);
        await http.Response.WriteAsync(text);
    }

    private (int, string) AtDoor(OldRequest came) => (came.Method, came.Path[DoorPath.Length..]) switch
    {
        ("GET", "") => (200, $$"""{"public_key": "{{ToldKey ?? Hex.Write(_key.PubKey.ToBytes())}}", "version": {{Version}}, "zeroconf": {{(IsZeroConf ? "true" : "false")}}}"""),
        ("POST", "") => Open(came),
        ("GET", var path) => Status(Find(path)),
        ("PUT", var path) => Pay(came, path),
        ("DELETE", var path) => Close(came, path),
        _ => (404, "Not Found"),
    };

    private (int, string) Open(OldRequest came)
    {
        Require(came.Form.TryGetValue("deposit_tx", out var hex), "No deposit provided.");
        Require(came.Form.TryGetValue("redeem_script", out var script), "No redeem script provided.");
        // Its parser takes the marker of a witness for a transaction without inputs.
        Require(hex![8..12] != "0001", "unpack requires a buffer of 4 bytes");
        var deposit = Parse(hex);
        Require(RedeemScript.TryParse(Script.FromHex(script!), out var merchant, out var customer, out var expiry), "Invalid payment channel redeem script.");
        var terms = new ChannelTerms(ChannelKind.P2sh, merchant!, customer!, expiry, Money.Satoshis(1L));
        Require(Deposit.Find(deposit, terms) is DepositSearch.Found, "Deposit does not pay to the provided script hash.");
        Require(merchant! == _key.PubKey, "Public key does not belong to the merchant.");
        var txid = deposit.GetHash().ToString();
        Require(!_channels.ContainsKey(txid), "That deposit has already been used to create a channel.");
        Require(expiry.Value >= _clock.GetUtcNow().ToUnixTimeSeconds() + 345_600 - 1, "Transaction locktime must be further in the future.");
        _channels[txid] = new OldChannel(terms, ((DepositSearch.Found)Deposit.Find(deposit, terms)).Deposit) { State = IsZeroConf ? "ready" : "confirming" };
        return (200, $$"""{"deposit_txid": "{{txid}}"}""");
    }

    private static (int, string) Status(OldChannel channel) =>
        (200, string.Create(CultureInfo.InvariantCulture, $$"""{"status": "{{channel.State}}", "balance": {{channel.Total}}, "time_left": {{channel.Terms.Expiry.Value}}}"""));

    private (int, string) Pay(OldRequest came, string path)
    {
        Require(came.Form.TryGetValue("payment_tx", out var hex), "No payment provided.");
        var payment = Parse(hex!);
        var channel = Find(path);
        var ops = payment.Inputs[0].ScriptSig.ToOps().ToList();
        Require(RedeemScript.TryParse(new Script(ops[^1].PushData), out var merchant, out var customer, out _), "Invalid payment channel redeem script.");
        Require(merchant! == channel.Terms.MerchantKey, "Invalid merchant pubkey.");
        var redeem = new Script(ops[^1].PushData);
        Require(IsSigned(customer!, payment.GetSignatureHash(redeem, 0, SigHash.All).ToBytes(), ops[0].PushData[..^1]), "Invalid payment signature.");
        Require(ops.Count == 3 && ops[1].Code == OpcodeType.OP_1, "Invalid payment channel transaction structure.");
        if (channel.State == "confirming" && _chain.GetUnspentAsync(channel.Deposit.OutPoint, default).GetAwaiter().GetResult() is { Height: not null }) channel.State = "ready";
        Require(channel.State != "confirming", "Payment channel not ready.");
        Require(channel.State != "closed", "Payment channel closed.");
        var own = payment.Outputs.FirstOrDefault(it => it.ScriptPubKey == merchant!.Hash.ScriptPubKey);
        Require(own is not null, "Payment must pay to merchant pubkey.");
        Require(own!.Value.Satoshi >= 3_000, "Initial payment must be greater than 3000.");
        Require(payment.Outputs.All(it => it.Value.Satoshi >= 3_000), "Payment channel balance is not large enough to make payment.");
        Require(own.Value.Satoshi > channel.Total, "Payment must be greater than 0.");
        Require(channel.Deposit.Value.Satoshi - payment.Outputs.Sum(it => it.Value.Satoshi) >= LeastFee, "Payment must have adequate fees.");
        Require(redeem == channel.Terms.RedeemScript, "Invalid redeem script.");
        var split = payment.Outputs is [var first, var second] && first == own && second.ScriptPubKey == customer!.Hash.ScriptPubKey;
        Require(
            split && payment is { Version: 1, Inputs.Count: 1 } && payment.LockTime.Value == 0 && payment.Inputs[0].Sequence == Sequence.Final && payment.Inputs[0].PrevOut == channel.Deposit.OutPoint,
            "Invalid payment channel transaction structure.");
        var token = payment.GetHash().ToString();
        _tokens[token] = (path[1..], own.Value.Satoshi - channel.Total, false);
        (channel.Newest, channel.Total) = (payment, own.Value.Satoshi);
        return (200, $$"""{"payment_txid": "{{token}}"}""");
    }

    private (int, string) Close(OldRequest came, string path)
    {
        Require(came.Form.TryGetValue("signature", out var hex), "No signature provided.");
        var channel = Find(path);
        Require(Hex.TryParse(hex!, out var der), "decoding with 'hex_codec' codec failed");
        Require(channel.Newest is not null, "No payments made in channel.");
        var digest = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(path[1..]));
        Require(IsSigned(channel.Terms.CustomerKey, digest, der!), "Invalid signature.");
        Require(!channel.IsClosedByItself, "the transaction was rejected by the network");
        var close = channel.Close(_key);
        channel.IsClosedByItself = false;
        _ = _chain.BroadcastAsync(close, default);
        return (200, $$"""{"payment_txid": "{{close.GetHash()}}"}""");
    }

    private (int, string) Resource(OldRequest came, HttpResponse response)
    {
        if (came.Token is { } token)
        {
            Require(_tokens.TryGetValue(token, out var it), "PaymentChannelNotFoundError('Payment not found.')");
            Require(_channels.TryGetValue(it.Channel, out var channel), "PaymentChannelNotFoundError('Channel not found.')");
            Require(channel!.State != "confirming", "ChannelClosedError('Payment channel not ready.')");
            Require(channel.State != "closed", "ChannelClosedError('Payment channel closed.')");
            Require(!it.IsRedeemed, "RedeemPaymentError('Payment already redeemed.')");
            _tokens[token] = it with { IsRedeemed = true };
            if (it.Amount >= Price) return (200, Served + came.Body);
        }
        foreach (var price in Prices ?? [Price.ToString(CultureInfo.InvariantCulture)]) response.Headers.Append("Price", price);
        foreach (var server in Servers ?? [Door.ToString()]) response.Headers.Append("Bitcoin-Payment-Channel-Server", server);
        return (402, "Payment Required");
    }

    // Whichever half S is in.
    private static bool IsSigned(PubKey by, byte[] hash, byte[] der) =>
        Signature.TryParseDer(der, out var signature) && PublicKey.TryParse(by.ToBytes(), out var key) && key.Verify(hash, signature.Normalize());

    private OldChannel Find(string path) => _channels.TryGetValue(path[1..], out var channel) ? channel : throw new OldRefusal(404, "Related channel not found.");

    private Transaction Parse(string hex)
    {
        try
        {
            return Transaction.Parse(hex, _chain.Network);
        }
        catch (FormatException)
        {
            throw new OldRefusal(400, "non-hexadecimal number found in fromhex() arg at position 0");
        }
    }

    private static void Require(bool isGood, string words)
    {
        if (!isGood) throw new OldRefusal(400, words);
    }

    private sealed class OldRefusal(int status, string words) : Exception(words)
    {
        public int Status => status;
    }
}

/// <summary>A channel as a server of 21's has it.</summary>
internal sealed class OldChannel(ChannelTerms terms, Deposit deposit)
{
    public ChannelTerms Terms => terms;

    public Deposit Deposit => deposit;

    public string State { get; set; } = "confirming";

    public Transaction? Newest { get; set; }

    public long Total { get; set; }

    public bool IsClosedByItself { get; set; }

    /// <summary>The newest payment with the merchant's signature.</summary>
    public Transaction Close(Key merchant)
    {
        (State, IsClosedByItself) = ("closed", true);
        var close = Newest!.Clone();
        var ops = close.Inputs[0].ScriptSig.ToOps().ToList();
        var signature = ChannelSigning.Sign(merchant, close.GetSignatureHash(terms.RedeemScript, 0, SigHash.All));
        close.Inputs[0].ScriptSig = new Script([ops[0], Op.GetPushOp([.. signature.ToDer(), 1]), ops[1], ops[2]]);
        return close;
    }
}
