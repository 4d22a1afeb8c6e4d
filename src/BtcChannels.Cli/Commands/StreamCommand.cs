using System.CommandLine;
using BtcChannels.Client;
using NBitcoin;
using Spectre.Console;

namespace BtcChannels.Cli.Commands;

/// <summary>Pays again and again, at a rate.</summary>
internal static class StreamCommand
{
    private const int MaxRate = 100_000;

    public static Command Make(Cli cli)
    {
        var channel = ChannelArgument.Make();
        var amount = new Option<Money?>("--amount")
        {
            Description = "Satoshi of each payment. Default 1. The very first of a channel pays at least what the network relays as an output.", HelpName = "sat",
            CustomParser = Parsers.Amount,
        };
        var rate = new Option<int>("--rate")
        {
            Description = $"Payments a second, up to {MaxRate}; 0 as fast as the merchant answers. ", HelpName = "n", CustomParser = Parsers.Count("a rate", 0, MaxRate), DefaultValueFactory = _ => 10,
        };
        var duration = new Option<TimeSpan?>("--duration") { Description = "For how long, such as 30s.", HelpName = "time", CustomParser = result => Parsers.Duration(result) };
        var count = new Option<int?>("--count") { Description = "How many payments.", HelpName = "n", CustomParser = result => Parsers.Count("a number of payments", 1, int.MaxValue)(result) };
        var command = new Command("stream", "Streams payments, until duration, count, capacity or Ctrl-C ends them.") { channel, amount, rate, duration, count };
        command.Validators.Add(result =>
        {
            if (result.GetResult(duration) is null == result.GetResult(count) is null) result.AddError("Give --duration or --count, one of the two");
        });
        return cli.On(command, async (parsed, session, ct) =>
        {
            var found = await session.FindAsync(parsed.GetRequiredValue(channel), ct);
            var wanted = new PaymentStream.Wanted(parsed.GetValue(amount) ?? Money.Satoshis(1L), parsed.GetValue(rate), parsed.GetValue(duration), parsed.GetValue(count));
            var stream = new PaymentStream(session, found, wanted);
            return session.Output.IsLive ? await RunLiveAsync(session, stream, wanted, ct) : await stream.RunAsync(() => { }, ct);
        });
    }

    private static Task<ExitCode> RunLiveAsync(Session session, PaymentStream stream, PaymentStream.Wanted wanted, CancellationToken ct) => session.Output.Console()
        .Progress()
        .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
        .StartAsync(async context =>
        {
            var task = context.AddTask("paying", maxValue: wanted.Count ?? wanted.Duration!.Value.TotalSeconds);
            return await stream.RunAsync(
                () =>
                {
                    task.Value = wanted.Count is null ? stream.Elapsed.TotalSeconds : stream.Payments;
                    task.Description = $"{stream.Payments} payments, {stream.Paid.Satoshi} sat";
                }, ct);
        });
}
