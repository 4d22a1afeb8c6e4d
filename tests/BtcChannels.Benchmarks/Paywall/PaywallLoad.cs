using System.Text;
using BtcChannels.Benchmarks.Merchant;
using BtcChannels.Paywall;
using NBitcoin;
using Secp256k1;

namespace BtcChannels.Benchmarks.Paywall;

/// <summary>Requests to a priced endpoint, each with a voucher of its own; or to the same endpoint without a price.</summary>
internal static class PaywallLoad
{
    public static async Task<LoadResult> RunAsync(int port, SignedLoad load, int connections, string path)
    {
        if (path == PaywallHost.Unpaid)
        {
            var plain = Request(path, credential: null);
            return await HttpLoad.RunAsync(port, load, connections, (connection, _, _) => connection.SendAsync(plain));
        }
        // All are written beforehand, so that who sends them has nothing else to do.
        var challenge = await ChallengeAsync(port, path);
        var requests = new byte[load.Channels.Count][][];
        Parallel.For(0, requests.Length, at => requests[at] = [.. Enumerable.Range(0, load.Rounds).Select(round => Request(path, Credential(challenge, load, at, round)))]);
        return await HttpLoad.RunAsync(port, load, connections, (connection, channel, round) => connection.SendAsync(requests[channel][round]));
    }

    public static async Task<PaymentChallenge> ChallengeAsync(int port, string path)
    {
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{port}{path}"), HttpCompletionOption.ResponseHeadersRead);
        return PaymentChallenge.ParseAll(answer.Headers.GetValues("WWW-Authenticate")).Single();
    }

    public static PaymentCredential Credential(PaymentChallenge challenge, SignedLoad load, int channel, int round)
    {
        var payment = load.Payment(channel, round).Span;
        var total = System.Buffers.Binary.BinaryPrimitives.ReadInt64LittleEndian(payment);
        if (!Signature.TryParseCompact(payment[sizeof(long)..].ToArray(), out var signature)) throw new InvalidOperationException("The load is damaged");
        return new(challenge, new VoucherPayload(FilledStore.IdOf(load.Channels[channel]), new SignedPayment(Money.Satoshis(total), signature)));
    }

    private static byte[] Request(string path, PaymentCredential? credential) =>
        Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{(credential is null ? "" : $"Authorization: {credential.Write()}\r\n")}\r\n");
}
