using BtcChannels.AspNetCore.Http;
using BtcChannels.Chain;
using BtcChannels.Storage;
using BtcChannels.Two1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NBitcoin;
using Secp256k1;

namespace BtcChannels.AspNetCore.Two1;

/// <summary>21's protocol over HTTP: translates between its wire and the merchant, and nothing else. docs/two1.md describes it.</summary>
internal sealed class Two1Endpoints(IServiceProvider services)
{
    // A deposit of 100,000 bytes is the most that nodes relay without witnesses; twice that in hex, and the rest of the body.
    private const int OpenLimit = 210_000;
    private const int SmallLimit = 16_384;

    // Taken from the app once, since a request's own services would be a scope for each.
    private Two1Channels? _channels;
    private Two1Payments? _payments;
    private MerchantPolicy? _policy;
    private BtcChannelsOptions? _options;
    private ILogger? _log;

    private Two1Channels Channels => _channels ??= services.GetRequiredService<Two1Channels>();
    private Two1Payments Payments => _payments ??= services.GetRequiredService<Two1Payments>();
    private MerchantPolicy Policy => _policy ??= services.GetRequiredService<MerchantPolicy>();
    private Network Network => (_options ??= services.GetRequiredService<BtcChannelsOptions>()).Network;
    private ILogger Log => _log ??= services.GetRequiredService<ILogger<Two1Endpoints>>();

    public static RouteGroupBuilder Map(IEndpointRouteBuilder app, string path)
    {
        var own = new Two1Endpoints(app.ServiceProvider);
        var door = app.MapGroup(path);
        door.MapGet("", http => own.GuardAsync(http, own.InformAsync));
        door.MapPost("", http => own.GuardAsync(http, own.OpenAsync));
        door.MapGet("/{id}", http => own.GuardAsync(http, own.StatusAsync));
        door.MapPut("/{id}", http => own.GuardAsync(http, own.PayAsync));
        door.MapDelete("/{id}", http => own.GuardAsync(http, own.CloseAsync));
        return door;
    }

    private async Task GuardAsync(HttpContext http, RequestDelegate call)
    {
        http.Response.Headers.CacheControl = "no-store";
        try
        {
            await call(http);
        }
        catch (Exception outage) when (Outages.IsOutage(outage))
        {
            Log.Outage(outage.Message);
            await UnavailableAsync(http, outage is StoreUnavailableException ? "Nothing was changed: try again." : Two1Words.Of(Two1OpenRejection.ChainUnavailable));
        }
        catch (BadHttpRequestException cut)
        {
            await Two1Door.TellAsync(http.Response, cut.StatusCode, "The request is not whole.");
        }
    }

    private Task InformAsync(HttpContext http) => Channels.Key() is { } key
        ? JsonAsync(http, $"\"{Two1Fields.PublicKey}\":\"{key.ToHex()}\",\"{Two1Fields.Version}\":{Two1Protocol.Version},\"{Two1Fields.ZeroConfirmation}\":{(Policy.Confirmations == 0 ? "true" : "false")}")
        : UnavailableAsync(http, Two1Words.Of(Two1OpenRejection.Draining));

    private async Task OpenAsync(HttpContext http)
    {
        if (await Two1Request.ReadAsync(http.Request, OpenLimit, http.RequestAborted) is not { } request)
        {
            await TooLargeAsync(http);
            return;
        }
        if (request[Two1Fields.DepositTransaction] is not { } depositHex) await RefuseAsync(http, Two1OpenRejection.NoDeposit);
        else if (request[Two1Fields.RedeemScript] is not { } scriptHex) await RefuseAsync(http, Two1OpenRejection.NoScript);
        else if (Two1Words.HexFault(depositHex) is { } fault) await Two1Door.TellAsync(http.Response, StatusCodes.Status400BadRequest, fault);
        else if (!Two1Request.TryReadTransaction(depositHex, Network, out var deposit) || deposit.Check() != TransactionCheckResult.Success) await RefuseAsync(http, Two1OpenRejection.DepositMalformed);
        else if (Two1Words.HexFault(scriptHex) is { } scriptFault) await Two1Door.TellAsync(http.Response, StatusCodes.Status400BadRequest, scriptFault);
        else
        {
            var refusal = await Channels.OpenAsync(deposit, Script.FromHex(scriptHex), ClientAddress.Of(http.Connection.RemoteIpAddress), http.RequestAborted);
            if (refusal is var (reason, detail)) await RefuseAsync(http, reason, detail);
            else await JsonAsync(http, $"\"{Two1Fields.DepositId}\":\"{deposit.GetHash()}\"");
        }
    }

    private async Task StatusAsync(HttpContext http)
    {
        if (IdOf(http) is not { } id || await Channels.FindAsync(id, http.RequestAborted) is not { } channel)
        {
            await RefuseAsync(http, Two1PaymentRejection.ChannelUnknown);
            return;
        }
        var status = channel.State switch { MerchantState.Pending => "confirming", MerchantState.Open => "ready", _ => "closed" };
        await JsonAsync(http, $"\"{Two1Fields.Balance}\":{channel.Balance.Authorized.Satoshi},\"{Two1Fields.Status}\":\"{status}\",\"{Two1Fields.Expiry}\":{channel.Terms.Expiry.Value}");
    }

    private async Task PayAsync(HttpContext http)
    {
        if (await Two1Request.ReadAsync(http.Request, SmallLimit, http.RequestAborted) is not { } request)
        {
            await TooLargeAsync(http);
            return;
        }
        if (request[Two1Fields.PaymentTransaction] is not { } hex) await RefuseAsync(http, Two1PaymentRejection.NoPayment);
        else if (Two1Words.HexFault(hex) is { } fault) await Two1Door.TellAsync(http.Response, StatusCodes.Status400BadRequest, fault);
        else if (!Two1Request.TryReadTransaction(hex, Network, out var transaction)) await RefuseAsync(http, Two1PaymentRejection.Malformed);
        else if (IdOf(http) is not { } id) await RefuseAsync(http, Two1PaymentRejection.ChannelUnknown);
        // Whoever hangs up has paid all the same.
        else if (await Payments.PayAsync(id, Two1Payment.Of(transaction), CancellationToken.None) is Two1PaymentOutcome.Refused refused) await RefuseAsync(http, refused.Reason);
        else await JsonAsync(http, $"\"{Two1Fields.PaymentId}\":\"{HalfSignedPayment.Token(transaction)}\"");
    }

    private async Task CloseAsync(HttpContext http)
    {
        if (await Two1Request.ReadAsync(http.Request, SmallLimit, http.RequestAborted) is not { } request)
        {
            await TooLargeAsync(http);
            return;
        }
        if (request[Two1Fields.Signature] is not { } hex)
        {
            await RefuseAsync(http, Two1CloseRejection.NoSignature);
            return;
        }
        Signature? Read() => Two1Words.HexFault(hex) is null && Signature.TryParseDer(Convert.FromHexString(hex), out var signature) ? signature : null;
        var (close, refusal) = IdOf(http) is { } id ? await Channels.CloseAsync(id, Read, http.RequestAborted) : (null, Two1CloseRejection.ChannelUnknown);
        if (refusal is { } reason) await RefuseAsync(http, reason);
        else await JsonAsync(http, $"\"{Two1Fields.PaymentId}\":\"{close}\"");
    }

    /// <summary>The deposit's id, in one spelling.</summary>
    private static uint256? IdOf(HttpContext http) =>
        http.Request.RouteValues["id"] is string { Length: 64 } text && Hex.IsLowerCase(text) && uint256.TryParse(text, out var id) ? id : null;

    private static Task RefuseAsync(HttpContext http, Two1OpenRejection reason, string? detail = null)
    {
        var words = detail is null ? Two1Words.Of(reason) : $"{Two1Words.Of(reason)} ({detail})";
        return reason is Two1OpenRejection.Draining or Two1OpenRejection.ChainUnavailable
            ? UnavailableAsync(http, words)
            : Two1Door.TellAsync(http.Response, reason is Two1OpenRejection.TooManyPending ? StatusCodes.Status429TooManyRequests : StatusCodes.Status400BadRequest, words);
    }

    private Task RefuseAsync(HttpContext http, Two1PaymentRejection reason)
    {
        var words = Two1Words.Of(reason, Policy.Two1);
        // 404 for a closed one, too: its clients open another then, and with 400 would be stuck.
        return reason is Two1PaymentRejection.ChainSilent ? UnavailableAsync(http, words)
            : Two1Door.TellAsync(
                http.Response, reason is Two1PaymentRejection.ChannelUnknown or Two1PaymentRejection.ChannelClosed ? StatusCodes.Status404NotFound : StatusCodes.Status400BadRequest, words);
    }

    private static Task RefuseAsync(HttpContext http, Two1CloseRejection reason) => Two1Door.TellAsync(
        http.Response, reason is Two1CloseRejection.ChannelUnknown ? StatusCodes.Status404NotFound : StatusCodes.Status400BadRequest, Two1Words.Of(reason));

    private static Task UnavailableAsync(HttpContext http, string words)
    {
        http.Response.Headers.RetryAfter = Outages.RetryAfter;
        return Two1Door.TellAsync(http.Response, StatusCodes.Status503ServiceUnavailable, words);
    }

    private static Task TooLargeAsync(HttpContext http) => Two1Door.TellAsync(http.Response, StatusCodes.Status413PayloadTooLarge, "The request is too large.");

    // Numbers, and hex: nothing that would have to be escaped.
    private static Task JsonAsync(HttpContext http, string members) => Two1Door.WriteAsync(http.Response, "application/json", $"{{{members}}}\n");
}
