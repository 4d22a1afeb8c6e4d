using System.Text.Json;
using BtcChannels.Demo;
using Spectre.Console;

if (args is not ([] or ["--json"]))
{
    Console.Error.WriteLine("usage: demo.sh [--json]");
    return 2;
}

if (Console.IsOutputRedirected)
{
    // A file or a pipe wants no colours and no lines broken.
    AnsiConsole.Profile.Capabilities.Ansi = AnsiConsole.Profile.Capabilities.Interactive = false;
    AnsiConsole.Profile.Width = 160;
}

try
{
    await using var stage = await Stage.SetUpAsync();
    var streamed = await StreamAct.PlayAsync(stage);
    var autoClosed = await AutoCloseAct.PlayAsync(stage);
    var refunded = await RefundAct.PlayAsync(stage);
    var paid = await PaywallAct.PlayAsync(stage);
    Tell.Line("[green]Every satoshi is where it should be.[/]");
    if (args is ["--json"]) Console.WriteLine(JsonSerializer.Serialize(DemoResult.Of(streamed, autoClosed, refunded, paid), DemoJson.Default.DemoResult));
    return 0;
}
catch (Exception wrong)
{
    // Whatever it was: the sums were not shown to be right.
    Console.Error.WriteLine($"The demo failed: {(wrong is WrongSumException ? wrong.Message : wrong)}");
    return 1;
}
