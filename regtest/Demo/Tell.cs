using System.Globalization;
using NBitcoin;
using Spectre.Console;

namespace BtcChannels.Demo;

/// <summary>Tells what happens.</summary>
internal static class Tell
{
    public static void Title(string text) => AnsiConsole.Write(new Rule($"[bold]{text}[/]") { Justification = Justify.Left });

    public static void Line(string markup) => AnsiConsole.MarkupLine(markup);

    public static void Show(Settlement settlement)
    {
        Line($"  mined in block {settlement.Height}: {settlement.Txid}");
        AnsiConsole.Write(new Table { Border = TableBorder.Rounded }
            .AddColumn("read from the chain").AddColumn(new TableColumn("sat").RightAligned())
            .AddRow("deposit", Number(settlement.Deposit)).AddRow("merchant received", Number(settlement.ToMerchant))
            .AddRow("customer received", Number(settlement.ToCustomer)).AddRow("miners received", Number(settlement.Fee)));
    }

    public static string Sat(Money amount) => $"{Number(amount)} sat";

    private static string Number(Money amount) => amount.Satoshi.ToString("N0", CultureInfo.InvariantCulture);
}
