namespace BtcChannels.Server.Proxy;

/// <summary>The upstream did not do its part. Nobody pays for that.</summary>
internal sealed class UpstreamFault(bool isTimeout, string why, Exception? inner = null) : Exception(why, inner)
{
    public int Status => isTimeout ? StatusCodes.Status504GatewayTimeout : StatusCodes.Status502BadGateway;
}
