using System.Security.Cryptography;
using NBitcoin;

namespace BtcChannels;

/// <summary>A customer's keys, one for each channel: <c>m/21'/coin'/2'/index'</c> of his seed.</summary>
public sealed class CustomerKeys
{
    private const uint Hardened = 0x8000_0000;

    private readonly ExtKey _channels;

    /// <param name="seed">16 to 64 bytes. The caller wipes them.</param>
    /// <param name="network">Keys of one network are never those of another.</param>
    public CustomerKeys(ReadOnlySpan<byte> seed, Network network)
    {
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

    /// <param name="index">0 to 2^31 - 1.</param>
    public PubKey PubKey(uint index)
    {
        using var key = Secret(index);
        return key.PubKey;
    }

    /// <summary>Signs a payment: from then on that money is spent.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The total is outside 0 to the capacity.</exception>
    public SignedPayment Pay(CustomerChannel channel, Money total, Script payoutScript)
    {
        using var key = Secret(channel.KeyIndex);
        return new(total, ChannelSigning.Sign(key, channel.HashOf(total, payoutScript)));
    }

    /// <summary>Signs many payments of one channel: what is the same in all of them is worked out once.</summary>
    public PaymentSigner SignerOf(CustomerChannel channel, Script payoutScript)
    {
        using var key = Secret(channel.KeyIndex);
        return new(key, channel, payoutScript);
    }

    /// <summary>The refund, signed, and checked against the deposit's output: one that would not be valid is never handed out, since all rests on it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The fee leaves nothing that would be relayed.</exception>
    /// <exception cref="InvalidOperationException">It would not be valid: the key of the index is not the customer's in the terms.</exception>
    public Transaction Refund(uint index, Deposit deposit, ChannelTerms terms, Money fee, Script customerScript)
    {
        using var key = Secret(index);
        var unsigned = ChannelTransactions.UnsignedRefund(deposit, terms, fee, customerScript);
        var refund = ChannelTransactions.Refund(unsigned, terms, ChannelSigning.Sign(key, ChannelTransactions.SignatureHash(unsigned, terms)));
        return RefundCheck.FaultOf(refund, deposit, terms) is { } fault
            ? throw new InvalidOperationException($"The refund of {deposit.OutPoint} would not be valid: {fault}")
            : refund;
    }

    /// <summary>Signs a request about a channel. See <see cref="ChannelAuthorization"/>.</summary>
    public Secp256k1.Signature Authorize(CustomerChannel channel, Network network, string action, long time)
    {
        using var key = Secret(channel.KeyIndex);
        return ChannelAuthorization.Sign(key, network, channel.Merchant, channel.Id, action, time);
    }

    private Key Secret(uint index) => _channels.Derive(Hardened | index).PrivateKey;
}
