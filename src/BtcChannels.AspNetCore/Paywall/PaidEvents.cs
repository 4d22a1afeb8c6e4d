using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using BtcChannels.Paywall;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;

namespace BtcChannels.AspNetCore.Paywall;

/// <summary>
/// A stream of Server-Sent Events that is paid event by event, on an endpoint with <see cref="PaywallSetup.RequireMeteredPayment"/>. When the money does not reach it says
/// <c>payment-need-voucher</c> and waits; the last event is <c>payment-receipt</c>.
/// </summary>
public sealed class PaidEvents : IResult, IStatusCodeHttpResult, IContentTypeHttpResult
{
    private const string EventStream = "text/event-stream";

    private readonly IAsyncEnumerable<SseItem<string>> _events;
    private readonly Func<SseItem<string>, long> _units;

    /// <param name="events">What is sold.</param>
    /// <param name="units">How many units an event is, at least 0; default 1. One of 0 is free.</param>
    public PaidEvents(IAsyncEnumerable<SseItem<string>> events, Func<SseItem<string>, long>? units = null) => (_events, _units) = (events, units ?? (static _ => 1));

    /// <summary>The words of a language model as they come: each piece of text is an event, and costs as many units as it has tokens.</summary>
    /// <param name="pieces">What the model says, piece by piece, and of how many tokens each is.</param>
    public static PaidEvents OfTokens(IAsyncEnumerable<(string Text, int Tokens)> pieces)
    {
        // The count goes along in the event's own words, so that a customer can count with it.
        return new(ReadAsync(pieces), static it => long.Parse(it.EventId!.AsSpan(it.EventId!.IndexOf('+', StringComparison.Ordinal) + 1), System.Globalization.CultureInfo.InvariantCulture));

        static async IAsyncEnumerable<SseItem<string>> ReadAsync(IAsyncEnumerable<(string Text, int Tokens)> pieces, [EnumeratorCancellation] CancellationToken ct = default)
        {
            var count = 0L;
            await foreach (var (text, tokens) in pieces.WithCancellation(ct))
            {
                yield return new SseItem<string>(text, "token") { EventId = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{count}+{tokens}") };
                count = checked(count + tokens);
            }
        }
    }

    int? IStatusCodeHttpResult.StatusCode => StatusCodes.Status200OK;

    string? IContentTypeHttpResult.ContentType => EventStream;

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (http, meter) = (httpContext, httpContext.PaymentMeter());
        http.Response.ContentType = EventStream;
        http.Response.Headers.CacheControl = "no-cache, no-store";
        http.Response.Headers.ContentEncoding = "identity";
        http.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
        meter.Paused = (need, ct) => WriteAsync(http, new SseItem<string>(need.ToJson(), StreamEvents.NeedVoucher), ct);
        await http.Response.StartAsync(http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);   // the first event may be long in coming, and the customer waits for the head
        await foreach (var item in _events.WithCancellation(http.RequestAborted))
        {
            var units = _units(item);
            if (units > 0 && !await meter.ChargeAsync(units, http.RequestAborted)) break;
            await WriteAsync(http, item, http.RequestAborted);
            meter.MarkDelivered();
        }
        if (await meter.FinishAsync() is { } receipt) await WriteAsync(http, new SseItem<string>(receipt.ToJson(), StreamEvents.Receipt), http.RequestAborted);
    }

    private static async ValueTask WriteAsync(HttpContext http, SseItem<string> item, CancellationToken ct)
    {
        await SseFormatter.WriteAsync(Once(item), http.Response.Body, ct);
        await http.Response.Body.FlushAsync(ct);
    }

    private static async IAsyncEnumerable<SseItem<string>> Once(SseItem<string> item)
    {
        yield return item;
        await Task.CompletedTask;
    }
}
