using NBXplorer.Models;

namespace BtcChannels.Chain;

/// <summary>What NBXplorer's answers about a transaction mean beyond what the node itself says.</summary>
internal static class NBXplorerWords
{
    /// <summary>It cannot even be read.</summary>
    public static bool IsAboutTransaction(NBXplorerException refused) => refused.Error.Code == "invalid-format";

    /// <summary>Only the command refuses, by its own limit on fees (0.1 BTC per 1,000 bytes), which is none of the network.</summary>
    public static bool IsLimitOfCommand(string reason) =>
        reason.Contains("max-fee-exceeded", StringComparison.OrdinalIgnoreCase) || reason.Contains("Fee exceeds maximum configured", StringComparison.OrdinalIgnoreCase);
}
