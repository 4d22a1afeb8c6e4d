using System.Collections.Concurrent;
using System.Security.Cryptography;
using BtcChannels.AspNetCore.Http;
using BtcChannels.AspNetCore.Two1;
using BtcChannels.Paywall;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace BtcChannels.AspNetCore.Paywall;

/// <summary>Stands before priced endpoints: lets nobody in who has not paid, and charges who was served. docs/payment-scheme.md describes it from outside.</summary>
internal sealed class PaywallGate(PaywallServices services, PaywallActions actions, PaywallAnswers answers, Two1Gate two1)
{
    private readonly ConcurrentDictionary<(ChannelId, RequestKey), PaywallCall> _underWay = new();

    /// <param name="http">The request.</param>
    /// <param name="endpoint">What it costs.</param>
    /// <param name="serve">The handler. What it throws comes out of here, and nothing is charged.</param>
    /// <param name="refused">Called where it is not served, and the answer is written.</param>
    public async Task PassAsync(HttpContext http, PricedEndpoint endpoint, RequestDelegate serve, Action? refused = null)
    {
        using var activity = MerchantMetrics.Activities.StartActivity("paywall")?.SetTag("btcchannels.endpoint", endpoint.Route);
        var price = await endpoint.Terms.Price(http);
        if (price == MilliSatoshi.Zero || services.Free.TryUse(endpoint.Route, ClientAddress.Of(http.Connection.RemoteIpAddress), endpoint.Terms.FreePerDay))
        {
            http.Features.Set<IPaymentMeter>(new FreeMeter());
            services.Metrics.Count("free");
            await serve(http);
            return;
        }
        var call = new PaywallCall(http, endpoint, price);
        PaywallRefusal? refusal;
        try
        {
            refusal = two1.IsFor(call) ? await two1.PassAsync(call, serve) : await TryPassAsync(call, serve);
        }
        catch (Exception outage) when (Outages.IsOutage(outage) && !http.Response.HasStarted && !call.IsServed)
        {
            services.Log.Outage(outage.Message);
            refusal = PaywallRefusal.Outage(outage is Storage.StoreUnavailableException);
        }
        if (refusal is null)
        {
            // A token that buys nothing is answered in 21's words.
            if (!call.IsServed && two1.IsFor(call)) refused?.Invoke();
            return;
        }
        activity?.SetTag("btcchannels.problem", refusal.Slug);
        if (refusal.Status == StatusCodes.Status402PaymentRequired) two1.Tell(call);
        await answers.RefuseAsync(call, refusal);
        refused?.Invoke();
    }

    /// <summary>Takes a credential that asks for no service, to whatever address it comes.</summary>
    /// <param name="http">The request.</param>
    /// <param name="behind">Gets it where it holds no credential of this server's.</param>
    public async Task TakeAloneAsync(HttpContext http, RequestDelegate behind)
    {
        if (!PaymentCredential.TryParse(http.Request.Headers.Authorization[0], out var credential)
            || services.Challenges.Fault(credential.Challenge, endpoint: null, MilliSatoshi.Zero) is var fault && fault is { Type: PaymentProblems.InvalidChallenge })
        {
            await behind(http);
            return;
        }
        PaywallRefusal? refusal;
        try
        {
            refusal = Limit(http, credential) ?? Counted(http, fault ?? await actions.RunAsync(http, credential));
        }
        catch (Exception outage) when (Outages.IsOutage(outage))
        {
            services.Log.Outage(outage.Message);
            refusal = PaywallRefusal.Outage(outage is Storage.StoreUnavailableException);
        }
        if (refusal is not null) await answers.RefuseAsync(http, refusal, credential.Challenge);
    }

    /// <returns>Why it is not served; null where it was, or where a credential was answered that asks for no service.</returns>
    private async Task<PaywallRefusal?> TryPassAsync(PaywallCall call, RequestDelegate serve)
    {
        var http = call.Http;
        if (!call.TryReadCredential(out var credential, out var malformed))
        {
            if (malformed is not null) services.Limiter.Count(ClientAddress.Of(http.Connection.RemoteIpAddress), malformed.Status);
            return malformed ?? PaywallRefusal.PaymentRequired;
        }
        if (Limit(http, credential) is { } tooMany) return tooMany;
        return Counted(http, services.Challenges.Fault(credential.Challenge, call.Endpoint, call.Price) ?? await DigestFaultAsync(call, credential.Challenge)
            ?? (credential.Payload is VoucherPayload voucher ? await ServeAsync(call, credential.Challenge.Id, voucher, serve) : await actions.RunAsync(http, credential)));
    }

    /// <summary>The refusal of a credential whose sender asks more than he may.</summary>
    private PaywallRefusal? Limit(HttpContext http, PaymentCredential credential) =>
        services.Limiter.TryUse(ClientAddress.Of(http.Connection.RemoteIpAddress), PaywallActions.ChannelOf(credential), out var retryAfter) ? null : PaywallRefusal.TooManyRequests(retryAfter);

    /// <summary>What came of a credential, counted against its sender where it is refused by his fault.</summary>
    private PaywallRefusal? Counted(HttpContext http, PaywallRefusal? refusal)
    {
        if (refusal is { IsFault: true }) services.Limiter.Count(ClientAddress.Of(http.Connection.RemoteIpAddress), refusal.Status);
        return refusal;
    }

    private Task<PaywallRefusal?> ServeAsync(PaywallCall call, string challengeId, VoucherPayload voucher, RequestDelegate serve) =>
        call.Endpoint.Terms.IsMetered || !call.Http.Request.Headers.TryGetValue(KeyedRequest.Header, out var name) ? ServeAsync(call, challengeId, voucher, key: null, serve)
            : ServeKeyedAsync(call, challengeId, voucher, name, serve);

    private async Task<PaywallRefusal?> ServeKeyedAsync(PaywallCall call, string challengeId, VoucherPayload voucher, StringValues name, RequestDelegate serve)
    {
        var http = call.Http;
        if (!KeyedRequest.IsName(name)) return PaywallRefusal.KeyMalformed;
        if (await call.ReadBodyAsync(services.Options.MaxBoundBody) is not { } body) return PaywallRefusal.KeyNeedsSmallBody;
        var key = KeyedRequest.Of(http.Request, SHA256.HashData(body.Span));
        if (!_underWay.TryAdd((voucher.ChannelId, key.Key), call)) return PaywallRefusal.UnderWay;
        try
        {
            if (await FindKeptAsync(voucher.ChannelId, key) is { } known) return await RepeatAsync(call, challengeId, voucher, key, known);
            return await ServeAsync(call, challengeId, voucher, key, serve);
        }
        finally
        {
            _underWay.TryRemove(new((voucher.ChannelId, key.Key), call));
        }
    }

    private async Task<PaywallRefusal?> ServeAsync(PaywallCall call, string challengeId, VoucherPayload voucher, KeyedRequest? key, RequestDelegate serve)
    {
        var (charges, terms) = (services.Charges, call.Endpoint.Terms);
        var cost = charges.Reserve(call.Price, key?.Key);
        var (outcome, ahead) = MayServeAhead(call, key) ? await charges.TakeAheadAsync(voucher.ChannelId, voucher.Payment, cost, CancellationToken.None)
            : (await charges.TakeAsync(voucher.ChannelId, voucher.Payment, terms.IsMetered ? null : cost, CancellationToken.None), null);
        if (PaywallRefusal.Of(outcome) is { } refusal) return refusal;
        if (terms.IsMetered && outcome is ChargeOutcome.Granted it && call.Price > it.Channel.Balance.Available)
            return PaywallRefusal.Insufficient(new ChargeOutcome.Insufficient(it.Channel, IsChanged: false, it.Channel.Balance.Taken + call.Price));
        if (key is not null)
        {
            // Since the first look another instance may have answered, and have ended its reservation.
            Storage.KeptAnswer? late;
            try
            {
                late = await FindKeptAsync(voucher.ChannelId, key);
            }
            catch (Storage.StoreUnavailableException)
            {
                services.Settling.Release(voucher.ChannelId, cost);
                throw;
            }
            if (late is not null)
            {
                await services.Settling.SettleAsync(voucher.ChannelId, cost, MilliSatoshi.Zero, null);
                return await RepeatAsync(call, challengeId, voucher, key, late);
            }
        }
        call.IsServed = true;
        if (!terms.IsMetered) services.Metrics.Granted(call.Price);
        services.Metrics.Count("paid");
        var paid = new PaidRequest(call.Http, services, terms, call.Price, voucher.ChannelId, challengeId, terms.IsMetered ? null : cost, ahead, key)
        {
            // Who has the whole answer may ask again before all is done that follows it here.
            Settled = key is null ? null : () => _underWay.TryRemove(new((voucher.ChannelId, key.Key), call)),
        };
        try
        {
            await paid.ServeAsync(serve);
            return null;
        }
        catch (ChargeLostException lost) when (!call.Http.Response.HasStarted)
        {
            call.Http.Response.Clear();
            return PaywallRefusal.Of(lost.Outcome);
        }
        catch (Storage.StoreUnavailableException outage) when (paid.IsUnsettled && !call.Http.Response.HasStarted)
        {
            services.Log.Outage(outage.Message);
            call.Http.Response.Clear();
            return PaywallRefusal.Outage(isStore: true);
        }
    }

    // What is asked for by a safe method does nothing (RFC 9110, 9.2.1): served in vain, it is lost work and no more. And where this process alone writes, it is in vain only if a
    // close comes between, or the disk fails. So it need not wait for the disk twice.
    private bool MayServeAhead(PaywallCall call, KeyedRequest? key) =>
        key is null && !call.Endpoint.Terms.IsMetered && !services.Duty.IsShared && services.Settling.IsStoreWell && (HttpMethods.IsGet(call.Http.Request.Method) || HttpMethods.IsHead(call.Http.Request.Method));

    /// <summary>The voucher shows that it is the customer who repeats himself, and is accepted as every other.</summary>
    private async Task<PaywallRefusal?> RepeatAsync(PaywallCall call, string challengeId, VoucherPayload voucher, KeyedRequest key, Storage.KeptAnswer known)
    {
        var outcome = await services.Charges.TakeAsync(voucher.ChannelId, voucher.Payment, null, CancellationToken.None);
        if (outcome is ChargeOutcome.Refused refused) return PaywallRefusal.Of(refused.Reason);
        if (!CryptographicOperations.FixedTimeEquals(known.Request, key.Hash)) return PaywallRefusal.KeyReused;
        if (known.Body is null) return PaywallRefusal.AnswerNotKept;
        var balance = ((ChargeOutcome.Granted)outcome).Channel.Balance;   // nothing was to be reserved
        call.Http.Response.Headers[PaymentScheme.ReceiptHeader] = services.Receipt(voucher.ChannelId, challengeId, balance).Encode();
        services.Metrics.Count("repeated");
        await KeyedRequest.RepeatAsync(call.Http.Response, known, call.Http.RequestAborted);
        return null;
    }

    private async Task<Storage.KeptAnswer?> FindKeptAsync(ChannelId channel, KeyedRequest key) =>
        await services.Store.FindAnswerAsync(channel, key.Key, CancellationToken.None) is { } kept
        && services.Clock.GetUtcNow().ToUnixTimeSeconds() - kept.At <= Storage.KeptAnswer.Lifetime.TotalSeconds ? kept : null;

    private async Task<PaywallRefusal?> DigestFaultAsync(PaywallCall call, PaymentChallenge challenge)
    {
        if (challenge.Digest is not { } digest) return null;
        return await call.ReadBodyAsync(services.Options.MaxBoundBody) is { } body && ContentDigest.Check(digest, body.Span) == DigestCheck.Good ? null : PaywallRefusal.DigestMismatch;
    }
}
