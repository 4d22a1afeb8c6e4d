using System.Buffers.Binary;
using NBitcoin;

namespace BtcChannels.Benchmarks.Merchant;

/// <summary>
/// Payments signed beforehand, so that who sends them has nothing else to do: rounds over the same channels, each channel's total one satoshi higher in
/// each round.
/// </summary>
internal sealed class SignedLoad
{
    /// <summary>A payment in the binary form: total and compact signature.</summary>
    public const int PaymentLength = sizeof(long) + Secp256k1.Signature.CompactLength;

    private readonly byte[] _payments;

    private SignedLoad(int[] channels, byte[] payments) => (Channels, _payments) = (channels, payments);

    /// <summary>The numbers of the channels.</summary>
    public IReadOnlyList<int> Channels { get; }

    public int Rounds => _payments.Length / PaymentLength / Channels.Count;

    public int Count => _payments.Length / PaymentLength;

    /// <summary>The payment of a round, in the binary form.</summary>
    /// <param name="channel">Its place in <see cref="Channels"/>.</param>
    /// <param name="round">From 0.</param>
    public ReadOnlyMemory<byte> Payment(int channel, int round) => _payments.AsMemory(((round * Channels.Count) + channel) * PaymentLength, PaymentLength);

    /// <param name="channels">Which channels of a <see cref="FilledStore"/>.</param>
    /// <param name="rounds">How many payments each gets.</param>
    /// <param name="firstRound">How many it got before.</param>
    /// <param name="isTwo1">Whether they are channels of the two1 door.</param>
    public static SignedLoad Make(int[] channels, int rounds, int firstRound, bool isTwo1 = false)
    {
        var load = new SignedLoad(channels, new byte[channels.Length * rounds * PaymentLength]);
        Parallel.For(0, channels.Length, at =>
        {
            var channel = isTwo1 ? FilledStore.Two1Channel(channels[at]) : FilledStore.Channel(channels[at]);
            var key = FilledStore.CustomerKey(channels[at]);
            for (var round = 0; round < rounds; round++)
            {
                var total = FilledStore.FirstTotal + Money.Satoshis(1L + firstRound + round);
                var payment = load._payments.AsSpan(((round * channels.Length) + at) * PaymentLength, PaymentLength);
                BinaryPrimitives.WriteInt64LittleEndian(payment, total.Satoshi);
                ChannelSigning.Sign(key, ChannelTransactions.SignatureHash(channel.PaymentOf(total), channel.Terms)).WriteCompact(payment[sizeof(long)..]);
            }
        });
        return load;
    }

    public void Write(string path)
    {
        using var file = new BinaryWriter(File.Create(path));
        file.Write(Channels.Count);
        foreach (var it in Channels) file.Write(it);
        file.Write(_payments.Length);
        file.Write(_payments);
    }

    public static SignedLoad Read(string path)
    {
        using var file = new BinaryReader(File.OpenRead(path));
        var channels = new int[file.ReadInt32()];
        for (var i = 0; i < channels.Length; i++) channels[i] = file.ReadInt32();
        return new(channels, file.ReadBytes(file.ReadInt32()));
    }
}
