using System.Text.Json;
using BtcChannels.Paywall;
using NBitcoin;
using Secp256k1;

namespace BtcChannels.Tests.Domain;

/// <summary>Values of the Payment scheme, as Vectors/payment-scheme.json has their text.</summary>
internal static class PaymentVectors
{
    public const string Txid = "81ee8af60654731b6be3767c30264177c55af8f7c08fc9e83f4c7a2084571840";

    public static readonly JsonElement All = Vectors.Read("payment-scheme.json");
    public static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(All.Number("now"));
    public static readonly byte[] Secret = Convert.FromHexString(All.Text("secret"));
    public static readonly ChannelId Channel = ChannelId.Parse(Txid + "-1");
    public static readonly Script Script = new(Convert.FromHexString("0014" + string.Concat(Enumerable.Repeat("ab", 20))));
    public static readonly string Key = "02" + string.Concat(Enumerable.Repeat("44", 32));
    public static readonly Signature Signature = SignatureOf(string.Concat(Enumerable.Repeat("11", 31)) + "01" + string.Concat(Enumerable.Repeat("22", 32)));
    public static readonly Signature Authorization = SignatureOf(string.Concat(Enumerable.Repeat("33", 64)));

    public static readonly IReadOnlyList<SessionRequest> Requests =
    [
        new(0.25m.Sat(), "request", Money.Satoshis(100_000L), "regtest", "/channels/v1", Money.Satoshis(20_000L), 1, Money.Satoshis(1_000L), ["p2sh"], Channel, Script),
        new(25.Sat(), "kilobyte", null, "main", "/channels/v1", Money.Satoshis(20_000L), 3, Money.Satoshis(1_038L), ["p2sh", "p2wsh"]),
        new(0.Sat(), "Ton \"\u20ac\"\\\n\u001f\U0001f600", null, "signet", "/", Money.Satoshis(1L), 0, Money.Satoshis(2L), []),
    ];

    public static readonly IReadOnlyList<PaymentChallenge> Challenges = [.. All.GetProperty("challenges").EnumerateArray().Select(ChallengeOf)];

    public static readonly IReadOnlyList<PaymentPayload> Payloads =
    [
        new VoucherPayload(Channel, new(Money.Satoshis(2_500L), Signature)),
        new ClosePayload(Channel, new(Money.Zero, Signature), 1_800_000_000, Authorization),
        new OpenPayload(Channel, "AYabc", "0100", Key, Hex.Write(Script.ToBytes()), 1_800_864_000),
    ];

    public static readonly IReadOnlyList<SessionReceipt> Receipts =
    [
        new(Now, Channel, Challenges[0].Id, Money.Satoshis(2_500L), 1_234.25m.Sat(), 3),
        new(Now, Channel, "x", Money.Zero, 0.Sat(), 0, uint256.Parse(Txid)),
    ];

    public static PaymentCredential Credential(int payload = 0) => new(Challenges[1], Payloads[payload]);

    private static PaymentChallenge ChallengeOf(JsonElement vector)
    {
        var it = vector.GetProperty("params");
        string? Optional(string name) => it.TryGetProperty(name, out var value) ? value.GetString() : null;
        return new(
            it.Text("id"), it.Text("realm"), it.Text("method"), it.Text("intent"), it.Text("request"),
            Optional("expires"), Optional("digest"), Optional("description"), Optional("opaque"));
    }

    private static Signature SignatureOf(string hex)
    {
        Assert.True(Signature.TryParseCompact(Convert.FromHexString(hex), out var signature));
        return signature;
    }
}
