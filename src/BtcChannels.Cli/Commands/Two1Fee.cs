using System.CommandLine;
using BtcChannels.Client;
using NBitcoin;

namespace BtcChannels.Cli.Commands;

/// <summary>The option of commands that may open a channel at a two1 door.</summary>
internal static class Two1Fee
{
    public static Option<Money?> Make() => new("--two1-fee")
    {
        Description = "What the close of a new channel at a merchant of 21's pays the miners, satoshi. Default 125000, which his server may insist on.", HelpName = "sat",
        CustomParser = Parsers.Amount,
    };

    public static Func<ParseResult, Two1Options> Read(Option<Money?> option) => parsed => new Two1Options() is var usual && parsed.GetValue(option) is { } fee ? usual with { Fee = fee } : usual;
}
