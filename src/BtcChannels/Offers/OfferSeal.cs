using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using NBitcoin;

namespace BtcChannels;

/// <summary>
/// Writes an offer as a token that only this merchant can have written (HMAC-SHA256), and reads it back: so offers need no table
/// and survive a restart.
/// </summary>
/// <param name="secret">The merchant's own, 32 bytes.</param>
public sealed class OfferSeal(byte[] secret)
{
    private const byte Format = 1;
    private const int KeyLength = 33;
    private const int BodyLength = 1 + OfferId.Length + 1 + KeyLength + (5 * sizeof(long)) + sizeof(int) + sizeof(long);

    /// <summary>How long a token is, in characters: base64url of body and MAC.</summary>
    public static int TokenLength { get; } = Base64Url.GetEncodedLength(BodyLength + HMACSHA256.HashSizeInBytes);

    public string Write(Offer offer)
    {
        var bytes = new byte[BodyLength + HMACSHA256.HashSizeInBytes];
        var body = new Cursor(bytes);
        body.Take(1)[0] = Format;
        offer.Id.ToBytes().CopyTo(body.Take(OfferId.Length));
        body.Take(1)[0] = checked((byte)offer.Kind);
        offer.MerchantKey.ToBytes().CopyTo(body.Take(KeyLength));
        foreach (var number in (long[])[offer.CloseFee.Satoshi, offer.MinDeposit.Satoshi, offer.MaxDeposit.Satoshi, offer.MinExpiry, offer.MaxExpiry])
            BinaryPrimitives.WriteInt64LittleEndian(body.Take(sizeof(long)), number);
        BinaryPrimitives.WriteInt32LittleEndian(body.Take(sizeof(int)), offer.Confirmations);
        BinaryPrimitives.WriteInt64LittleEndian(body.Take(sizeof(long)), offer.Deadline);
        HMACSHA256.HashData(secret, bytes.AsSpan(0, BodyLength), bytes.AsSpan(BodyLength));
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Reads a token back; false where this merchant did not write it, to the bit.</summary>
    public bool TryRead(string? token, [NotNullWhen(true)] out Offer? offer)
    {
        offer = null;
        if (token is null || token.Length != TokenLength || !Base64Url.IsValid(token)) return false;
        var bytes = Base64Url.DecodeFromChars(token);
        if (bytes.Length != BodyLength + HMACSHA256.HashSizeInBytes) return false;
        var mac = HMACSHA256.HashData(secret, bytes.AsSpan(0, BodyLength));
        if (!CryptographicOperations.FixedTimeEquals(mac, bytes.AsSpan(BodyLength)) || bytes[0] != Format) return false;

        var body = new Cursor(bytes);
        body.Take(1);
        var id = OfferId.FromBytes(body.Take(OfferId.Length));
        var kind = (ChannelKind)body.Take(1)[0];
        var key = new PubKey(body.Take(KeyLength).ToArray());
        Money Amount(ref Cursor at) => Money.Satoshis(BinaryPrimitives.ReadInt64LittleEndian(at.Take(sizeof(long))));
        long Time(ref Cursor at) => BinaryPrimitives.ReadInt64LittleEndian(at.Take(sizeof(long)));
        offer = new(
            id, kind, key, Amount(ref body), Amount(ref body), Amount(ref body), Time(ref body), Time(ref body),
            BinaryPrimitives.ReadInt32LittleEndian(body.Take(sizeof(int))), Time(ref body));
        return true;
    }

    private ref struct Cursor(Span<byte> rest)
    {
        private Span<byte> _rest = rest;

        public Span<byte> Take(int count)
        {
            var taken = _rest[..count];
            _rest = _rest[count..];
            return taken;
        }
    }
}
