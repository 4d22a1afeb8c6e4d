using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using NBitcoin;
using Secp256k1;

namespace BtcChannels;

/// <summary>
/// How a customer shows that a request about his channel is his: ECDSA by the customer's key over a tagged hash (BIP340's construction). An
/// outpoint is public, so knowing it must not be enough to read a balance or to close.
/// </summary>
public static class ChannelAuthorization
{
    public const string Tag = "BtcChannels/auth/v1";

    /// <summary>How far the request's time may be off, either way.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(60);

    /// <summary>What is signed.</summary>
    /// <param name="network">Its genesis hash goes in, in the order that blocks have it.</param>
    /// <param name="origin">The merchant's, as his settings say: scheme, host and port, lower case, no slash at the end.</param>
    /// <param name="channel">The channel's id.</param>
    /// <param name="action"><see cref="ChannelAction.Status"/>, <see cref="ChannelAction.Close"/> or <see cref="ChannelAction.Stream"/>.</param>
    /// <param name="time">UNIX seconds.</param>
    public static byte[] Digest(Network network, string origin, ChannelId channel, string action, long time)
    {
        var tag = SHA256.HashData(Encoding.ASCII.GetBytes(Tag));
        var stamp = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(stamp, time);
        return SHA256.HashData([
            .. tag, .. tag, .. network.GenesisHash.ToBytes(), .. Prefixed(origin), .. Prefixed(channel.ToString()), .. Prefixed(action), .. stamp]);
    }

    public static Signature Sign(Key customerKey, Network network, string origin, ChannelId channel, string action, long time) =>
        ChannelSigning.Sign(customerKey, new uint256(Digest(network, origin, channel, action, time)));

    public static bool Verify(PubKey customerKey, Signature signature, Network network, string origin, ChannelId channel, string action, long time) =>
        PublicKey.TryParse(customerKey.ToBytes(), out var key) && key.Verify(Digest(network, origin, channel, action, time), signature);

    /// <summary>Two bytes of length, little-endian, and the text in UTF-8: no two lists of texts give the same bytes.</summary>
    private static byte[] Prefixed(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var prefixed = new byte[sizeof(ushort) + bytes.Length];
        BinaryPrimitives.WriteUInt16LittleEndian(prefixed, checked((ushort)bytes.Length));
        bytes.CopyTo(prefixed, sizeof(ushort));
        return prefixed;
    }
}

/// <summary>What a signed request asks for.</summary>
public static class ChannelAction
{
    public const string Status = "status";
    public const string Close = "close";
    public const string Stream = "stream";
}
