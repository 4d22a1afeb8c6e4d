using System.Diagnostics;
using NBitcoin;

namespace BtcChannels;

/// <summary>The keys of a customer's own wallet: accounts by BIP84 and BIP44 of the seed's <see cref="SeedWords">words</see>, so that any wallet that takes those has the same.</summary>
public sealed class WalletKeys
{
    private readonly WalletAccount _witness;
    private readonly WalletAccount _plain;

    /// <param name="seed">32 bytes. The caller wipes them.</param>
    public WalletKeys(ReadOnlySpan<byte> seed, Network network)
    {
        var master = SeedWords.Of(seed).DeriveExtKey();
        (_witness, _plain) = (new(master, WalletPurpose.Bip84, network), new(master, WalletPurpose.Bip44, network));
        master.PrivateKey.Dispose();
    }

    public IReadOnlyList<AccountKey> Accounts => [_witness.Public, _plain.Public];

    public AccountKey Account(WalletPurpose purpose) => Of(purpose).Public;

    /// <summary>The key of a coin. The caller disposes of it.</summary>
    public Key Secret(OwnCoin coin) => Secret(coin.Purpose, coin.Path);

    /// <summary>The key of an address. The caller disposes of it.</summary>
    public Key Secret(WalletPurpose purpose, AddressPath path) => Of(purpose).Secret(path);

    private WalletAccount Of(WalletPurpose purpose) => purpose switch
    {
        WalletPurpose.Bip84 => _witness,
        WalletPurpose.Bip44 => _plain,
        _ => throw new UnreachableException(purpose.ToString()),
    };
}
