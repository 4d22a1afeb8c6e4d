using NBitcoin;
using Secp256k1;

namespace BtcChannels;

/// <summary>What a customer sends: the total that the merchant may claim, and the signature that lets him.</summary>
/// <param name="Total">Cumulative, satoshi.</param>
/// <param name="Signature">ECDSA by the customer's key over the payment's SIGHASH_ALL hash.</param>
public sealed record SignedPayment(Money Total, Signature Signature);
