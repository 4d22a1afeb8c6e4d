using System.IO.Pipelines;
using System.Net;
using System.Text;
using BtcChannels.Paywall;
using NBitcoin;
using Secp256k1;

namespace BtcChannels.Tests.Client;

/// <summary>What a priced request looked like when it came.</summary>
internal sealed record PricedRequest(HttpMethod Method, Uri Address, PaymentCredential? Credential, string? IdempotencyKey, string Body)
{
    public Money? Total => (Credential?.Payload as VoucherPayload)?.Payment.Total;
}

/// <summary>
/// Priced resources of the <see cref="FakeMerchant"/>, within the process: it seals challenges, verifies vouchers and keeps account by the scheme's own rules. A test stands
/// between it and the wire.
/// </summary>
internal sealed class FakePaywall(FakeMerchant merchant, TimeProvider clock) : HttpMessageHandler
{
    private readonly Lock _gate = new();
    private readonly ChallengeSeal _seal = new(new byte[ChallengeSeal.SecretLength]);
    private readonly Dictionary<(ChannelId, string), string> _paid = [];
    private TaskCompletionSource _raised = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public MilliSatoshi Price { get; set; } = 25.Sat();

    public string UnitType { get; set; } = SessionRequest.RequestUnit;

    public TimeSpan Lifetime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Whether challenges are for the body that came.</summary>
    public bool HasDigests { get; set; }

    public List<PricedRequest> Requests { get; } = [];

    /// <summary>An answer in its place.</summary>
    public Func<PricedRequest, HttpResponseMessage?> Before { get; set; } = _ => null;

    /// <summary>Called with its answer, which it may lose by throwing.</summary>
    public Func<PricedRequest, HttpResponseMessage, HttpResponseMessage> After { get; set; } = (_, answer) => answer;

    public Func<SessionRequest, SessionRequest> ChangeRequest { get; set; } = it => it;

    public Func<PaymentChallenge, PaymentChallenge> ChangeChallenge { get; set; } = it => it;

    public Func<SessionReceipt, SessionReceipt> ChangeReceipt { get; set; } = it => it;

    /// <summary>What is delivered.</summary>
    public Func<PricedRequest, HttpResponseMessage> Serve { get; set; } = request => new(HttpStatusCode.OK) { Content = new StringContent($"served {request.Body}") };

    /// <summary>Delivers a stream; null for answers that are whole.</summary>
    public Func<FakeMeter, Task>? Stream { get; set; }

    /// <summary>How often a stream ran dry.</summary>
    public int Pauses { get; private set; }

    public string StreamType { get; set; } = "text/event-stream";

    public IReadOnlyList<Money> Totals => [.. Requests.Where(it => it.Total is not null).Select(it => it.Total!)];

    public static HttpResponseMessage Problem(HttpStatusCode status, string type) => new(status)
    {
        Content = new StringContent($$"""{"type":"{{type}}","status":{{(int)status}}}""", Encoding.UTF8, "application/problem+json"),
    };

    public MilliSatoshi SpentOf(ChannelId id) => merchant[id].Balance.Spent;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await Task.Yield();
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        PaymentCredential? credential = null;
        if (request.Headers.NonValidated.TryGetValues("Authorization", out var authorization)) Assert.True(PaymentCredential.TryParse(authorization.ToString(), out credential));
        var came = new PricedRequest(request.Method, request.RequestUri!, credential, request.Headers.NonValidated.TryGetValues("Idempotency-Key", out var key) ? key.ToString() : null, body);
        lock (_gate) Requests.Add(came);
        HttpResponseMessage answer;
        if (Before(came) is { } other) answer = other;
        else lock (_gate) answer = Handle(came);
        answer.RequestMessage = request;
        return After(came, answer);
    }

    /// <summary>Charges a stream; it waits where the credit is used up.</summary>
    internal async Task ChargeAsync(ChannelId id, MilliSatoshi price, Func<NeedVoucher, Task> pause)
    {
        while (true)
        {
            Task raised;
            NeedVoucher need;
            lock (_gate)
            {
                var balance = merchant[id].Balance;
                if (balance.Spent + price <= MilliSatoshi.Of(balance.Authorized))
                {
                    merchant.Change(id, it => it with { Balance = new Balance(balance.Newest, balance.Spent + price) });
                    return;
                }
                raised = _raised.Task;
                Pauses++;
                need = new(id, (balance.Spent + price).RoundedUp, balance.Authorized, merchant[id].Capacity);
            }
            await pause(need);
            await raised;
        }
    }

    internal SessionReceipt ReceiptOf(ChannelId id, string challenge, long units)
    {
        var balance = merchant[id].Balance;
        return ChangeReceipt(new(clock.GetUtcNow(), id, challenge, balance.Authorized, balance.Spent, units));
    }

    private HttpResponseMessage Handle(PricedRequest came)
    {
        if (came.Credential is not { } credential) return Ask(PaymentProblems.PaymentRequired, came);
        switch (_seal.Check(credential.Challenge, clock.GetUtcNow()))
        {
            case ChallengeCheck.Foreign: return Ask(PaymentProblems.InvalidChallenge, came);
            case ChallengeCheck.Expired: return Ask(PaymentProblems.PaymentExpired, came);
        }
        if (credential.Challenge.Digest is { } digest && came.Method != HttpMethod.Head && ContentDigest.Check(digest, Encoding.UTF8.GetBytes(came.Body)) != DigestCheck.Good)
            return Ask(PaymentProblems.InvalidChallenge, came);
        if (credential.Payload is not VoucherPayload voucher) return Problem(HttpStatusCode.BadRequest, PaymentProblems.MethodUnsupported);
        if (merchant.Channels.SingleOrDefault(it => new ChannelId(it.Deposit.OutPoint) == voucher.ChannelId) is not { } channel) return Problem(HttpStatusCode.Gone, PaymentProblems.ChannelNotFound);
        if (channel.State is not MerchantState.Open) return Problem(HttpStatusCode.Gone, PaymentProblems.ChannelFinalized);
        if (!IsSigned(channel, voucher.Payment)) return Ask(PaymentProblems.InvalidSignature, came);
        if (voucher.Payment.Total > channel.Capacity) return Ask(PaymentProblems.AmountExceedsDeposit, came);
        if (voucher.Payment.Total > channel.Balance.Authorized)
        {
            merchant.Change(voucher.ChannelId, it => it with { Balance = new Balance(voucher.Payment, it.Balance.Spent) });
            Interlocked.Exchange(ref _raised, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        }
        if (came.Method == HttpMethod.Head) return Receipted(new(HttpStatusCode.OK), voucher.ChannelId, credential.Challenge.Id, 0);
        return Stream is { } stream ? Streamed(stream, voucher.ChannelId, credential.Challenge.Id) : Charged(came, credential, voucher.ChannelId);
    }

    private HttpResponseMessage Charged(PricedRequest came, PaymentCredential credential, ChannelId id)
    {
        var request = $"{came.Method} {came.Address} {came.Body}";
        var price = ChangeRequest(RequestOf()).Amount;
        if (came.IdempotencyKey is { } key && _paid.TryGetValue((id, key), out var before))
        {
            if (before != request) return new(HttpStatusCode.UnprocessableEntity);
            return Receipted(Serve(came), id, credential.Challenge.Id, 1);
        }
        var balance = merchant[id].Balance;
        if (balance.Spent + price > MilliSatoshi.Of(balance.Authorized)) return Ask(PaymentProblems.InsufficientBalance, came);
        var served = Serve(came);
        if (!served.IsSuccessStatusCode) return served;
        merchant.Change(id, it => it with { Balance = new Balance(balance.Newest, balance.Spent + price) });
        if (came.IdempotencyKey is { } own) _paid[(id, own)] = request;
        return Receipted(served, id, credential.Challenge.Id, 1);
    }

    private HttpResponseMessage Streamed(Func<FakeMeter, Task> stream, ChannelId id, string challenge)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        var meter = new FakeMeter(this, pipe.Writer, id, challenge);
        _ = RunAsync();
        return new(HttpStatusCode.OK) { Content = new StreamContent(pipe.Reader.AsStream()) { Headers = { ContentType = new(StreamType) } } };

        async Task RunAsync()
        {
            try
            {
                await stream(meter);
                await pipe.Writer.CompleteAsync();
            }
            catch (Exception fault)
            {
                await pipe.Writer.CompleteAsync(fault);
            }
        }
    }

    private HttpResponseMessage Receipted(HttpResponseMessage answer, ChannelId id, string challenge, long units)
    {
        answer.Headers.TryAddWithoutValidation(PaymentScheme.ReceiptHeader, ReceiptOf(id, challenge, units).Encode());
        return answer;
    }

    private SessionRequest RequestOf() => new(
        Price, UnitType, Money.Satoshis(50_000L), "regtest", "/channels/v1", Money.Satoshis(20_000L), 1, Money.Satoshis(1_000L), ["p2sh"]);

    private HttpResponseMessage Ask(string problem, PricedRequest came)
    {
        var now = clock.GetUtcNow();
        var challenge = new PaymentChallenge(
            "", "shop", PaymentScheme.Method, PaymentScheme.Intent, ChangeRequest(RequestOf()).Encode(), PaymentChallenge.WriteTime(now + Lifetime),
            HasDigests ? ContentDigest.Of(Encoding.UTF8.GetBytes(came.Body)) : null);
        var answer = Problem(HttpStatusCode.PaymentRequired, problem);
        answer.Headers.TryAddWithoutValidation("WWW-Authenticate", "Negotiate");
        answer.Headers.TryAddWithoutValidation("WWW-Authenticate", ChangeChallenge(_seal.Bind(challenge, now)).Write());
        return answer;
    }

    private static bool IsSigned(MerchantChannel channel, SignedPayment payment) =>
        PublicKey.TryParse(channel.Terms.CustomerKey.ToBytes(), out var key) && payment.Total <= channel.Capacity
        && key.Verify(ChannelTransactions.SignatureHash(channel.PaymentOf(payment.Total), channel.Terms).ToBytes(), payment.Signature);
}

/// <summary>A stream that is charged as it goes.</summary>
internal sealed class FakeMeter(FakePaywall paywall, PipeWriter writer, ChannelId channel, string challenge)
{
    private long _units;

    public async Task ChargeAsync(MilliSatoshi price, bool isTold = true)
    {
        await paywall.ChargeAsync(channel, price, need => isTold ? EventAsync(StreamEvents.NeedVoucher, need.ToJson()) : Task.CompletedTask);
        _units++;
    }

    public Task EventAsync(string type, string data) => WriteAsync(Encoding.UTF8.GetBytes($"event: {type}\ndata: {data}\n\n"));

    public Task ReceiptAsync() => EventAsync(StreamEvents.Receipt, paywall.ReceiptOf(channel, challenge, _units).ToJson());

    public async Task WriteAsync(byte[] bytes) => await writer.WriteAsync(bytes);
}
