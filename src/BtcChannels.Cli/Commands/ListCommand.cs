using System.CommandLine;
using System.Globalization;
using Spectre.Console;

namespace BtcChannels.Cli.Commands;

internal static class ListCommand
{
    private const int ShortId = 12;

    public static Command Make(Cli cli)
    {
        var all = new Option<bool>("--all") { Description = "Those that are over, too." };
        return cli.On(
            new Command("list", "Lists the channels, as the store has them; no node or merchant is asked.") { all },
            async (parsed, session, ct) =>
            {
                var channels = (await session.Customer.ListAsync(ct)).Where(channel => parsed.GetValue(all) || !channel.State.IsFinal).ToList();
                if (session.Output.IsLive) Draw(session.Output.Console(), channels);
                else if (session.Output.IsJson) session.Output.Write([.. channels.Select(ChannelView.Of)], CliJson.Default.ChannelViewArray, "");
                else foreach (var channel in channels) session.Output.Say(string.Join('\t', Row(channel, channel.Id.ToString())));
                return ExitCode.Done;
            });
    }

    private static void Draw(IAnsiConsole console, List<CustomerChannel> channels)
    {
        if (channels.Count == 0)
        {
            console.MarkupLine("No channels.");
            return;
        }
        var table = new Table().Border(TableBorder.Simple);
        foreach (var name in (string[])["channel", "state", "paid, sat", "left, sat", "expiry", "merchant"]) table.AddColumn(name);
        foreach (var channel in channels) table.AddRow([.. Row(channel, channel.Id.ToString()[..ShortId]).Select(Markup.Escape)]);
        console.Write(table);
    }

    private static string[] Row(CustomerChannel channel, string id) => [
        id, ChannelView.StateOf(channel), channel.Authorized.Satoshi.ToString(CultureInfo.InvariantCulture), channel.Remaining.Satoshi.ToString(CultureInfo.InvariantCulture),
        channel.Terms.Expiry.ToString(), ChannelView.AddressOf(channel)];
}
