using NBitcoin;
using NBXplorer;

namespace BtcChannels.Chain;

/// <summary>How to reach an NBXplorer.</summary>
/// <param name="Url">Its address, such as <c>http://127.0.0.1:24444/</c>, without credentials.</param>
/// <param name="CookieFile">The file that it writes at every start; read again whenever it refuses what was in it. Null where it runs without authentication.</param>
/// <param name="PollInterval">How long one wait for news lasts at most: 1 second where not given, 200 milliseconds on regtest.</param>
/// <param name="Timeout">How long one call may take in all, 15 seconds where not given.</param>
public sealed record NBXplorerOptions(Uri Url, string? CookieFile = null, TimeSpan? PollInterval = null, TimeSpan? Timeout = null) : ChainOptions
{
    /// <summary>Where the NBXplorer of a network listens if nobody says otherwise; null where that is not known.</summary>
    public static Uri? DefaultUrl(Network network) => HasDefaults(network) ? NBXplorerDefaultSettings.GetDefaultSettings(network.ChainName).DefaultUrl : null;

    /// <summary>Where the NBXplorer of a network, run by this user, writes its cookie if nobody says otherwise; null where that is not known.</summary>
    public static string? DefaultCookieFile(Network network) => HasDefaults(network) ? NBXplorerDefaultSettings.GetDefaultSettings(network.ChainName).DefaultCookieFile : null;

    /// <summary>The address alone: it goes into messages and logs.</summary>
    internal string Address => Url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    public override IChain Connect(Network network, TimeProvider time) => new NBXplorerChain(this, network, time);

    public override void Validate()
    {
        if (!Url.IsAbsoluteUri || (Url.Scheme != Uri.UriSchemeHttp && Url.Scheme != Uri.UriSchemeHttps))
            throw new ArgumentException("The address of NBXplorer is an http address, such as http://127.0.0.1:24444/");
        if (Url.UserInfo.Length > 0) throw new ArgumentException("The address of NBXplorer holds no credentials: give its cookie file");
        if (CookieFile is { Length: 0 }) throw new ArgumentException("The cookie file of NBXplorer has a name");
        if (PollInterval <= TimeSpan.Zero) throw new ArgumentException("The poll interval is above zero");
        if (Timeout <= TimeSpan.Zero) throw new ArgumentException("The time limit is above zero");
    }

    // The ports of the other networks are a server's own choice.
    private static bool HasDefaults(Network network) => network == Network.Main || network == Network.TestNet || network == Network.RegTest;
}
