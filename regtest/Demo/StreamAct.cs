using System.Diagnostics;
using System.Globalization;
using NBitcoin;
using Spectre.Console;

namespace BtcChannels.Demo;

/// <summary>A customer opens a channel, streams satoshi, closes.</summary>
internal static class StreamAct
{
    private const int Payments = 2_500;

    private static readonly Money s_capacity = Money.Satoshis(100_000);
    private static readonly Money s_first = Money.Satoshis(300);   // a first payment has to be above dust
    private static readonly Money s_each = Money.Satoshis(20);

    public sealed record Result(int Payments, long PaymentsPerSecond, Money Authorized, Settlement Settlement);

    public static async Task<Result> PlayAsync(Stage stage)
    {
        Tell.Title("1. A customer streams satoshi to a merchant and closes");
        var channel = await stage.OpenAsync(stage.Merchant.Origin, s_capacity);
        var (perSecond, paid) = await StreamAsync(stage, channel);
        Tell.Line($"  {Payments.ToString("N0", CultureInfo.InvariantCulture)} payments, {perSecond.ToString("N0", CultureInfo.InvariantCulture)} a second, each on the merchant's disk before its answer");

        var closing = (await stage.Customer.CloseAsync(channel.Id)).OrThrow();
        await stage.MineSpendAsync(closing);
        var settlement = await Settlement.ReadAsync(stage.Node, closing);
        Tell.Show(settlement);
        var expected = s_first + (s_each * (Payments - 1));
        if (paid.Authorized != expected) throw new WrongSumException($"{paid.Authorized.Satoshi} sat are authorized instead of {expected.Satoshi}");
        settlement.Check(expected, s_capacity - expected, channel.Terms.CloseFee);
        return new(Payments, perSecond, paid.Authorized, settlement);
    }

    private static async Task<(long PerSecond, CustomerChannel Paid)> StreamAsync(Stage stage, CustomerChannel channel)
    {
        CustomerChannel paid = channel;
        var clock = Stopwatch.StartNew();
        async Task PayAllAsync(Action<CustomerChannel, int> tick)
        {
            await using var held = await stage.Customer.HoldStoreAsync();
            clock.Restart();
            for (var i = 0; i < Payments; i++)
            {
                paid = (await stage.Customer.PayAsync(channel.Id, i == 0 ? s_first : s_each)).OrThrow();
                tick(paid, i + 1);
            }
            clock.Stop();
        }
        if (AnsiConsole.Profile.Capabilities.Interactive) await WithBarAsync(PayAllAsync, channel);
        else await WithLinesAsync(PayAllAsync, stage);
        return ((long)(Payments / clock.Elapsed.TotalSeconds), paid);
    }

    private static Task WithBarAsync(Func<Action<CustomerChannel, int>, Task> payAll, CustomerChannel channel) => AnsiConsole
        .Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
        .StartAsync(async progress =>
        {
            var bar = progress.AddTask("  0 sat", maxValue: Payments);
            await payAll((paid, count) =>
            {
                bar.Value = count;
                bar.Description = $"  {Tell.Sat(paid.Authorized)} of {Tell.Sat(channel.Capacity)}";
            });
        });

    private static Task WithLinesAsync(Func<Action<CustomerChannel, int>, Task> payAll, Stage stage)
    {
        const int linesInAll = 10;
        return payAll((paid, count) =>
        {
            if (count % (Payments / linesInAll) == 0) Tell.Line($"  {count,5} payments  {Tell.Sat(paid.Authorized),11} authorized  {Tell.Sat(paid.Remaining),11} left");
        });
    }
}
