using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using BtcChannels.Paywall;
using BtcChannels.Wire;

namespace BtcChannels.Client;

/// <summary>One request from its first sending to the answer that is handed back, however often it is paid for and sent in between.</summary>
internal sealed class PaidExchange(Payer payer, HttpRequestMessage request, Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> send)
{
    private const string IdempotencyKey = "Idempotency-Key";

    // What others along the way may pay with comes after.
    private const string Accepted = $"{PaymentScheme.Method}/{PaymentScheme.Intent}, */*;q=0.1";
    private const int MaxProblemBytes = 16_384;
    private const int MaxTurns = 30;

    // Of requests with a key; this project's own merchants say them.
    private static readonly string s_underWay = Slug.ProblemPrefix + "request-under-way";
    private static readonly string s_keyedTooLarge = Slug.ProblemPrefix + "idempotency-key-body-too-large";
    private static readonly string s_answerNotKept = Slug.ProblemPrefix + "answer-not-kept";
    private static readonly TimeSpan s_retryPause = TimeSpan.FromMilliseconds(200);

    private byte[]? _body;
    private bool _isRepeatable = true;
    private bool _mayOpen = true;
    private bool _isExhausted;
    private bool _isOwnKey;
    private bool _isKeyRefused;
    private MilliSatoshi? _agreedPrice;

    public async Task<HttpResponseMessage> RunAsync(CancellationToken ct)
    {
        await KeepBodyAsync(ct);
        if (request.Headers.Authorization is not null || request.Headers.NonValidated.Contains("Authorization")) return await SendTakenAsync(ct);
        if (!request.Headers.NonValidated.Contains(PaymentScheme.AcceptHeader)) request.Headers.TryAddWithoutValidation(PaymentScheme.AcceptHeader, Accepted);
        var key = $"{request.Method} {request.RequestUri?.GetLeftPart(UriPartial.Path)}";
        var terms = _isRepeatable ? payer.KnownFor(key) : null;
        var response = terms is null ? await send(request, ct) : null;
        for (var attempt = 0; ; attempt++)
        {
            if (response is { StatusCode: HttpStatusCode.PaymentRequired })
            {
                if (!TryReadTerms(response, out terms)) return await PayTwo1Async(response, ct);
                response.Dispose();
                if (attempt >= payer.Options.MaxAttempts)
                    throw payer.Refuse(PaymentRefusal.AskedTooOften, $"{request.RequestUri!.Authority} asks for payment again after {attempt} attempts to pay");
            }
            else if (response is not null)
            {
                return response;
            }
            response = await PayAsync(terms!, key, ct);
            if (response is null && attempt >= payer.Options.MaxAttempts)
                throw payer.Refuse(PaymentRefusal.AskedTooOften, $"{request.RequestUri!.Authority} takes no channel after {attempt} attempts to pay");
        }
    }

    private async Task<HttpResponseMessage> SendTakenAsync(CancellationToken ct)
    {
        var response = await send(request, ct);
        if (response.StatusCode != HttpStatusCode.PaymentRequired) return response;
        if (!TryReadTerms(response, out _)) return await PayTwo1Async(response, ct);   // which goes into a header of its own
        response.Dispose();
        throw payer.Refuse(PaymentRefusal.AuthorizationTaken, "The request has an Authorization of its own, which is where it would be paid");
    }

    // A 402 without a challenge of ours: 21's, or one for another client.
    private async Task<HttpResponseMessage> PayTwo1Async(HttpResponseMessage response, CancellationToken ct)
    {
        Two1Terms? terms;
        try
        {
            if (!Two1Terms.TryRead(response, request.RequestUri!, payer.Options.AllowsTwo1Server, payer.Network, out terms)) return response;
        }
        catch (PaymentRefusedException refused)
        {
            response.Dispose();
            payer.Tell(refused);
            throw;
        }
        response.Dispose();
        return await new Two1Exchange(payer, request, send, terms).RunAsync(_isRepeatable, ct);
    }

    // Null where another channel has to be tried.
    private async Task<HttpResponseMessage?> PayAsync(PaymentTerms terms, string key, CancellationToken ct)
    {
        var address = request.RequestUri!;
        var origin = await AgreeAsync(address, terms, ct);
        var (paid, isNew) = await payer.Desk.PayAsync(origin, terms, _mayOpen, ct);
        _mayOpen &= !isNew;
        HttpResponseMessage response;
        try
        {
            response = await SendPaidAsync(paid, terms, ct);
        }
        catch
        {
            paid.Credit.Assume(paid.Price);   // he may have served it
            throw;
        }
        if (response.IsSuccessStatusCode)
        {
            payer.Remember(key, terms);
            payer.Desk.RenewIfLow(origin, terms, paid.Channel);
            return await FinishAsync(response, paid, terms, key, ct);
        }
        var problem = await ProblemOfAsync(response, ct);
        // Paid for, though there is no answer any more.
        if (problem == s_answerNotKept) paid.Credit.Assume(paid.Price);
        else paid.Credit.Release(paid.Price);
        switch (problem)
        {
            case PaymentProblems.VerificationFailed when response.Headers.RetryAfter is not null:
                response.Dispose();
                throw payer.Refuse(PaymentRefusal.NotConfirmed, $"{origin} takes no vouchers in that channel yet: its deposit is not deep enough");
            case PaymentProblems.ChannelNotFound or PaymentProblems.ChannelFinalized:
                paid.Credit.Distrust();
                response.Dispose();
                return null;
            case PaymentProblems.AmountExceedsDeposit:
                paid.Credit.Distrust();
                break;
            case PaymentProblems.InvalidSignature or PaymentProblems.VerificationFailed or PaymentProblems.MalformedCredential or PaymentProblems.DeltaTooSmall
                or PaymentProblems.MethodUnsupported:
                paid.Credit.Distrust();
                response.Dispose();
                throw payer.Refuse(PaymentRefusal.MerchantRefused, $"{origin} refuses a voucher of {paid.Voucher.Total.Satoshi} sat: {problem[PaymentProblems.Prefix.Length..]}");
            case PaymentProblems.PaymentInsufficient or PaymentProblems.InsufficientBalance when !_isExhausted:
                _isExhausted = true;
                paid.Credit.Exhaust(paid.Voucher.Total);
                break;
            case PaymentProblems.PaymentInsufficient or PaymentProblems.InsufficientBalance:
                paid.Credit.Distrust();
                response.Dispose();
                throw payer.Refuse(PaymentRefusal.AskedTooOften, $"{origin} says that {paid.Voucher.Total.Satoshi} sat are not enough, though the price was added to what he said was used up");
        }
        if (response.StatusCode == HttpStatusCode.PaymentRequired) payer.Forget(key);
        return response;
    }

    private async Task<string> AgreeAsync(Uri address, PaymentTerms terms, CancellationToken ct)
    {
        PaymentGuard.Check(payer, address, _isRepeatable);
        if (terms.Price > payer.Options.MaxPerRequest)
            throw payer.Refuse(PaymentRefusal.PriceTooHigh, $"{address.Authority} asks for {terms.Price.ToDecimalString()} sat, and {payer.Options.MaxPerRequest.ToDecimalString()} sat is the most");
        if (_agreedPrice != terms.Price && payer.Options.OnPaymentRequested is { } ask
            && !await ask(new PaymentAsked(address, terms.Price, terms.Request, terms.Challenge.Description), ct))
            throw payer.Refuse(PaymentRefusal.Declined, $"{terms.Price.ToDecimalString()} sat for {address} was declined");
        _agreedPrice = terms.Price;
        return MerchantOrigin.Of(new Uri(address.GetLeftPart(UriPartial.Authority)), payer.Network);
    }

    private async Task<HttpResponseMessage> SendPaidAsync(PaidIn paid, PaymentTerms terms, CancellationToken ct)
    {
        var credential = new PaymentCredential(terms.Challenge, new VoucherPayload(paid.Channel.Id, paid.Voucher));
        // An answer that costs as it goes on cannot be had again; what others answer is kept under a key.
        if (!terms.IsMetered && !_isKeyRefused && !request.Headers.NonValidated.Contains(IdempotencyKey))
            _isOwnKey = request.Headers.TryAddWithoutValidation(IdempotencyKey, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)));
        request.Headers.TryAddWithoutValidation("Authorization", credential.Write());
        try
        {
            for (var turn = 0; ; turn++)
            {
                var isKeyed = !terms.IsMetered && request.Headers.NonValidated.Contains(IdempotencyKey);
                var response = await Retrying.RunAsync(() => send(request, ct), isKeyed ? payer.Options.MaxRetries : 0, s_retryPause, payer.Clock, ct);
                var problem = response.StatusCode is HttpStatusCode.Conflict or HttpStatusCode.RequestEntityTooLarge ? await ProblemOfAsync(response, ct) : null;
                if (problem == s_underWay && turn < MaxTurns)
                {
                    // The request whose answer was lost is being served still.
                    await Task.Delay(Retrying.WaitOf(response), payer.Clock, ct);
                }
                else if (problem == s_keyedTooLarge && _isOwnKey)
                {
                    (_isOwnKey, _isKeyRefused) = (false, request.Headers.Remove(IdempotencyKey));
                }
                else
                {
                    return response;
                }
                response.Dispose();
            }
        }
        finally
        {
            request.Headers.Remove("Authorization");
        }
    }

    private async Task<HttpResponseMessage> FinishAsync(HttpResponseMessage response, PaidIn paid, PaymentTerms terms, string key, CancellationToken ct)
    {
        response.RequestMessage ??= request;
        var isEvents = response.Content.Headers.ContentType?.MediaType == "text/event-stream";
        var feed = new VoucherFeed(payer, request.RequestUri!, terms, paid, response.RequestMessage.Options, send);
        var goesOn = isEvents || terms.IsMetered;
        if (goesOn) feed.Begin();
        if (response.Headers.NonValidated.TryGetValues(PaymentScheme.ReceiptHeader, out var values))
        {
            if (!SessionReceipt.TryDecode(values.Count == 1 ? values.ToString() : null, out var receipt) || !await feed.TakeAsync(receipt, isLast: !goesOn, ct))
                throw feed.ReceiptWrong(response);
        }
        else if (!goesOn)
        {
            feed.End();
            payer.Forget(key);   // it may have become free
        }
        if (isEvents) response.RequestMessage.Options.Set(PaymentReceipts.FeedKey, feed);
        else if (terms.IsMetered) response.Content = new PaidContent(response, feed);
        return response;
    }

    private bool TryReadTerms(HttpResponseMessage response, out PaymentTerms? terms)
    {
        try
        {
            return PaymentTerms.TryRead(response, _body, payer.Network, payer.Clock.GetUtcNow(), out terms);
        }
        catch (PaymentRefusedException refused)
        {
            response.Dispose();
            payer.Tell(refused);
            throw;
        }
    }

    private async Task KeepBodyAsync(CancellationToken ct)
    {
        if (request.Content is not { } content) return;
        _isRepeatable = content.Headers.ContentLength is { } length && length <= payer.Options.MaxBodyBytes;
        if (!_isRepeatable) return;
        await content.LoadIntoBufferAsync(payer.Options.MaxBodyBytes, ct);
        _body = await content.ReadAsByteArrayAsync(ct);
    }

    /// <summary>The type of the problem that an answer says; null where it says none.</summary>
    private static async Task<string?> ProblemOfAsync(HttpResponseMessage response, CancellationToken ct)
    {
        if (response.Content.Headers.ContentType?.MediaType != "application/problem+json") return null;
        // The answer may be handed back, body and all.
        try
        {
            await response.Content.LoadIntoBufferAsync(MaxProblemBytes, ct);
            var problem = JsonSerializer.Deserialize(await response.Content.ReadAsByteArrayAsync(ct), AnswerJson.Default.ProblemAnswer);
            return problem?.Type;
        }
        catch (Exception fault) when (fault is JsonException or HttpRequestException or IOException)
        {
            return null;   // no problem that could be acted upon: its status says enough
        }
    }
}
