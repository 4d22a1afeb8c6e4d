using System.Security.Cryptography;
using NBitcoin;

namespace BtcChannels.Two1;

/// <summary>What a channel of the two1 door has besides.</summary>
/// <param name="Day">The day of the merchant's key: <see cref="Two1Days"/>.</param>
/// <param name="Unredeemed">How many of its payments' tokens are not redeemed.</param>
public sealed record Two1Part(uint Day, int Unredeemed)
{
    /// <summary>
    /// Takes the place of an offer: there is none, but a deposit's transaction opens one channel at most, and is its name in URLs.
    /// </summary>
    public static OfferId OfferOf(uint256 depositId) => OfferId.FromBytes(SHA256.HashData([.. "BtcChannels/two1/v1"u8, .. depositId.ToBytes()]).AsSpan(0, OfferId.Length));
}

/// <summary>A payment as something that can be shown once for a resource.</summary>
/// <param name="Id">The id of the half-signed payment.</param>
/// <param name="Amount">What it raised the total by, satoshi, above 0.</param>
/// <param name="At">When it was paid, UNIX seconds.</param>
/// <param name="IsRedeemed">Whether it has been.</param>
public sealed record PaymentToken(uint256 Id, Money Amount, long At, bool IsRedeemed);
