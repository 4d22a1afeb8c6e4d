using System.Security.Cryptography;
using NBitcoin;
using Secp256k1;

namespace BtcChannels;

/// <summary>Signing on the payment path: RFC 6979, low S, no grinding for a low R, by the curve's library itself.</summary>
public static class ChannelSigning
{
    public static Signature Sign(Key key, uint256 hash)
    {
        var bytes = key.ToBytes();
        try
        {
            if (!SecretKey.TryCreate(bytes, out var secret)) throw new ArgumentException("Not a secret key", nameof(key));
            using (secret) return secret.Sign(hash.ToBytes());
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
