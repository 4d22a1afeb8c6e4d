using System.Text;
using NBitcoin;

namespace BtcChannels.Chain;

/// <summary>How to reach a bitcoind. Either the cookie file is given, or user and password.</summary>
/// <param name="RpcUri">Its RPC address, such as <c>http://127.0.0.1:8332/</c>, without credentials.</param>
/// <param name="CookieFile">The file that it writes at every start (<c>.cookie</c> in its data folder); read again whenever it has changed.</param>
/// <param name="User">Of <c>rpcauth</c> or <c>rpcuser</c>.</param>
/// <param name="Password">Of the same.</param>
/// <param name="PollInterval">How long one wait for news lasts: 1 second where not given, 200 milliseconds on regtest.</param>
/// <param name="Timeout">How long one call may take in all, 15 seconds where not given.</param>
public sealed record BitcoindOptions(
    Uri RpcUri,
    string? CookieFile = null,
    string? User = null,
    string? Password = null,
    TimeSpan? PollInterval = null,
    TimeSpan? Timeout = null) : ChainOptions
{
    /// <summary>The address alone: it goes into messages and logs, where no credentials belong.</summary>
    internal string Address => RpcUri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    public override IChain Connect(Network network, TimeProvider time) => new BitcoindChain(this, network, time);

    public override void Validate()
    {
        if (!RpcUri.IsAbsoluteUri || (RpcUri.Scheme != Uri.UriSchemeHttp && RpcUri.Scheme != Uri.UriSchemeHttps))
            throw new ArgumentException("The RPC address of bitcoind is an http address, such as http://127.0.0.1:8332/");
        if (RpcUri.UserInfo.Length > 0)
            throw new ArgumentException("The RPC address of bitcoind holds no credentials: give user and password by themselves");
        if (CookieFile is null ? User is null || Password is null : User is not null || Password is not null)
            throw new ArgumentException("bitcoind is authenticated to by its cookie file, or by user and password: give one of the two");
        if (PollInterval <= TimeSpan.Zero) throw new ArgumentException("The poll interval is above zero");
        if (Timeout <= TimeSpan.Zero) throw new ArgumentException("The time limit is above zero");
    }

    // A record writes all of its members, the password too.
    protected override bool PrintMembers(StringBuilder builder)
    {
        builder.Append(Address);
        return true;
    }
}
