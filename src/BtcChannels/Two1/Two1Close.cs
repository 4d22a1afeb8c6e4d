using System.Security.Cryptography;
using System.Text;
using NBitcoin;
using Secp256k1;

namespace BtcChannels.Two1;

/// <summary>
/// How a customer of 21 asks to close: ECDSA by his key over a single SHA-256 of the deposit's id as it is written, 64 digits of hex. It says neither to whom nor when, so it is good
/// for ever: for a channel that is closed there is nothing more to be done with it.
/// </summary>
public static class Two1Close
{
    public static byte[] Digest(uint256 depositId) => SHA256.HashData(Encoding.ASCII.GetBytes(depositId.ToString()));

    /// <summary>As it is sent: DER without a byte of hash type.</summary>
    public static Signature Sign(Key customerKey, uint256 depositId) => ChannelSigning.Sign(customerKey, new uint256(Digest(depositId)));

    /// <summary>Either S will do, as 21's server has it: no transaction holds this signature.</summary>
    public static bool Verify(PubKey customerKey, Signature signature, uint256 depositId) =>
        PublicKey.TryParse(customerKey.ToBytes(), out var key) && key.Verify(Digest(depositId), signature.Normalize());
}
