using BtcChannels.Chain;
using BtcChannels.Two1;
using Microsoft.Extensions.Logging;
using NBitcoin;

namespace BtcChannels.AspNetCore;

/// <summary>Everything that the merchant logs. Numbers are never used again. No signature, token or seed is ever among the values.</summary>
internal static partial class Log
{
    [LoggerMessage(1001, LogLevel.Information, "Channel {Channel}: opened with {Deposit} sat, expires {Expiry}")]
    public static partial void Opened(this ILogger log, ChannelId channel, long deposit, Expiry expiry);

    [LoggerMessage(1002, LogLevel.Information, "Channel {Channel}: {From} -> {To}")]
    public static partial void StateChanged(this ILogger log, ChannelId channel, string from, string to);

    [LoggerMessage(1003, LogLevel.Information, "Channel {Channel}: close {Txid} is out")]
    public static partial void CloseBroadcast(this ILogger log, ChannelId channel, uint256 txid);

    [LoggerMessage(1004, LogLevel.Warning, "Channel {Channel}: the node did not take close {Txid}: {Outcome}; it is sent again with the next block")]
    public static partial void CloseNotTaken(this ILogger log, ChannelId channel, uint256 txid, BroadcastOutcome outcome);

    [LoggerMessage(1005, LogLevel.Warning, "Channel {Channel}: close {Txid} waits for the node: {Why}")]
    public static partial void CloseDelayed(this ILogger log, ChannelId channel, uint256 txid, string why);

    [LoggerMessage(1006, LogLevel.Critical, "Channel {Channel}: {Sat} sat are lost ({Kind})")]
    public static partial void MoneyLost(this ILogger log, ChannelId channel, AlarmKind kind, long sat);

    [LoggerMessage(1007, LogLevel.Error, "Channel {Channel}: {Kind}, {Sat} sat at stake")]
    public static partial void Alarm(this ILogger log, ChannelId channel, AlarmKind kind, long sat);

    [LoggerMessage(1008, LogLevel.Error, "Fees have risen: {Channels} open channels with {Sat} sat authorized carry less than the {Needed} sat that a close needs now")]
    public static partial void FeesOutgrown(this ILogger log, long channels, long sat, long needed);

    [LoggerMessage(1009, LogLevel.Error, "Waiting: {Why}")]
    public static partial void Outage(this ILogger log, string why);

    [LoggerMessage(1010, LogLevel.Information, "Node and store answer again")]
    public static partial void BackInOrder(this ILogger log);

    [LoggerMessage(1011, LogLevel.Information, "Merchant {Fingerprint} on {Network}, data in {Folder}, known as {Origin}")]
    public static partial void Started(this ILogger log, string fingerprint, Network network, string folder, string origin);

    [LoggerMessage(1012, LogLevel.Critical, "Channel {Channel}: {Event} could not be dealt with")]
    public static partial void ChannelFailed(this ILogger log, Exception fault, ChannelId channel, MerchantEvent @event);

    [LoggerMessage(1013, LogLevel.Information, "Refused to open a channel: {Reason} {Detail}")]
    public static partial void OpenRefused(this ILogger log, OpenRejection reason, string? detail);

    [LoggerMessage(1014, LogLevel.Critical, "Channel {Channel}: {Kind}, {Sat} sat at stake: {Detail}")]
    public static partial void AlarmInDetail(this ILogger log, ChannelId channel, AlarmKind kind, long sat, string detail);

    [LoggerMessage(1015, LogLevel.Critical, "Channel {Channel} is not opened: nodes would not relay its close: {Detail}")]
    public static partial void ChannelUnclaimable(this ILogger log, ChannelId channel, string detail);

    [LoggerMessage(1017, LogLevel.Information, "This instance follows the chain from now on")]
    public static partial void OnDuty(this ILogger log);

    [LoggerMessage(1018, LogLevel.Information, "Another instance follows the chain")]
    public static partial void OffDuty(this ILogger log);

    [LoggerMessage(1016, LogLevel.Information, "{Count} open channels are in memory, after {Seconds:0.0} s")]
    public static partial void Filled(this ILogger log, int count, double seconds);

    [LoggerMessage(1020, LogLevel.Warning, "Restored from a backup: {Count} channels are held until their customers show their newest payments")]
    public static partial void Held(this ILogger log, long count);

    [LoggerMessage(1021, LogLevel.Warning, "{Count} closes wait for the node; they are sent as soon as it answers")]
    public static partial void ClosesDelayed(this ILogger log, int count);

    [LoggerMessage(1019, LogLevel.Information, "{Count} channels are closed ahead of the margin, since {Crowd} reach it within the hour")]
    public static partial void ClosingEarly(this ILogger log, int count, int crowd);

    [LoggerMessage(1023, LogLevel.Critical, "The chain cannot be followed, and {Count} channels reach the margin within the hour: they are closed by the clock, and nothing can be sent before the chain is back")]
    public static partial void BlindBeforeMargin(this ILogger log, int count);

    [LoggerMessage(1024, LogLevel.Warning, "Channel {Channel}: {Msat} msat that were served could not be charged: another instance took this one for dead meanwhile")]
    public static partial void ChargeLost(this ILogger log, ChannelId channel, long msat);

    [LoggerMessage(1025, LogLevel.Critical, "The chain stands still at block {Height}, which is {Hours} hours old: the node answers, and may hear nothing of the network. No channel opens meanwhile")]
    public static partial void ChainStandsStill(this ILogger log, int height, long hours);

    [LoggerMessage(1040, LogLevel.Information, "A request to open by the two1 door is refused: {Reason} {Detail}")]
    public static partial void Two1OpenRefused(this ILogger log, Two1OpenRejection reason, string? detail);
}
