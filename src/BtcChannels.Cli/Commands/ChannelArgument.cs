using System.CommandLine;

namespace BtcChannels.Cli.Commands;

internal static class ChannelArgument
{
    public static Argument<string> Make() => new("channel") { Description = "The channel's id, or as much of its beginning as no other channel shares." };
}
