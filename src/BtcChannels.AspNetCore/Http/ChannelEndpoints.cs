using BtcChannels.AspNetCore.Admin;
using BtcChannels.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using NBitcoin;

namespace BtcChannels.AspNetCore.Http;

/// <summary>The door <c>/channels/v1</c>: translates between wire and merchant, and nothing else. docs/http-api.md describes it.</summary>
internal static class ChannelEndpoints
{
    // A deposit of 100,000 bytes is the most that nodes relay without witnesses; twice that in hex, and the rest of the body.
    private const int OpenLimit = 210_000;
    private const int SmallLimit = 4_096;

    public static RouteGroupBuilder MapChannels(this IEndpointRouteBuilder app)
    {
        var door = app.MapGroup(DirectDoor.Path);
        door.MapPost("/channels/{id}/payments", new PaymentEndpoint(app.ServiceProvider).PayAsync);
        StreamEndpoint.Map(app, door);
        var calls = door.MapGroup("").AddEndpointFilter<OutageFilter>().AddEndpointFilter(ForbidCachingAsync);
        calls.MapPost("/offers", Offer);
        calls.MapPost("/channels", OpenAsync);
        calls.MapGet("/channels/{id}", StatusAsync);
        calls.MapPost("/channels/{id}/close", CloseAsync);
        return door;
    }

    private static ValueTask<object?> ForbidCachingAsync(EndpointFilterInvocationContext call, EndpointFilterDelegate next)
    {
        call.HttpContext.Response.Headers.CacheControl = "no-store";
        return next(call);
    }

    private static Results<JsonHttpResult<OfferAnswer>, ProblemHttpResult> Offer(Merchant merchant, Draining draining)
    {
        if (draining.IsOn) return Problems.Draining();
        if (merchant.Offer() is not var (offer, token)) return Problems.ChainUnavailable();
        return Json(
            new OfferAnswer(
                token, merchant.Network.GenesisHash.ToString(), Slug.Of(offer.Kind), Hex.Write(offer.MerchantKey.ToBytes()), offer.CloseFee.Satoshi,
                offer.MinDeposit.Satoshi, offer.MaxDeposit.Satoshi, offer.MinExpiry, offer.MaxExpiry, offer.Confirmations, offer.Deadline),
            AnswerJson.Default.OfferAnswer);
    }

    private static async Task<Results<JsonHttpResult<OpenAnswer>, ProblemHttpResult>> OpenAsync(HttpRequest http, Merchant merchant, MerchantKeys keys, Draining draining, CancellationToken ct)
    {
        if (draining.IsOn) return Problems.Draining();   // the deposit is still with the customer
        var (body, problem) = await RequestBody.ReadAsync(http, RequestJson.Default.OpenBody, OpenLimit, ct);
        if (body is null) return problem!;
        var (request, fault) = OpenBodyReader.Read(body, keys.Seal, merchant.Network);
        if (request is null) return Problems.For(fault!);
        var (channel, refusal) = await merchant.OpenAsync(request, ClientAddress.Of(http.HttpContext.Connection.RemoteIpAddress), ct);
        if (channel is null) return Problems.For(refusal!);
        return Json(
            new OpenAnswer(
                channel.Id.ToString(), Hex.Write(channel.PayoutScript.ToBytes()), channel.Capacity.Satoshi, channel.Terms.CloseFee.Satoshi, channel.Terms.Expiry.Value,
                request.Offer.Confirmations, StandardScript.DustThreshold(channel.PayoutScript).Satoshi),
            AnswerJson.Default.OpenAnswer);
    }

    private static async Task<Results<JsonHttpResult<StatusAnswer>, ProblemHttpResult>> StatusAsync(string id, HttpRequest http, HttpResponse response, Merchant merchant, CancellationToken ct)
    {
        if (!ChannelId.TryParse(id, out var channelId)) return Problems.For(CloseRejection.ChannelUnknown);
        var (channel, refusal) = await merchant.StatusAsync(channelId, Shown(http), ct);
        return channel is null ? Unauthorized(response, refusal!.Value) : Json(StatusOf(channel, merchant.Policy), AnswerJson.Default.StatusAnswer);
    }

    private static async Task<Results<JsonHttpResult<CloseAnswer>, ProblemHttpResult>> CloseAsync(string id, HttpRequest http, HttpResponse response, Merchant merchant, CancellationToken ct)
    {
        var (body, problem) = await RequestBody.ReadAsync(http, RequestJson.Default.CloseBody, SmallLimit, ct);
        if (body is null) return problem!;
        SignedPayment? lower = null;
        if (body is not (null, null) && (body is not ({ } total, { } signature) || (lower = ReadPayment(total, signature)) is null))
            return Problems.For(CloseRejection.Malformed);
        if (!ChannelId.TryParse(id, out var channelId)) return Problems.For(CloseRejection.ChannelUnknown);
        var (channel, refusal) = await merchant.CloseAsync(channelId, Shown(http), lower, ct);
        return channel is null ? Unauthorized(response, refusal!.Value) : Json(CloseOf(channel), AnswerJson.Default.CloseAnswer);
    }

    private static SignedPayment? ReadPayment(long total, string signature) =>
        total >= 0 && WireSignature.TryParse(signature, out var read) ? new(Money.Satoshis(total), read) : null;

    private static CloseAnswer CloseOf(MerchantChannel channel)
    {
        var close = channel.State switch
        {
            MerchantState.Closing it => Spend.Of(it.Close.Transaction, height: 0, channel.PayoutScript, channel.CustomerScript),
            MerchantState.Closed it => it.Spend,
            _ => throw new System.Diagnostics.UnreachableException(channel.State.ToString()),
        };
        var fee = channel.Deposit.Value - close.ToMerchant - close.ToCustomer;
        return new(channel.Id.ToString(), close.Txid.ToString(), close.ToMerchant.Satoshi, close.ToCustomer.Satoshi, fee.Satoshi);
    }

    private static StatusAnswer StatusOf(MerchantChannel channel, MerchantPolicy policy)
    {
        var close = channel.State switch { MerchantState.Closing it => it.Close, MerchantState.Closed it => it.Close, _ => null };
        var expiry = channel.Terms.Expiry;
        return new(
            channel.Id.ToString(), Slug.Of(channel.State), Hex.Write(channel.PayoutScript.ToBytes()), channel.Capacity.Satoshi, channel.Terms.CloseFee.Satoshi, expiry.Value,
            expiry.IsTime ? expiry.Value - (long)policy.CloseMargin.TotalSeconds : null, policy.Confirmations, channel.DepositHeight,
            channel.Balance.Authorized.Satoshi, channel.Balance.Spent.Value, channel.Balance.Newest is { } newest ? WireSignature.Write(newest.Signature) : null,
            close?.Transaction.GetHash().ToString(),
            channel.State.Spent is { } spend ? new SpendAnswer(spend.Txid.ToString(), spend.Height, spend.ToMerchant.Satoshi, spend.ToCustomer.Satoshi, spend.IsBuried) : null);
    }

    internal static AuthorizationHeader? Shown(HttpRequest http) => AuthorizationHeader.TryParse(http.Headers.Authorization, out var shown) ? shown : null;

    internal static ProblemHttpResult Unauthorized(HttpResponse response, CloseRejection reason)
    {
        if (Problems.StatusOf(reason) == StatusCodes.Status401Unauthorized) response.Headers.WWWAuthenticate = AuthorizationHeader.Scheme;
        return Problems.For(reason);
    }

    private static JsonHttpResult<T> Json<T>(T answer, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) => TypedResults.Json(answer, type);
}
