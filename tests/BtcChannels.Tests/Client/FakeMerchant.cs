using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using BtcChannels.AspNetCore;
using BtcChannels.AspNetCore.Http;
using BtcChannels.Wire;
using NBitcoin;

namespace BtcChannels.Tests.Client;

/// <summary>
/// A merchant within the process, judging by the domain's own rules; a test stands between him and the wire: it answers in his place, or does
/// something to his answers.
/// </summary>
internal sealed class FakeMerchant(FakeChain chain) : HttpMessageHandler
{
    public const string Origin = "http://127.0.0.1:8080";

    private readonly object _gate = new();
    private readonly MerchantKeys _keys = new(Enumerable.Range(1, 32).Select(i => (byte)i).ToArray(), chain.Network);
    private readonly Dictionary<ChannelId, MerchantChannel> _channels = [];

    public MerchantPolicy Policy { get; set; } = MerchantPolicy.For(chain.Network);

    /// <summary>What he was asked: method, path below <c>/channels/v1/</c>, body.</summary>
    public List<(string Path, string Body)> Requests { get; } = [];

    /// <summary>Called before he looks at a request; an answer is sent in his place.</summary>
    public Func<string, string, HttpResponseMessage?> Before { get; set; } = (_, _) => null;

    /// <summary>Called with his answer, which it may change, or lose by throwing.</summary>
    public Func<string, HttpResponseMessage, HttpResponseMessage> After { get; set; } = (_, answer) => answer;

    public Func<OfferAnswer, OfferAnswer> ChangeOffer { get; set; } = offer => offer;

    public Func<StatusAnswer, StatusAnswer> ChangeStatus { get; set; } = status => status;

    /// <summary>He forgets all about a channel.</summary>
    public void Forget(ChannelId id)
    {
        lock (_gate) _channels.Remove(id);
    }

    /// <summary>What he does with each payment of a stream; null where he has no streams.</summary>
    public Func<ulong, Mood>? Stream { get; set; }

    /// <summary>The payments that came in streams.</summary>
    public List<SignedPayment> Streamed { get; } = [];

    public MerchantChannel this[ChannelId id] { get { lock (_gate) return _channels[id]; } }

    public IReadOnlyCollection<MerchantChannel> Channels { get { lock (_gate) return [.. _channels.Values]; } }

    /// <summary>He is restored from a backup that knows no more of a channel than this.</summary>
    public void Restore(ChannelId id, Balance known)
    {
        lock (_gate) _channels[id] = _channels[id] with { Balance = known, IsHeld = true };
    }

    public long Now { get; set; } = FakeChain.GenesisTime;

    public static HttpResponseMessage Problem(HttpStatusCode status, string slug, string detail = "in words") => new(status)
    {
        Content = new StringContent($$"""{"type":"{{Slug.ProblemPrefix}}{{slug}}","title":"{{slug}}","status":{{(int)status}},"detail":"{{detail}}"}""", Encoding.UTF8, "application/problem+json"),
    };

    public static HttpResponseMessage Json(string json) => new(HttpStatusCode.OK) { Content = new StringContent(json, Encoding.UTF8, "application/json") };

    public static Exception LostReply() => new HttpRequestException("The connection was lost");

    public int TimesAsked(string end) => Requests.Count(request => request.Path.EndsWith(end, StringComparison.Ordinal));

    public IReadOnlyList<string> BodiesOf(string end) => [.. Requests.Where(request => request.Path.EndsWith(end, StringComparison.Ordinal)).Select(request => request.Body)];

    /// <summary>His channel as his watcher would have it once the deposit is mined.</summary>
    public void SeeDeposit(ChannelId id)
    {
        lock (_gate) _channels[id] = _channels[id] with { State = new MerchantState.Open(), DepositHeight = chain.Tip.Height };
    }

    public void Change(ChannelId id, Func<MerchantChannel, MerchantChannel> change)
    {
        lock (_gate) _channels[id] = change(_channels[id]);
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await Task.Yield();
        var path = request.RequestUri!.AbsolutePath["/channels/v1/".Length..];
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        if (Stream is not null && path.Split('/') is ["channels", var streamed, "stream"])
        {
            using var fault = Fault(ChannelId.Parse(streamed), ChannelAction.Stream, request.Headers.Authorization);
            return fault is null ? FakeStream.Accept(request, (number, payment) => Judge(ChannelId.Parse(streamed), number, payment)) : throw new InvalidOperationException("Not authorized");
        }
        lock (_gate) Requests.Add(($"{request.Method} {path}", body));
        if (Before(path, body) is { } answer) return answer;
        lock (_gate) answer = Handle(path.Split('/'), body, request.Headers.Authorization);
        return After(path, answer);
    }

    private (Mood, int, string) Judge(ChannelId id, ulong number, SignedPayment payment)
    {
        var mood = Stream!(number);
        lock (_gate)
        {
            Streamed.Add(payment);
            if (mood == Mood.CutBefore) return (mood, 0, "");
            if (mood == Mood.Refuse) return (mood, 409, Slug.Of(PaymentRejection.ChannelPending));
            using var answer = Pay(id, new PaymentBody(payment.Total.Satoshi, WireSignature.Write(payment.Signature)));
            return (mood, (int)answer.StatusCode, answer.IsSuccessStatusCode ? "" : "signature-invalid");
        }
    }

    private HttpResponseMessage Handle(string[] path, string body, AuthenticationHeaderValue? authorization) => path switch
    {
        ["offers"] => Offer(),
        ["channels"] => Open(JsonSerializer.Deserialize(body, RequestJson.Default.OpenBody)!),
        ["channels", var id, "payments"] => Pay(ChannelId.Parse(id), JsonSerializer.Deserialize(body, RequestJson.Default.PaymentBody)!),
        ["channels", var id, "close"] => Close(ChannelId.Parse(id), JsonSerializer.Deserialize(body, RequestJson.Default.CloseBody)!, Fault(ChannelId.Parse(id), ChannelAction.Close, authorization)),
        ["channels", var id] => Status(ChannelId.Parse(id), Fault(ChannelId.Parse(id), ChannelAction.Status, authorization)),
        _ => new HttpResponseMessage(HttpStatusCode.NotFound),
    };

    private HttpResponseMessage Offer()
    {
        var id = OfferId.Random();
        var offer = BtcChannels.Offer.Make(id, _keys.KeyFor(id), new FeeRate(Money.Satoshis(1_000L)), Moment, Policy);
        return Answer(
            ChangeOffer(new OfferAnswer(
                _keys.Seal.Write(offer), chain.Network.GenesisHash.ToString(), Slug.Of(offer.Kind), Hex.Write(offer.MerchantKey.ToBytes()), offer.CloseFee.Satoshi,
                offer.MinDeposit.Satoshi, offer.MaxDeposit.Satoshi, offer.MinExpiry, offer.MaxExpiry, offer.Confirmations, offer.Deadline)),
            AnswerJson.Default.OfferAnswer);
    }

    private HttpResponseMessage Open(OpenBody body)
    {
        Assert.True(_keys.Seal.TryRead(body.Offer, out var offer));
        var request = new OpenRequest(
            offer, Transaction.Parse(body.Deposit, chain.Network), new PubKey(body.CustomerKey), new Expiry(checked((uint)body.Expiry)), Script.FromHex(body.CustomerScript));
        if (OpenJudge.Match(request) is not OpenOutcome.Acceptable { Deposit: var deposit, Terms: var terms }) return Problem(HttpStatusCode.UnprocessableEntity, "deposit-missing");
        var id = new ChannelId(deposit.OutPoint);
        if (!_channels.TryGetValue(id, out var channel))
        {
            if (OpenJudge.Judge(request, Moment, Policy) is OpenOutcome.Refused refused)
                return Problem((HttpStatusCode)Problems.StatusOf(refused.Reason), Slug.Of(refused.Reason));
            var index = (uint)_channels.Count;
            _channels[id] = channel = new MerchantChannel(
                terms, deposit, offer.Id, index, _keys.PayoutScript(index), request.CustomerScript, Balance.Nothing, null, new MerchantState.Pending(long.MaxValue), 1);
        }
        return Answer(
            new OpenAnswer(
                id.ToString(), Hex.Write(channel.PayoutScript.ToBytes()), channel.Capacity.Satoshi, terms.CloseFee.Satoshi, terms.Expiry.Value, offer.Confirmations,
                StandardScript.DustThreshold(channel.PayoutScript).Satoshi),
            AnswerJson.Default.OpenAnswer);
    }

    private HttpResponseMessage Pay(ChannelId id, PaymentBody body)
    {
        Assert.True(WireSignature.TryParse(body.Signature, out var signature));
        if (!_channels.TryGetValue(id, out var channel)) return Problem(HttpStatusCode.NotFound, Slug.Of(PaymentRejection.ChannelUnknown));
        switch (PaymentJudge.Judge(new PayableChannel(channel), new SignedPayment(Money.Satoshis(body.TotalSat), signature), Moment, Policy))
        {
            case PaymentOutcome.Refused refused:
                return Problem((HttpStatusCode)Problems.StatusOf(refused.Reason), Slug.Of(refused.Reason));
            case PaymentOutcome.Accepted accepted:
                _channels[id] = channel = channel with { Balance = accepted.Next.Balance, Version = accepted.Next.Version, IsHeld = false };
                break;
            case PaymentOutcome.AlreadyAccepted:
                _channels[id] = channel = channel with { IsHeld = false };
                break;
        }
        return Answer(
            new PaymentAnswer(id.ToString(), channel.Balance.Authorized.Satoshi, channel.Balance.Spent.Value, (channel.Capacity - channel.Balance.Authorized).Satoshi),
            AnswerJson.Default.PaymentAnswer);
    }

    private HttpResponseMessage Close(ChannelId id, CloseBody body, HttpResponseMessage? fault)
    {
        if (fault is not null) return fault;
        var channel = _channels[id];
        SignedPayment? lower = null;
        if (body.Signature is not null)
        {
            Assert.True(WireSignature.TryParse(body.Signature, out var signature));
            lower = new SignedPayment(Money.Satoshis(body.TotalSat!.Value), signature);
        }
        switch (CloseJudge.Judge(channel, lower))
        {
            case CloseOutcome.Refused refused:
                return Problem((HttpStatusCode)Problems.StatusOf(refused.Reason), Slug.Of(refused.Reason));
            case CloseOutcome.Granted granted:
                _channels[id] = channel = MerchantTransitions.Apply(channel, new MerchantEvent.CloseGranted(granted.Payment), new MerchantContext(Moment, Policy, _keys.Countersign)).Next;
                break;
        }
        var close = ((MerchantState.Closing)channel.State).Close.Transaction;
        var spend = Spend.Of(close, 0, channel.PayoutScript, channel.CustomerScript);
        return Answer(
            new CloseAnswer(id.ToString(), spend.Txid.ToString(), spend.ToMerchant.Satoshi, spend.ToCustomer.Satoshi, (channel.Deposit.Value - close.TotalOut).Satoshi),
            AnswerJson.Default.CloseAnswer);
    }

    private HttpResponseMessage Status(ChannelId id, HttpResponseMessage? fault)
    {
        if (fault is not null) return fault;
        var channel = _channels[id];
        return Answer(
            ChangeStatus(new StatusAnswer(
                id.ToString(), Slug.Of(channel.State), Hex.Write(channel.PayoutScript.ToBytes()), channel.Capacity.Satoshi, channel.Terms.CloseFee.Satoshi, channel.Terms.Expiry.Value,
                null, Policy.Confirmations, channel.DepositHeight, channel.Balance.Authorized.Satoshi, channel.Balance.Spent.Value,
                channel.Balance.Newest is { } newest ? WireSignature.Write(newest.Signature) : null, null, null)),
            AnswerJson.Default.StatusAnswer);
    }

    private HttpResponseMessage? Fault(ChannelId id, string action, AuthenticationHeaderValue? authorization)
    {
        if (!_channels.TryGetValue(id, out var channel)) return Problem(HttpStatusCode.NotFound, Slug.Of(CloseRejection.ChannelUnknown));
        return AuthorizationHeader.TryParse(authorization?.ToString(), out var shown)
            && ChannelAuthorization.Verify(channel.Terms.CustomerKey, shown.Signature, chain.Network, Origin, id, action, shown.Time)
            ? null
            : Problem(HttpStatusCode.Unauthorized, Slug.Of(CloseRejection.AuthorizationInvalid));
    }

    private Moment Moment => new(Now, chain.Tip, Now);

    private static HttpResponseMessage Answer<T>(T answer, JsonTypeInfo<T> type) => Json(JsonSerializer.Serialize(answer, type));
}
