using BtcChannels.Two1;
using BtcChannels.Wire;

namespace BtcChannels.Client;

/// <summary>The refusals of two1 doors that a customer acts upon, by 21's words, as problems of the direct door where those mean the same.</summary>
internal static class Two1Refusals
{
    /// <summary>The door knows no such channel (or has lost it).</summary>
    public static readonly string ChannelUnknown = ProblemNames.ChannelUnknown;

    public static readonly string ChannelClosed = Slug.Of(PaymentRejection.ChannelClosed);

    /// <summary>The total is not above the last one that the door has: it may be that very one.</summary>
    public static readonly string TotalNotRaised = Slug.Of(PaymentRejection.TotalNotRaised);

    /// <summary>Whatever else.</summary>
    public const string Other = "two1-refusal";

    private const int NotFound = 404;

    private static readonly Two1Policy s_policy = new();

    private static readonly Dictionary<string, string> s_problems = new(StringComparer.Ordinal)
    {
        [Two1Words.Of(Two1PaymentRejection.ChannelPending, s_policy)] = ProblemNames.ChannelPending,
        [Two1Words.Of(Two1PaymentRejection.ChannelClosed, s_policy)] = ChannelClosed,
        [Two1Words.Of(Two1PaymentRejection.ChannelUnknown, s_policy)] = ChannelUnknown,
        [Two1Words.Of(Two1PaymentRejection.TotalNotRaised, s_policy)] = TotalNotRaised,
    };

    public static string ProblemOf(int status, string words) => s_problems.GetValueOrDefault(words, status == NotFound ? ChannelUnknown : Other);

    /// <summary>Whether such a channel takes nothing any more.</summary>
    public static bool IsOver(string problem) => problem == ChannelClosed || problem == ChannelUnknown;
}
