using BtcChannels.Cli;

return await new Cli(CliHost.OfThisProcess()).RunAsync(args);
