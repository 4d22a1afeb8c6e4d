using System.Text;
using NBitcoin;

namespace BtcChannels.Chain;

/// <summary>How to reach a bitcoind. Either the cookie file is given, or user and password.</summary>
/// <param name="RpcUri">Its RPC address, such as <c>http://127.0.0.1:8332/</c>, without credentials.</param>
/// <param name="CookieFile">The file that it writes at every start (<c>.cookie</c> in its data folder); read again whenever it has changed.</param>
/// <param name="User">Of <c>rpcauth</c> or <c>rpcuser</c>.</param>
/// <param name="Password">Of the same.</param>
/// <param name="PollInterval">See <see cref="ChainOptions.PollInterval"/>.</param>
/// <param name="Timeout">See <see cref="ChainOptions.Timeout"/>.</param>
public sealed record BitcoindOptions(
    Uri RpcUri,
    string? CookieFile = null,
    string? User = null,
    string? Password = null,
    TimeSpan? PollInterval = null,
    TimeSpan? Timeout = null) : ChainOptions(PollInterval, Timeout)
{
    private protected override Uri Location => RpcUri;

    public override IChain Connect(Network network, TimeProvider time) => new BitcoindChain(this, network, time);

    public override ICoinFinder FindCoins(Network network, TimeProvider time) => new BitcoindCoins(this, network, time);

    public override void Validate()
    {
        ValidateAddress("The RPC address of bitcoind", "http://127.0.0.1:8332/", "user and password by themselves");
        if (CookieFile is null ? User is null || Password is null : User is not null || Password is not null)
            throw new ArgumentException("bitcoind is authenticated to by its cookie file, or by user and password: give one of the two");
        base.Validate();
    }

    // A record writes all of its members, the password too.
    protected override bool PrintMembers(StringBuilder builder)
    {
        builder.Append(Address);
        return true;
    }
}
