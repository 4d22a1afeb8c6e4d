using NBitcoin;
using NBXplorer;

namespace BtcChannels.Chain;

/// <summary>How to reach an NBXplorer.</summary>
/// <param name="Url">Its address, such as <c>http://127.0.0.1:24444/</c>, without credentials.</param>
/// <param name="CookieFile">The file that it writes at every start; read again whenever it refuses what was in it. Null where it runs without authentication.</param>
/// <param name="PollInterval">See <see cref="ChainOptions.PollInterval"/>.</param>
/// <param name="Timeout">See <see cref="ChainOptions.Timeout"/>.</param>
public sealed record NBXplorerOptions(Uri Url, string? CookieFile = null, TimeSpan? PollInterval = null, TimeSpan? Timeout = null) : ChainOptions(PollInterval, Timeout)
{
    /// <summary>Where the NBXplorer of a network listens if nobody says otherwise; null where that is not known.</summary>
    public static Uri? DefaultUrl(Network network) => HasDefaults(network) ? NBXplorerDefaultSettings.GetDefaultSettings(network.ChainName).DefaultUrl : null;

    /// <summary>Where the NBXplorer of a network, run by this user, writes its cookie if nobody says otherwise; null where that is not known.</summary>
    public static string? DefaultCookieFile(Network network) => HasDefaults(network) ? NBXplorerDefaultSettings.GetDefaultSettings(network.ChainName).DefaultCookieFile : null;

    private protected override Uri Location => Url;

    public override IChain Connect(Network network, TimeProvider time) => new NBXplorerChain(this, network, time);

    public override ICoinFinder FindCoins(Network network, TimeProvider time) => new NBXplorerCoins(this, network, time);

    public override void Validate()
    {
        ValidateAddress("The address of NBXplorer", "http://127.0.0.1:24444/", "its cookie file");
        if (CookieFile is { Length: 0 }) throw new ArgumentException("The cookie file of NBXplorer has a name");
        base.Validate();
    }

    // The ports of the other networks are a server's own choice.
    private static bool HasDefaults(Network network) => network == Network.Main || network == Network.TestNet || network == Network.RegTest;
}
