using System.Security.Cryptography;
using BtcChannels.Paywall;
using BtcChannels.Two1;
using NBitcoin;

namespace BtcChannels;

/// <summary>
/// Everything that a merchant derives from his seed: a key for each offer (<c>m/21'/coin'/0'</c> and the offer's 128 bits over five hardened
/// indices), payout addresses (<c>m/84'/coin'/0'/0/index</c>, BIP84), a key for each day of the two1 door (<c>m/44'/coin'/0'/0/day</c>, BIP44) and the secret that seals offers and
/// challenges (<c>m/21'/coin'/1'</c>).
/// </summary>
public sealed class MerchantKeys
{
    private const uint Hardened = 0x8000_0000;

    private readonly ExtKey _channels;
    private readonly ExtPubKey _payouts;

    /// <param name="seed">16 to 64 bytes. The caller wipes them.</param>
    /// <param name="network">Keys of mainnet are never those of a test network.</param>
    public MerchantKeys(ReadOnlySpan<byte> seed, Network network)
    {
        var bytes = seed.ToArray();
        var master = ExtKey.CreateFromSeed(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        var coin = Hardened + (network.ChainName == ChainName.Mainnet ? 0u : 1u);
        _channels = master.Derive(new KeyPath(Hardened + 21, coin, Hardened));
        Payouts = new WalletAccount(master, WalletPurpose.Bip84, network);
        _payouts = Payouts.Public.PublicKey.Derive(AddressPath.Receiving);
        Two1 = new WalletAccount(master, WalletPurpose.Bip44, network);
        Days = new Two1Days(Two1.Public);
        var seal = master.Derive(new KeyPath(Hardened + 21, coin, Hardened + 1)).PrivateKey.ToBytes();
        Seal = new OfferSeal(SHA256.HashData([.. "BtcChannels/offer/v1"u8, .. seal]));
        Challenges = new ChallengeSeal(SHA256.HashData([.. "BtcChannels/challenge/v1"u8, .. seal]));
        CryptographicOperations.ZeroMemory(seal);
        Fingerprint = Hex.Write(master.Neuter().PubKey.Hash.ToBytes());
    }

    /// <summary>Names the seed without telling anything of it: hash160 of the master public key, hex.</summary>
    public string Fingerprint { get; }

    public OfferSeal Seal { get; }

    public ChallengeSeal Challenges { get; }

    /// <summary>The account of the payout addresses, with the keys that spend what was paid there.</summary>
    public WalletAccount Payouts { get; }

    /// <summary>The account of the two1 door's keys: closes of its channels pay to their addresses.</summary>
    public WalletAccount Two1 { get; }

    /// <summary>The same keys by their days.</summary>
    public Two1Days Days { get; }

    public PubKey KeyFor(OfferId offer)
    {
        using var key = SecretFor(offer);
        return key.PubKey;
    }

    /// <summary>The payout script of an index: P2WPKH.</summary>
    /// <param name="index">0 to 2^31 - 1.</param>
    public Script PayoutScript(uint index) => _payouts.Derive(index).GetPublicKey().WitHash.ScriptPubKey;

    /// <summary>Completes a payment with the merchant's signature. Only a channel that is closing may ask for this, and <see cref="CloseProbe"/>, which is none.</summary>
    public Transaction Countersign(MerchantChannel channel, SignedPayment payment)
    {
        var unsigned = channel.PaymentOf(payment.Total);
        using var key = channel.Two1 is { } two1 ? Two1.Secret(Two1Days.PathOf(two1.Day)) : SecretFor(channel.Offer);
        var signature = ChannelSigning.Sign(key, ChannelTransactions.SignatureHash(unsigned, channel.Terms));
        return ChannelTransactions.Close(unsigned, channel.Terms, payment.Signature, signature);
    }

    private Key SecretFor(OfferId offer) => _channels.Derive(PathOf(offer)).PrivateKey;

    /// <summary>Five hardened indices: 31 bits in each of four, from the highest down, and the last 4 bits on top of the fifth.</summary>
    private static KeyPath PathOf(OfferId offer)
    {
        uint Index(UInt128 bits) => Hardened | (uint)(bits & 0x7fff_ffff);
        return new(Index(offer.Value >> 97), Index(offer.Value >> 66), Index(offer.Value >> 35), Index(offer.Value >> 4), Index(offer.Value << 27));
    }
}
