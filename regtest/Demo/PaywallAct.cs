using BtcChannels.Client;
using NBitcoin;

namespace BtcChannels.Demo;

/// <summary>An ordinary <see cref="HttpClient"/> pays: for a stream of events that pauses for money and goes on, and for a file behind the ready-made paywall.</summary>
internal static class PaywallAct
{
    private static readonly Money s_capacity = Money.Satoshis(20_000);
    private static readonly MilliSatoshi s_pricePerKilobyte = 2.Sat();

    public sealed record Result(int Events, int Vouchers, Settlement News, long Bytes, Settlement File);

    public static async Task<Result> PlayAsync(Stage stage)
    {
        Tell.Title("4. Priced endpoints: an HttpClient pays for a stream of events and for a file");
        await using var news = await NewsMerchant.StartAsync(stage.Node, Stage.Policy);
        var vouchers = 0;
        await using var payer = new Payer(stage.Customer, new PayerOptions { MaxPerRequest = 2_000.Sat(), MayOpen = false, OnReceipt = _ => vouchers++ });
        using var http = new HttpClient(new PaymentHandler(payer, new SocketsHttpHandler()));

        var channel = await stage.OpenAsync(news.Origin, s_capacity);
        var events = 0;
        using (var answer = await http.GetAsync(new Uri(news.Origin, "/news"), HttpCompletionOption.ResponseHeadersRead))
        {
            await foreach (var line in answer.EnsureSuccessStatusCode().ReadPaidEventsAsync()) events++;
            if (answer.GetPaymentReceipt() is not { } receipt || receipt.Spent != NewsMerchant.PricePerLine.Times(NewsMerchant.Lines)) throw new WrongSumException("The stream's receipt is not for its events");
        }
        if (events != NewsMerchant.Lines) throw new WrongSumException($"{events} events came instead of {NewsMerchant.Lines}");
        var raised = vouchers - 1;   // the last one is the stream's own
        if (raised < 1) throw new WrongSumException("The stream never paused for money");
        Tell.Line($"  {events} events at {NewsMerchant.PricePerLine.ToDecimalString()} sat; the stream paused for money {raised} times and went on");
        var newsPaid = await CloseAsync(stage, payer, news.Origin, channel, NewsMerchant.PricePerLine.Times(events));

        await using var paywall = await stage.HireMerchantAsync(new()
        {
            ["Paywall__Upstream"] = news.Origin.ToString(),
            ["Paywall__Routes__0__Path"] = "/film",
            ["Paywall__Routes__0__Price"] = s_pricePerKilobyte.ToDecimalString(),
            ["Paywall__Routes__0__Per"] = "kilobyte",
        });
        channel = await stage.OpenAsync(paywall.Origin, s_capacity);
        var film = await http.GetByteArrayAsync(new Uri(paywall.Origin, "/film"));
        if (!film.SequenceEqual(NewsMerchant.Film)) throw new WrongSumException("The file is not the one that was paid for");
        Tell.Line($"  a file of {film.Length / 1_000} kB through the paywall, at {s_pricePerKilobyte.ToDecimalString()} sat a kilobyte, paid as it came");
        var filePaid = await CloseAsync(stage, payer, paywall.Origin, channel, s_pricePerKilobyte.Times(film.Length / 1_000));
        return new(events, raised, newsPaid, film.Length, filePaid);
    }

    private static async Task<Settlement> CloseAsync(Stage stage, Payer payer, Uri merchant, CustomerChannel channel, MilliSatoshi spent)
    {
        foreach (var closed in await payer.CloseAsync(merchant)) closed.OrThrow();
        var closing = (await stage.Customer.ListAsync()).Single(it => it.Id == channel.Id);
        await stage.MineSpendAsync(closing);
        var settlement = await Settlement.ReadAsync(stage.Node, closing);
        Tell.Show(settlement);
        settlement.Check(spent.RoundedUp, s_capacity - spent.RoundedUp, channel.Terms.CloseFee);
        return settlement;
    }
}
