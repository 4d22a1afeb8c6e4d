using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using BtcChannels.Benchmarks.Chaos;
using BtcChannels.Benchmarks.Curve;
using BtcChannels.Benchmarks.Fuzzing;
using BtcChannels.Benchmarks.Merchant;
using BtcChannels.Benchmarks.Paywall;
using BtcChannels.Benchmarks.Scale;
using Secp256k1;

var root = new Command("BtcChannels.Benchmarks", "Measures, fuzzes and breaks what payments go through.") { new HelpOption(), CurveCommand.Make(), FuzzCommand.Make(), ScaleCommand.Make(), ChaosCommand.Make() };
foreach (var it in MerchantCommand.Make().Concat(PaywallCommand.Make())) root.Add(it);
root.SetAction(parsed => new HelpAction().Invoke(parsed));
try
{
    return root.Parse(args).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception fault) when (fault.GetBaseException() is Secp256k1MissingException missing)
{
    Console.Error.WriteLine(missing.Message);
    return 3;
}
