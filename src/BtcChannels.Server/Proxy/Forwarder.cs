using System.Net;
using System.Net.Sockets;
using BtcChannels.AspNetCore;
using BtcChannels.AspNetCore.Paywall;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace BtcChannels.Server.Proxy;

/// <summary>
/// Passes requests on and answers back, as they come. A fixed price is charged once its answer is whole, or where the customer leaves in the middle of it; what is counted, as it goes. What the upstream does
/// wrong comes out as an <see cref="UpstreamFault"/>, and is not charged.
/// </summary>
internal sealed class Forwarder(Upstream upstream, BtcChannelsOptions options, TimeProvider clock) : IDisposable
{
    // An answer up to here is read before it is passed on: it is whole then, or was never begun, and its receipt stands in its head.
    private const int MostHeld = 64 * 1024;

    private readonly HttpMessageInvoker _invoker = upstream.Connect();
    private readonly UpstreamRequest _requests = new(upstream, options);

    public void Dispose() => _invoker.Dispose();

    /// <param name="http">The customer's request, paid for as far as it can be; <see cref="ProxyDoor"/> has looked at what it is for.</param>
    /// <param name="by">What is counted.</param>
    public async Task ForwardAsync(HttpContext http, PricedBy by)
    {
        using var silence = new Silence(upstream.Timeout, clock, http.RequestAborted);
        var socket = SocketCall.Of(http);
        if (socket is null && HttpMethods.IsConnect(http.Request.Method))
        {
            http.Response.StatusCode = StatusCodes.Status501NotImplemented;   // a tunnel to wherever is not what is sold here
            return;
        }
        using var request = _requests.Make(http, http.Features.GetRequiredFeature<ProxyTarget>().Text, socket, silence);
        using var answer = await SendAsync(http, request, silence);
        var isSwitched = answer.StatusCode == HttpStatusCode.SwitchingProtocols;
        if (answer.StatusCode == HttpStatusCode.PaymentRequired) throw new UpstreamFault(isTimeout: false, "it asks for a payment itself (402)");
        if (isSwitched && socket is null) throw new UpstreamFault(isTimeout: false, "it switches protocols though nobody asked it to (101)");
        CopyHead(answer, http.Response);
        var body = await answer.Content.ReadAsStreamAsync(http.RequestAborted);
        if (isSwitched) await Tunnel.RunAsync(http, await socket!.AcceptAsync(http), body, by, clock);
        else await PassBodyAsync(http, answer, new UpstreamStream(body, silence), by);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpContext http, HttpRequestMessage request, Silence silence)
    {
        silence.Begin();
        try
        {
            return await _invoker.SendAsync(request, silence.Token);
        }
        catch (Exception) when ((request.Content as PassedBody)?.CustomersFault is BadHttpRequestException fault)
        {
            throw new BadHttpRequestException(fault.Message, fault.StatusCode, fault);
        }
        catch (Exception failure) when (failure is HttpRequestException or SocketException or IOException or OperationCanceledException)
        {
            if ((request.Content as PassedBody)?.CustomersFault is not null) http.Abort();   // his connection is broken, if this is not known yet
            throw silence.Explain(failure);
        }
        finally
        {
            silence.Answered();
        }
    }

    private static void CopyHead(HttpResponseMessage answer, HttpResponse response)
    {
        response.StatusCode = (int)answer.StatusCode;
        if (response.HttpContext.Features.Get<IHttpResponseFeature>() is { } feature && HttpProtocol.IsHttp11(response.HttpContext.Request.Protocol)) feature.ReasonPhrase = answer.ReasonPhrase;
        var named = answer.Headers.NonValidated.TryGetValues("Connection", out var connection) ? HeaderRules.Named(connection.ToArray()) : HeaderRules.Named(StringValues.Empty);
        foreach (var (name, values) in answer.Headers.NonValidated.Concat(answer.Content.Headers.NonValidated))
            if (HeaderRules.PassesDown(name, named) && HeaderRules.WithoutPayment(name, values.ToArray()) is { Count: > 0 } passed) response.Headers[name] = passed;
        if (!MayHaveBody(response.StatusCode) && response.StatusCode != StatusCodes.Status304NotModified) response.Headers.ContentLength = null;
    }

    private async Task PassBodyAsync(HttpContext http, HttpResponseMessage answer, UpstreamStream body, PricedBy by)
    {
        var (response, meter) = (http.Response, http.Features.Get<IPaymentMeter>());
        if (HttpMethods.IsHead(http.Request.Method) || !MayHaveBody(response.StatusCode)) return;
        if (by == PricedBy.Request && meter is not null && response.ContentLength is { } length and <= MostHeld)
        {
            var held = new byte[length];
            if (await body.ReadAtLeastAsync(held, held.Length, throwOnEndOfStream: false) < held.Length) throw new UpstreamFault(isTimeout: false, "its answer is shorter than it said");
            if (response.SupportsTrailers() && await body.ReadAsync(new byte[1].AsMemory()) == 0) PassTrailers(answer, response);
            await response.Body.WriteAsync(held, http.RequestAborted);
            return;
        }
        meter?.IsChargedAtEnd = true;
        if (response.ContentLength is > MostHeld || response.ContentType?.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase) == true || by != PricedBy.Request)
            http.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
        await response.Body.FlushAsync(http.RequestAborted);   // the head does not wait for the body
        var charged = response.StatusCode < StatusCodes.Status400BadRequest ? meter : null;
        if (!await CountedCopy.RunAsync(charged, by, body, response.Body, clock, http.RequestAborted))
        {
            http.Abort();   // nobody is to take a part for the whole
            return;
        }
        PassTrailers(answer, response);
    }

    private static void PassTrailers(HttpResponseMessage answer, HttpResponse response)
    {
        if (!response.SupportsTrailers()) return;
        foreach (var (name, values) in answer.TrailingHeaders.NonValidated)
            if (HeaderRules.PassesAsTrailer(name)) response.AppendTrailer(name, values.ToArray());
    }

    private static bool MayHaveBody(int status) => status is not (< 200 or StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent or StatusCodes.Status304NotModified);
}
