using System.Security.Cryptography;
using BtcChannels.Two1;
using NBitcoin;

namespace BtcChannels;

/// <summary>
/// A customer's keys, one for each channel: <c>m/21'/coin'/2'/index'</c> of his seed; for channels at a two1 door a key of his wallet (<see cref="CustomerDoor.Two1"/>).
/// </summary>
public sealed class CustomerKeys
{
    private const uint Hardened = 0x8000_0000;

    private readonly ExtKey _channels;
    private readonly WalletKeys? _wallet;

    /// <param name="seed">16 to 64 bytes. The caller wipes them.</param>
    /// <param name="network">Keys of one network are never those of another.</param>
    /// <param name="wallet">Of the same seed; null where there are no channels at two1 doors.</param>
    public CustomerKeys(ReadOnlySpan<byte> seed, Network network, WalletKeys? wallet = null)
    {
        _wallet = wallet;
        var bytes = seed.ToArray();
        var master = ExtKey.CreateFromSeed(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        var coin = Hardened + (network.ChainName == ChainName.Mainnet ? 0u : 1u);
        _channels = master.Derive(new KeyPath(Hardened + 21, coin, Hardened + 2));
        Fingerprint = Hex.Write(master.Neuter().PubKey.Hash.ToBytes());
        Backups = new BackupSeal(seed);
    }

    /// <summary>Names the seed without telling anything of it: hash160 of the master public key, hex.</summary>
    public string Fingerprint { get; }

    public BackupSeal Backups { get; }

    /// <param name="index">The channel's, 0 to 2^31 - 1.</param>
    /// <param name="door">The channel's; null for the direct one.</param>
    public PubKey PubKey(uint index, CustomerDoor? door = null)
    {
        using var key = Secret(index, door);
        return key.PubKey;
    }

    /// <summary>Signs a payment: from then on that money is spent.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The total is outside 0 to the capacity.</exception>
    public SignedPayment Pay(CustomerChannel channel, Money total, Script payoutScript)
    {
        using var key = Secret(channel.KeyIndex, channel.Door);
        return new(total, ChannelSigning.Sign(key, channel.HashOf(total, payoutScript)));
    }

    /// <summary>Signs many payments of one channel: what is the same in all of them is worked out once.</summary>
    public PaymentSigner SignerOf(CustomerChannel channel, Script payoutScript)
    {
        using var key = Secret(channel.KeyIndex, channel.Door);
        return new(key, channel, payoutScript);
    }

    /// <summary>The refund, signed, and checked against the deposit's output: one that would not be valid is never handed out, since all rests on it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The fee leaves nothing that would be relayed.</exception>
    /// <exception cref="InvalidOperationException">It would not be valid: the key of the index is not the customer's in the terms.</exception>
    public Transaction Refund(uint index, Deposit deposit, ChannelTerms terms, Money fee, Script customerScript, CustomerDoor? door = null)
    {
        using var key = Secret(index, door);
        var unsigned = ChannelTransactions.UnsignedRefund(deposit, terms, fee, customerScript);
        var refund = ChannelTransactions.Refund(unsigned, terms, ChannelSigning.Sign(key, ChannelTransactions.SignatureHash(unsigned, terms)));
        return RefundCheck.FaultOf(refund, deposit, terms) is { } fault
            ? throw new InvalidOperationException($"The refund of {deposit.OutPoint} would not be valid: {fault}")
            : refund;
    }

    /// <summary>Signs a request about a channel. See <see cref="ChannelAuthorization"/>.</summary>
    public Secp256k1.Signature Authorize(CustomerChannel channel, Network network, string action, long time)
    {
        using var key = Secret(channel.KeyIndex, channel.Door);
        return ChannelAuthorization.Sign(key, network, channel.Merchant, channel.Id, action, time);
    }

    /// <summary>Signs the wish to close at a two1 door.</summary>
    public Secp256k1.Signature AuthorizeTwo1Close(CustomerChannel channel)
    {
        using var key = Secret(channel.KeyIndex, channel.Door);
        return Two1Close.Sign(key, channel.Deposit.OutPoint.Hash);
    }

    private Key Secret(uint index, CustomerDoor? door) => door is CustomerDoor.Two1 two1
        ? (_wallet ?? throw new InvalidOperationException("The keys of channels at two1 doors are the wallet's, which is not here")).Secret(
            WalletPurpose.Bip44, new AddressPath(AddressPath.Change, two1.WalletIndex))
        : _channels.Derive(Hardened | index).PrivateKey;
}
