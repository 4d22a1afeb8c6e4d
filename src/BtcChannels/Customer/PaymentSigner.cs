using System.Security.Cryptography;
using NBitcoin;
using Secp256k1;

namespace BtcChannels;

/// <summary>Signs payments of one channel, as <see cref="CustomerKeys.Pay"/> does, but fast. It holds the channel's secret key until disposed of.</summary>
public sealed class PaymentSigner : IDisposable
{
    private readonly SecretKey _secret;
    private readonly PaymentTemplate _template;

    internal PaymentSigner(Key key, CustomerChannel channel, Script payoutScript)
    {
        _template = new(channel.Terms, channel.Deposit, payoutScript, channel.CustomerScript);
        var bytes = key.ToBytes();
        try
        {
            _secret = SecretKey.TryCreate(bytes, out var secret) ? secret : throw new ArgumentException("Not a secret key", nameof(key));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>Signs a payment: from then on that money is spent.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The total is outside 0 to the capacity.</exception>
    public SignedPayment Pay(Money total)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        _template.WriteHash(total.Satoshi, hash);
        return new(total, _secret.Sign(hash));
    }

    public void Dispose() => _secret.Dispose();
}
