using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using BtcChannels.Chain;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using NBitcoin;

namespace BtcChannels.AspNetCore.Paywall;

/// <summary>What a person sees who opens a priced address in a browser: what it is, what it costs, and the command that pays. It holds no script and loads nothing.</summary>
internal static class PaywallPage
{
    public static Task WriteAsync(PaywallCall call, BtcChannelsOptions options)
    {
        var (http, terms) = (call.Http, call.Endpoint.Terms);
        // By the name that customers know: behind a proxy a request has another one.
        var (url, network) = (options.Origin + http.Request.GetEncodedPathAndQuery(), options.Network);
        var chain = network == Network.Main ? "" : $"--network {BitcoinNetworks.NameOf(network)} ";
        // What a metered answer costs in all is not known before.
        var most = terms.IsMetered ? "" : $" --max-price {call.Price.RoundedUp.Satoshi.ToString(CultureInfo.InvariantCulture)}";
        var command = $"btcchannels {chain}{(HttpMethods.IsPost(http.Request.Method) ? "post" : "get")} {Quote(url)}{most}";
        static string Safe(string text) => HtmlEncoder.Default.Encode(text);
        var page = $$"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Payment required</title>
            <style>
            :root { color-scheme: light dark; }
            body { font: 1rem/1.6 system-ui, sans-serif; max-width: 42rem; margin: 12vh auto 4rem; padding: 0 1.25rem; }
            h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
            .price { font-size: 2.25rem; font-weight: 600; margin: 1.5rem 0 .25rem; }
            .price small { font-size: 1rem; font-weight: 400; opacity: .7; }
            pre { padding: 1rem; border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: .5rem; white-space: pre-wrap; overflow-wrap: anywhere; }
            p.note { opacity: .75; font-size: .9rem; }
            </style>
            </head>
            <body>
            <h1>This is paid for in bitcoin</h1>
            <p>{{Safe(terms.Description ?? url)}}</p>
            <p class="price">{{call.Price.ToDecimalString()}} sat <small>per {{Safe(terms.Unit)}}</small></p>
            <p>A program pays it, from a payment channel, in a fraction of a second:</p>
            <pre><code>{{Safe(command)}}</code></pre>
            <p class="note">A browser alone holds no key to pay with. The program opens a channel with one deposit and gives back what is not spent.</p>
            </body>
            </html>

            """;
        http.Response.StatusCode = StatusCodes.Status402PaymentRequired;
        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.Vary = "Accept";
        return http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(page), http.RequestAborted).AsTask();
    }

    // For a shell, whatever the address holds.
    private static string Quote(string url) => $"'{url.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
