using NBitcoin;

namespace BtcChannels;

/// <summary>An account with its secret keys.</summary>
public sealed class WalletAccount
{
    private readonly ExtKey _key;

    /// <param name="master">What the seed gives (BIP32).</param>
    /// <param name="purpose">The account's kind.</param>
    /// <param name="network">Keys of the main network are never those of a test network.</param>
    public WalletAccount(ExtKey master, WalletPurpose purpose, Network network)
    {
        _key = master.Derive(AccountKey.PathOf(purpose, network));
        Public = new(purpose, _key.Neuter(), master.Neuter().PubKey.GetHDFingerPrint(), network);
    }

    public AccountKey Public { get; }

    /// <summary>The key of an address. The caller disposes of it.</summary>
    public Key Secret(AddressPath path)
    {
        var chain = _key.Derive(path.Chain);
        using (chain.PrivateKey) return chain.Derive(path.Index).PrivateKey;
    }
}
