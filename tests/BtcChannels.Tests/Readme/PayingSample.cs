using BtcChannels.Chain;
using BtcChannels.Client;
using NBitcoin;

namespace BtcChannels.Tests.Readme;

internal static class PayingSample
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
        await using var payer = new Payer(customer, new PayerOptions
        {
            MaxPerRequest = 50.Sat(),
            MaxPerDay = Money.Satoshis(10_000L),
            MaxDeposit = Money.Satoshis(50_000L),
        });
        using var http = new HttpClient(new PaymentHandler(payer, new SocketsHttpHandler()));

        using var answer = await http.PostAsync("https://shop.example/answers", new StringContent("6 x 7"));
        Console.WriteLine($"{await answer.Content.ReadAsStringAsync()}, {answer.GetPaymentReceipt()?.Spent.ToDecimalString()} sat spent so far");

        using var stream = await http.GetAsync("https://shop.example/words", HttpCompletionOption.ResponseHeadersRead);
        await foreach (var item in stream.ReadPaidEventsAsync()) Console.WriteLine(item.Data);
        // end of sample
    }
}
