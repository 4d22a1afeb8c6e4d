namespace BtcChannels.Client;

/// <summary>What was asked for was not done, for callers who have no use for the several reasons.</summary>
public sealed class ChannelException(string message) : Exception(message);
