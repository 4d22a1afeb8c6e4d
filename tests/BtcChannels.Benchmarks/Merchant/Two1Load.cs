using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using BtcChannels.Two1;
using NBitcoin;
using Secp256k1;

namespace BtcChannels.Benchmarks.Merchant;

/// <summary>Payments as 21's client sends them: a form with the whole half-signed transaction in hex.</summary>
internal static class Two1Load
{
    public const string Path = "/payment";

    /// <param name="port">Where the server listens.</param>
    /// <param name="load">What is paid.</param>
    /// <param name="connections">One request under way on each.</param>
    public static Task<LoadResult> RunAsync(int port, SignedLoad load, int connections)
    {
        var requests = new byte[load.Channels.Count, load.Rounds][];
        Parallel.For(0, load.Channels.Count, at =>
        {
            var channel = FilledStore.Two1Channel(load.Channels[at]);
            for (var round = 0; round < load.Rounds; round++) requests[at, round] = Request(channel, load.Payment(at, round).Span);
        });
        return HttpLoad.RunAsync(port, load, connections, (connection, channel, round) => connection.SendAsync(requests[channel, round]));
    }

    private static byte[] Request(MerchantChannel channel, ReadOnlySpan<byte> signed)
    {
        if (!Signature.TryParseCompact(signed[sizeof(long)..], out var signature)) throw new InvalidOperationException("The load holds no signature");
        var payment = HalfSignedPayment.Build(channel.Terms, channel.Deposit, new(Money.Satoshis(BinaryPrimitives.ReadInt64LittleEndian(signed)), signature));
        var body = $"{Two1Fields.PaymentTransaction}={payment.ToHex()}";
        return Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"PUT {Path}/{channel.Deposit.OutPoint.Hash} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
    }
}
