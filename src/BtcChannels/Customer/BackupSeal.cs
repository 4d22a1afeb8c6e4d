using System.Security.Cryptography;
using System.Text.Json;
using BtcChannels.Wire;
using NBitcoin;

namespace BtcChannels;

/// <summary>
/// Writes and reads channel backups: a redeem script holds the merchant's key and the expiry, which no seed gives. A backup is <c>BTCB</c>, a version byte, a nonce of
/// 12 bytes, and <see cref="BackupRecord"/> as JSON under AES-256-GCM with its tag of 16 bytes in front; the five bytes before the nonce are authenticated too. The key
/// is HKDF-SHA256 of the customer's seed (no salt, info <c>BtcChannels/backup/v1</c>), so that the seed's words open every backup, and nothing else does.
/// </summary>
public sealed class BackupSeal
{
    private const int HeaderLength = 5;
    private const int NonceLength = 12;
    private const int TagLength = 16;

    private readonly byte[] _key;

    internal BackupSeal(ReadOnlySpan<byte> seed)
    {
        _key = new byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, seed, _key, salt: [], "BtcChannels/backup/v1"u8);
    }

    private static ReadOnlySpan<byte> Header => "BTCB\u0001"u8;

    /// <summary>Two backups of one channel differ in their bytes: the nonce is random.</summary>
    public byte[] Write(CustomerChannel channel, Network network)
    {
        var (terms, two1) = (channel.Terms, channel.Door as CustomerDoor.Two1);
        var content = JsonSerializer.SerializeToUtf8Bytes(
            new BackupRecord(
                network.GenesisHash.ToString(), channel.Merchant, channel.KeyIndex, Slug.Of(terms.Kind), Hex.Write(terms.MerchantKey.ToBytes()), Hex.Write(terms.CustomerKey.ToBytes()),
                terms.Expiry.Value, terms.CloseFee.Satoshi, (channel.Door as CustomerDoor.Direct)?.OfferToken ?? "", channel.Confirmations, channel.DepositTransaction.ToHex(), channel.Refund.ToHex(),
                Hex.Write(channel.CustomerScript.ToBytes()), two1?.Path, two1?.WalletIndex),
            BackupJson.Default.BackupRecord);
        var sealedBytes = new byte[HeaderLength + NonceLength + TagLength + content.Length];
        Header.CopyTo(sealedBytes);
        var nonce = sealedBytes.AsSpan(HeaderLength, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(_key, TagLength);
        cipher.Encrypt(nonce, content, sealedBytes.AsSpan(HeaderLength + NonceLength + TagLength), sealedBytes.AsSpan(HeaderLength + NonceLength, TagLength), Header);
        return sealedBytes;
    }

    /// <summary>Opens a backup and holds what is in it against itself and the customer's keys.</summary>
    /// <param name="backup">A file's bytes, whatever they are.</param>
    /// <param name="keys">Of the seed that it is of.</param>
    /// <param name="network">The network that it has to be of.</param>
    /// <returns>The channel, of which it is not known what was signed; or what is wrong, in words.</returns>
    public (CustomerChannel? Channel, string? Fault) Read(ReadOnlySpan<byte> backup, CustomerKeys keys, Network network)
    {
        if (backup.Length < HeaderLength || !backup.StartsWith(Header[..4])) return (null, "It is no channel backup");
        if (backup[HeaderLength - 1] != Header[HeaderLength - 1]) return (null, "It was written by a newer version of this program");
        if (backup.Length < HeaderLength + NonceLength + TagLength) return (null, "It is cut off");
        var content = new byte[backup.Length - HeaderLength - NonceLength - TagLength];
        try
        {
            using var cipher = new AesGcm(_key, TagLength);
            cipher.Decrypt(
                backup.Slice(HeaderLength, NonceLength), backup[(HeaderLength + NonceLength + TagLength)..], backup.Slice(HeaderLength + NonceLength, TagLength), content, Header);
        }
        catch (AuthenticationTagMismatchException)
        {
            return (null, "It is of another seed, or damaged");
        }
        try
        {
            var record = JsonSerializer.Deserialize(content, BackupJson.Default.BackupRecord) ?? throw new FormatException("it is empty");
            return record.Genesis == network.GenesisHash.ToString() ? (ToChannel(record, keys, network), null) : (null, "It is of another network");
        }
        catch (Exception wrong) when (wrong is JsonException or FormatException or ArgumentException or OverflowException or EndOfStreamException or InvalidDataException)
        {
            return (null, $"Its content is not what this program writes: {wrong.Message}");
        }
    }

    private static CustomerChannel ToChannel(BackupRecord record, CustomerKeys keys, Network network)
    {
        if (record.Kind != Slug.Of(ChannelKind.P2sh)) throw new FormatException($"kind {record.Kind} is unknown");
        var terms = new ChannelTerms(
            ChannelKind.P2sh, new PubKey(record.MerchantKey), new PubKey(record.CustomerKey), new Expiry(record.Expiry), Money.Satoshis(record.CloseFeeSat));
        CustomerDoor door = record is { Two1Path: { } path, Two1WalletIndex: { } wallet } ? new CustomerDoor.Two1(path, wallet) : new CustomerDoor.Direct(record.Offer);
        if (record.KeyIndex >= 0x8000_0000 || record.Two1WalletIndex >= 0x8000_0000 || keys.PubKey(record.KeyIndex, door) != terms.CustomerKey) throw new FormatException("its key is not of this seed");
        var transaction = Transaction.Parse(record.Deposit, network);
        if (Deposit.Find(transaction, terms) is not DepositSearch.Found { Deposit: { } deposit }) throw new FormatException("its deposit pays another script");
        var refund = Transaction.Parse(record.Refund, network);
        if (RefundCheck.FaultOf(refund, deposit, terms) is { } fault) throw new FormatException($"its refund is not valid: {fault}");
        if (!StandardScript.TryParse(record.CustomerScript, out var script)) throw new FormatException("its script is none");
        return new CustomerChannel(
            record.Merchant, record.KeyIndex, terms, door, record.Confirmations, deposit, transaction, refund, script, null, Money.Zero, null,
            new CustomerState.Prepared(IsRestored: true), 0);
    }
}
