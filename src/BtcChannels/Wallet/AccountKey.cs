using System.Collections.Concurrent;
using System.Globalization;
using NBitcoin;

namespace BtcChannels;

/// <summary>The kinds of accounts that a wallet has, by the number of their standard.</summary>
public enum WalletPurpose
{
    /// <summary>P2PKH (BIP44).</summary>
    Bip44 = 44,

    /// <summary>P2WPKH (BIP84).</summary>
    Bip84 = 84,
}

/// <summary>Where an address stands in an account.</summary>
/// <param name="Chain"><see cref="Receiving"/> or <see cref="Change"/>.</param>
/// <param name="Index">0 to 2^31 - 1.</param>
public readonly record struct AddressPath(uint Chain, uint Index)
{
    /// <summary>Addresses that are shown to others.</summary>
    public const uint Receiving = 0;

    /// <summary>Addresses for what is left over.</summary>
    public const uint Change = 1;
}

/// <summary>What can be known of an account without being able to spend from it: <c>m/purpose'/coin'/0'</c>, the coin 0 on the main network and 1 elsewhere.</summary>
public sealed class AccountKey
{
    private const uint Hardened = 0x8000_0000;

    // Looking for coins takes thousands of scripts each time.
    private readonly ConcurrentDictionary<uint, IReadOnlyList<Script>> _scripts = new();

    /// <param name="purpose">Its kind.</param>
    /// <param name="publicKey">The account's.</param>
    /// <param name="master">Names the key that it is derived from.</param>
    /// <param name="network">What its addresses are written for.</param>
    public AccountKey(WalletPurpose purpose, ExtPubKey publicKey, HDFingerprint master, Network network) => (Purpose, PublicKey, Master, Network) = (purpose, publicKey, master, network);

    public WalletPurpose Purpose { get; }
    public ExtPubKey PublicKey { get; }
    public HDFingerprint Master { get; }
    public Network Network { get; }

    public Script ScriptAt(AddressPath path) => AddressOf(PublicKey.Derive(path.Chain), path.Index).ScriptPubKey;

    public BitcoinAddress AddressAt(AddressPath path) => AddressOf(PublicKey.Derive(path.Chain), path.Index);

    /// <summary>The scripts of the first addresses of a chain, in their order.</summary>
    public IEnumerable<Script> Scripts(uint chain, int count)
    {
        var known = _scripts.GetValueOrDefault(chain, []);
        if (known.Count < count)
        {
            var above = PublicKey.Derive(chain);
            known = [.. known, .. Enumerable.Range(known.Count, count - known.Count).Select(index => AddressOf(above, (uint)index).ScriptPubKey)];
            _scripts[chain] = known;
        }
        return known.Take(count);
    }

    /// <summary>
    /// One of the account's chains as other wallets read it (BIP380 to BIP382), with its checksum: <c>wpkh([d34db33f/84h/0h/0h]xpub…/0/*)#…</c>. It shows all of the
    /// account's addresses and spends nothing.
    /// </summary>
    public string Descriptor(uint chain)
    {
        var function = Purpose == WalletPurpose.Bip84 ? "wpkh" : "pkh";
        var coin = CoinOf(Network) - Hardened;
        return DescriptorChecksum.AppendTo(string.Create(
            CultureInfo.InvariantCulture, $"{function}([{Master}/{(int)Purpose}h/{coin}h/0h]{PublicKey.ToString(Network)}/{chain}/*)"));
    }

    private BitcoinAddress AddressOf(ExtPubKey chain, uint index) =>
        chain.Derive(index).GetPublicKey().GetAddress(Purpose == WalletPurpose.Bip84 ? ScriptPubKeyType.Segwit : ScriptPubKeyType.Legacy, Network);

    internal static KeyPath PathOf(WalletPurpose purpose, Network network) => new(Hardened + (uint)purpose, CoinOf(network), Hardened);

    private static uint CoinOf(Network network) => Hardened + (network.ChainName == ChainName.Mainnet ? 0u : 1u);
}
