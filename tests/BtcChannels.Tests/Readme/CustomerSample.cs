using BtcChannels.Chain;
using BtcChannels.Client;
using NBitcoin;

namespace BtcChannels.Tests.Readme;

internal static class CustomerSample
{
    public static async Task RunAsync()
    {
        // sample
        var node = new BitcoindOptions(new Uri("http://127.0.0.1:18443"), CookieFile: "/var/lib/bitcoind/regtest/.cookie");
        await using var customer = await Customer.OpenAsync(new CustomerOptions
        {
            DataFolder = "/home/me/.btcchannels",
            Chain = new BitcoindChain(node, Network.RegTest, TimeProvider.System),
            Funding = new BitcoindWallet(node, Network.RegTest).Funding,
        });
        var channel = (await customer.OpenAsync(new Uri("https://shop.example"), Money.Satoshis(100_000), TimeSpan.FromDays(7))).OrThrow();
        (await customer.WaitUntilOpenAsync(channel.Id)).OrThrow();
        (await customer.PayAsync(channel.Id, Money.Satoshis(1_000))).OrThrow();
        (await customer.CloseAsync(channel.Id)).OrThrow();
        // end of sample
    }
}
