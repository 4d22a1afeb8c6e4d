using System.Globalization;
using BtcChannels.AspNetCore.Paywall;
using BtcChannels.Two1;
using Microsoft.AspNetCore.Http;
using NBitcoin;

namespace BtcChannels.AspNetCore.Two1;

/// <summary>The paywall as 21's clients know it: a price and where to pay it, and a payment's token for a resource. Metered endpoints are not for them.</summary>
internal sealed class Two1Gate(Two1Door door, PaywallServices services)
{
    /// <summary>Tells on an answer 402 what it costs, in whole satoshi, and where it is paid.</summary>
    public void Tell(PaywallCall call)
    {
        if (!door.IsMapped || call.Endpoint.Terms.IsMetered) return;
        call.Http.Response.Headers[Two1Headers.Price] = call.Price.RoundedUp.Satoshi.ToString(CultureInfo.InvariantCulture);
        call.Http.Response.Headers[Two1Headers.Server] = door.Url;
    }

    /// <summary>Whether the request is paid with a token.</summary>
    public bool IsFor(PaywallCall call) => door.IsMapped && !call.Endpoint.Terms.IsMetered && call.Http.Request.Headers.ContainsKey(Two1Headers.Token);

    /// <returns>What is answered with a problem; null where the answer is given.</returns>
    public async Task<PaywallRefusal?> PassAsync(PaywallCall call, RequestDelegate serve)
    {
        var from = ClientAddress.Of(call.Http.Connection.RemoteIpAddress);
        var text = call.Http.Request.Headers[Two1Headers.Token].ToString();
        if (!services.Limiter.TryUse(from, text, out var retryAfter)) return PaywallRefusal.TooManyRequests(retryAfter);
        if (text.Length != 64 || !Hex.IsLowerCase(text) || !uint256.TryParse(text, out var id) || await services.Store.FindTokenAsync(id, CancellationToken.None) is not var (channel, token))
            return await RefuseAsync(call, from, Two1TokenRejection.Unknown);
        // It stays good for something cheaper.
        if (token.IsRedeemed) return await RefuseAsync(call, from, Two1TokenRejection.Redeemed);
        if (MilliSatoshi.Of(token.Amount) < call.Price) return PaywallRefusal.PaymentRequired;

        var cost = services.Charges.Reserve(call.Price, RequestKey.Of(text));
        switch (await services.Charges.RedeemAsync(channel, cost, CancellationToken.None))
        {
            case ChargeOutcome.UnderWay:
                return await RefuseAsync(call, from, Two1TokenRejection.UnderWay);
            case ChargeOutcome.Insufficient:
                return PaywallRefusal.PaymentRequired;
            case ChargeOutcome.Refused { Reason: PaymentRejection.ChainSilent }:
                return PaywallRefusal.Of(PaymentRejection.ChainSilent);
            case ChargeOutcome.Refused refused:
                return await RefuseAsync(call, from, refused.Reason == PaymentRejection.ChannelPending ? Two1TokenRejection.ChannelPending : Two1TokenRejection.ChannelGone);
        }
        if (await IsRedeemedMeanwhileAsync(id, channel, cost)) return await RefuseAsync(call, from, Two1TokenRejection.Redeemed);
        await ServeAsync(call, channel, cost, token with { IsRedeemed = true }, serve);
        return null;
    }

    /// <summary>Since the first look another request may have redeemed it, and have ended its reservation.</summary>
    private async Task<bool> IsRedeemedMeanwhileAsync(uint256 id, ChannelId channel, Reservation cost)
    {
        bool isRedeemed;
        try
        {
            isRedeemed = await services.Store.FindTokenAsync(id, CancellationToken.None) is not { Token.IsRedeemed: false };
        }
        catch (Storage.StoreUnavailableException)
        {
            services.Settling.Release(channel, cost);
            throw;
        }
        if (isRedeemed) await services.Settling.SettleAsync(channel, cost, MilliSatoshi.Zero, null);
        return isRedeemed;
    }

    private async Task ServeAsync(PaywallCall call, ChannelId channel, Reservation cost, PaymentToken redeemed, RequestDelegate serve)
    {
        call.IsServed = true;
        services.Metrics.Granted(call.Price);
        services.Metrics.Count("two1");
        var paid = new PaidRequest(call.Http, services, call.Endpoint.Terms, call.Price, channel, challengeId: null, cost, ahead: null, key: null) { Redeemed = redeemed };
        await paid.ServeAsync(serve);
    }

    private async Task<PaywallRefusal?> RefuseAsync(PaywallCall call, ClientAddress from, Two1TokenRejection reason)
    {
        services.Limiter.Count(from, StatusCodes.Status400BadRequest);
        services.Metrics.Count($"two1-{Wire.Slug.Of(reason)}");
        await Two1Door.TellAsync(call.Http.Response, StatusCodes.Status400BadRequest, Two1Words.Of(reason));
        return null;
    }
}
