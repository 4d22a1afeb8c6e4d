using System.Globalization;
using BtcChannels.Chain;
using BtcChannels.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Logging;

namespace BtcChannels.AspNetCore.Http;

/// <summary>How an outage of disk or node is told, whatever the form of the request.</summary>
internal static class Outages
{
    public const ushort RetryAfterSeconds = 2;

    public static readonly string RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);

    public static bool IsOutage(Exception fault) => fault is StoreUnavailableException or ChainUnavailableException;

    /// <summary>Logs it, and says what to answer.</summary>
    public static ProblemHttpResult Problem(Exception outage, ILogger log)
    {
        log.Outage(outage.Message);
        return outage is StoreUnavailableException ? Problems.StoreUnavailable() : Problems.ChainUnavailable();
    }
}
