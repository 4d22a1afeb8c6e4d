using BtcChannels.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace BtcChannels.Tests.AspNetCore.Two1;

/// <summary>A merchant who speaks 21's protocol, and sells songs.</summary>
public abstract class Two1Test
{
    protected static Task<MerchantApp> StartAsync(MerchantPolicy? policy = null, string? database = null, string? folder = null) => MerchantApp.StartAsync(policy, map: Map, database: database, folder: folder);

    private protected static Task AssertRefusedAsync(Task<HttpResponseMessage> asked, int status, string words) => Two1Customer.AssertRefusedAsync(asked, status, words);

    private static void Map(WebApplication web)
    {
        web.MapTwo1Channels();
        web.MapGet("/song", () => "la").RequirePayment(50.Sat());
        web.MapGet("/half", () => "la").RequirePayment(new MilliSatoshi(500));
        web.MapGet("/broken", string () => throw new InvalidOperationException("The record has a scratch")).RequirePayment(50.Sat());
        web.MapGet("/missing", () => Results.NotFound()).RequirePayment(50.Sat());
        web.MapGet("/radio", () => "la").RequireMeteredPayment(50.Sat(), "second");
    }
}
