using BtcChannels.Chain;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using NBitcoin;

namespace BtcChannels.Tests.Readme;

internal static class MerchantSample
{
    public static void Run(string[] args)
    {
        // sample
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddBtcChannels(merchant =>
        {
            merchant.Network = Network.RegTest;
            merchant.DataFolder = "/var/lib/shop/channels";
            merchant.Origin = "https://shop.example";
            merchant.Node = new BitcoindOptions(new Uri("http://127.0.0.1:18443"), CookieFile: "/var/lib/bitcoind/regtest/.cookie");
        });
        var app = builder.Build();
        app.MapBtcChannels();
        app.Run();
        // end of sample
    }
}
