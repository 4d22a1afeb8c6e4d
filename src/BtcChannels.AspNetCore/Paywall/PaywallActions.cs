using BtcChannels.AspNetCore.Http;
using BtcChannels.Paywall;
using BtcChannels.Wire;
using Microsoft.AspNetCore.Http;

namespace BtcChannels.AspNetCore.Paywall;

/// <summary>Credentials that ask for no service: they open and close channels, or raise a total alone.</summary>
internal sealed class PaywallActions(PaywallServices services)
{
    /// <summary>What a credential is about, for the limits.</summary>
    public static string ChannelOf(PaymentCredential credential) => credential.Payload switch
    {
        OpenPayload it => it.ChannelId.ToString(),
        VoucherPayload it => it.ChannelId.ToString(),
        ClosePayload it => it.ChannelId.ToString(),
        _ => "",
    };

    /// <returns>What is answered with a problem; null where the answer is given.</returns>
    public Task<PaywallRefusal?> RunAsync(HttpContext http, PaymentCredential credential) => credential.Payload switch
    {
        OpenPayload open => OpenAsync(http, open),
        ClosePayload close => CloseAsync(http, credential.Challenge.Id, close),
        VoucherPayload voucher => VoucherAsync(http, credential.Challenge.Id, voucher),
        UnsupportedPayload => Task.FromResult<PaywallRefusal?>(new(StatusCodes.Status400BadRequest, PaymentProblems.MethodUnsupported, "The actions here are open, voucher and close")),
        var other => throw new System.Diagnostics.UnreachableException(other.ToString()),
    };

    private async Task<PaywallRefusal?> VoucherAsync(HttpContext http, string challengeId, VoucherPayload voucher)
    {
        switch (await services.Charges.TakeAsync(voucher.ChannelId, voucher.Payment, null, CancellationToken.None))
        {
            case ChargeOutcome.Refused refused:
                return PaywallRefusal.Of(refused.Reason);
            case ChargeOutcome.Granted it:
                Tell(http, challengeId, voucher.ChannelId, it.Channel.Balance, null);   // what is on disk now; what is newer in memory need not be
                return null;
            case var other:
                throw new System.Diagnostics.UnreachableException(other.ToString());   // nothing was to be reserved
        }
    }

    /// <summary>The answer is a challenge that names the channel: nothing is paid yet.</summary>
    private async Task<PaywallRefusal?> OpenAsync(HttpContext http, OpenPayload open)
    {
        if (services.Draining.IsOn) return PaywallRefusal.Draining;
        var (request, fault) = OpenBodyReader.Read(
            new OpenBody(open.Offer, open.DepositTx, open.CustomerKey, open.Expiry, open.ChangeScript), services.Keys.Seal, services.Merchant.Network, deposit: "depositTx", customerScript: "changeScript");
        if (request is null) return PaywallRefusal.Of(fault!);
        // An output that pays the channel and is not the named one is another channel; where none does, opening says so.
        if (request.Transaction.GetHash() != open.ChannelId.OutPoint.Hash || (OpenJudge.Match(request) is OpenOutcome.Acceptable it && it.Deposit.OutPoint != open.ChannelId.OutPoint))
            return PaywallRefusal.MalformedCredential(StatusCodes.Status400BadRequest, "channelId is not the output of depositTx that pays the channel");
        var from = ClientAddress.Of(http.Connection.RemoteIpAddress);
        if (!services.Limiter.TryOpen(from, out var retryAfter)) return PaywallRefusal.TooManyRequests(retryAfter);
        var (channel, refusal) = await services.Merchant.OpenAsync(request, from, CancellationToken.None);
        if (channel is null) return PaywallRefusal.Of(refusal!);
        return PaywallRefusal.PaymentRequired with { Channel = channel, RetryAfter = channel.State is MerchantState.Pending ? "10" : null };
    }

    private async Task<PaywallRefusal?> CloseAsync(HttpContext http, string challengeId, ClosePayload close)
    {
        var (channel, refusal) = await services.Merchant.CloseAsync(close.ChannelId, new AuthorizationHeader(close.Time, close.Authorization), close.Payment, CancellationToken.None);
        if (channel is null) return PaywallRefusal.Of(refusal!.Value);
        Tell(http, challengeId, channel.Id, channel.Balance, channel.State switch
        {
            MerchantState.Closing it => it.Close.Transaction.GetHash(),
            MerchantState.Closed it => it.Spend.Txid,
            _ => null,
        });
        return null;
    }

    private void Tell(HttpContext http, string challengeId, ChannelId channel, Balance balance, NBitcoin.uint256? txid)
    {
        http.Response.StatusCode = StatusCodes.Status200OK;
        http.Response.Headers.CacheControl = "no-store, private";
        http.Response.Headers[PaymentScheme.ReceiptHeader] = services.Receipt(channel, challengeId, balance, txid: txid).Encode();
    }
}
