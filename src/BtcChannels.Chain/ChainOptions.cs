using NBitcoin;

namespace BtcChannels.Chain;

/// <summary>Which chain backend is used, and how it is reached. Who holds one need not know which it is.</summary>
public abstract record ChainOptions
{
    private static readonly TimeSpan s_pollInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_regtestPollInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(15);

    private protected ChainOptions(TimeSpan? pollInterval, TimeSpan? timeout) => (PollInterval, Timeout) = (pollInterval, timeout);

    /// <summary>How long one wait for news lasts at most: 1 second where not given, 200 milliseconds on regtest.</summary>
    public TimeSpan? PollInterval { get; init; }

    /// <summary>How long one call may take in all, 15 seconds where not given.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The address alone: it goes into messages and logs, where no credentials belong.</summary>
    internal string Address => Location.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    internal TimeSpan TimeLimit => Timeout ?? s_timeout;

    private protected abstract Uri Location { get; }

    /// <summary>The chain as that backend tells it. The backend need not be up.</summary>
    /// <exception cref="ArgumentException"><see cref="Validate"/> would throw it.</exception>
    public abstract IChain Connect(Network network, TimeProvider time);

    /// <summary>The way to find a wallet's coins with that backend, which need not be up.</summary>
    /// <exception cref="ArgumentException"><see cref="Validate"/> would throw it.</exception>
    public abstract ICoinFinder FindCoins(Network network, TimeProvider time);

    /// <exception cref="ArgumentException">A setting is missing, out of range, or contradicts another.</exception>
    public virtual void Validate()
    {
        if (PollInterval <= TimeSpan.Zero) throw new ArgumentException("The poll interval is above zero");
        if (Timeout <= TimeSpan.Zero) throw new ArgumentException("The time limit is above zero");
    }

    internal TimeSpan PollIntervalOn(Network network) => PollInterval ?? (network == Network.RegTest ? s_regtestPollInterval : s_pollInterval);

    /// <param name="what">The address by name.</param>
    /// <param name="example">One as it should be.</param>
    /// <param name="instead">Where credentials belong.</param>
    private protected void ValidateAddress(string what, string example, string instead)
    {
        if (!Location.IsAbsoluteUri || (Location.Scheme != Uri.UriSchemeHttp && Location.Scheme != Uri.UriSchemeHttps)) throw new ArgumentException($"{what} is an http address, such as {example}");
        if (Location.UserInfo.Length > 0) throw new ArgumentException($"{what} holds no credentials: give {instead}");
    }
}
