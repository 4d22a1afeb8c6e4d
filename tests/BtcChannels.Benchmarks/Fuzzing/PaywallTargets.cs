using System.Buffers.Text;
using System.Text;
using BtcChannels.Paywall;
using NBitcoin;

namespace BtcChannels.Benchmarks.Fuzzing;

/// <summary>What the Payment scheme sends in fields and events.</summary>
internal static class PaywallTargets
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
    private static readonly ChallengeSeal s_seal = new([.. Enumerable.Repeat((byte)7, ChallengeSeal.SecretLength)]);
    private static readonly byte[] s_body = [1, 2, 3];

    private static readonly SessionRequest s_request = new(
        0.25m.Sat(), SessionRequest.RequestUnit, Money.Satoshis(100_000L), "regtest", "/channels/v1", Money.Satoshis(20_000L), 1, Money.Satoshis(1_000L), ["p2sh"],
        ChannelSample.Id, ChannelSample.Customer.PubKey.Hash.ScriptPubKey);

    private static readonly PaymentChallenge s_challenge = s_seal.Bind(
        new("", "api.example", PaymentScheme.Method, PaymentScheme.Intent, s_request.Encode(), "2027-01-15T08:05:00Z", ContentDigest.Of(s_body), "a \"b\" \\", "e30"), s_now);

    private static readonly SignedPayment s_payment = new(Money.Satoshis(2_500L), ChannelSample.Signature);
    private static readonly SessionReceipt s_receipt = new(s_now, ChannelSample.Id, s_challenge.Id, Money.Satoshis(2_500L), 1_234.25m.Sat(), 3, uint256.One);

    public static IEnumerable<FuzzTarget> All =>
    [
        // A challenge of a few letters, and a field holds many, costs a list and strings.
        new("WwwAuthenticate", [Texts.Utf8("Negotiate YII=, " + s_challenge.Write() + ", Basic realm=\"x\""), Texts.Utf8(s_challenge.Write())], ReadChallenges)
        {
            Tokens = [.. Mutator.Words, Texts.Utf8("Payment "), Texts.Utf8("id=\"x\""), Texts.Utf8(", "), Texts.Utf8("=\""), Texts.Utf8("\\\"")], BytesPerByte = 256,
        },
        new("ChallengeSeal", [Texts.Utf8(s_challenge.Write())], CheckChallenge) { Tokens = [.. Mutator.Words, Texts.Utf8("|")] },
        new("SessionRequest", [Texts.Utf8(s_request.Encode())], ReadRequest) { Tokens = Mutator.Words },
        new("SessionRequestJson", [Base64Url.DecodeFromUtf8(Texts.Utf8(s_request.Encode()))], bytes => ReadRequest(Texts.Utf8(Base64Url.EncodeToString(bytes)))) { Tokens = Mutator.Words },
        new("PaymentCredential", [.. Credentials.Select(it => Texts.Utf8(it.Write()))], bytes => ReadCredential(Texts.Of(bytes))) { Tokens = Mutator.Words },
        new("PaymentCredentialJson", [.. Credentials.Select(JsonOf)], bytes => ReadCredential("Payment " + Base64Url.EncodeToString(bytes))) { Tokens = Mutator.Words, Weight = 2 },
        new("SessionReceipt", [Texts.Utf8(s_receipt.ToJson())], ReadReceipt) { Tokens = Mutator.Words },
        new("NeedVoucher", [Texts.Utf8(new NeedVoucher(ChannelSample.Id, Money.Satoshis(3L), Money.Satoshis(2L), Money.Satoshis(9L)).ToJson())], ReadNeed) { Tokens = Mutator.Words },
        new("AcceptPayment", [Texts.Utf8("bitcoin/session, lightning/*;q=0.5")], ReadAccept) { Tokens = Mutator.Words },
        new("ContentDigest", [Texts.Utf8(ContentDigest.Of(s_body))], bytes => ContentDigest.Check(Texts.Of(bytes), s_body) == DigestCheck.Good) { Tokens = Mutator.Words },
        new("MilliSatoshi", [Texts.Utf8("0.25"), Texts.Utf8("2100000000000000")], ReadAmount) { Tokens = Mutator.Words },
    ];

    private static IEnumerable<PaymentCredential> Credentials =>
    [
        new(s_challenge, new VoucherPayload(ChannelSample.Id, s_payment), "did:key:z6Mk"),
        new(s_challenge, new ClosePayload(ChannelSample.Id, s_payment, 1_800_000_000, ChannelSample.Signature)),
        new(s_challenge, new OpenPayload(ChannelSample.Id, ChannelSample.Token, "0100", "02", "0014", 1_800_864_000)),
    ];

    private static byte[] JsonOf(PaymentCredential credential) => Base64Url.DecodeFromUtf8(Encoding.UTF8.GetBytes(credential.Write()).AsSpan("Payment ".Length));

    private static bool ReadChallenges(byte[] bytes)
    {
        var read = PaymentChallenge.ParseAll([Texts.Of(bytes)]);
        // What came with letters beyond ASCII is read, but not written.
        foreach (var challenge in read.Where(it => it.ToString().All(letter => letter is >= ' ' and <= '~') && it.ToString().Length < 2_000))
            FuzzFinding.Unless(PaymentChallenge.ParseAll([challenge.Write()]) is [var again] && again == challenge, "a challenge reads its own text");
        return read.Count > 0;
    }

    private static bool CheckChallenge(byte[] bytes)
    {
        if (PaymentChallenge.ParseAll([Texts.Of(bytes)]) is not [var read]) return false;
        var isGood = s_seal.Check(read, s_now) == ChallengeCheck.Good;
        FuzzFinding.Unless(isGood == (read with { Description = s_challenge.Description } == s_challenge), "only what the server wrote is its own");
        return isGood;
    }

    private static bool ReadRequest(byte[] bytes)
    {
        if (!SessionRequest.TryDecode(Texts.Of(bytes), out var request)) return false;
        FuzzFinding.Unless(SessionRequest.TryDecode(request.Encode(), out var again) && again.Equals(request), "a request reads its own text");
        return true;
    }

    private static bool ReadCredential(string text)
    {
        if (!PaymentCredential.TryParse(text, out var credential)) return false;
        if (credential.Payload is UnsupportedPayload) return true;
        FuzzFinding.Unless(PaymentCredential.TryParse(credential.Write(), out var again) && again == credential, "a credential reads its own text");
        return true;
    }

    private static bool ReadReceipt(byte[] bytes)
    {
        if (!SessionReceipt.TryReadJson(Texts.Of(bytes), out var receipt)) return false;
        FuzzFinding.Unless(SessionReceipt.TryDecode(receipt.Encode(), out var again) && again.Encode() == receipt.Encode(), "a receipt reads its own text");
        return true;
    }

    private static bool ReadNeed(byte[] bytes)
    {
        if (!NeedVoucher.TryReadJson(Texts.Of(bytes), out var need)) return false;
        FuzzFinding.Unless(NeedVoucher.TryReadJson(need.ToJson(), out var again) && again == need, "a call for a voucher reads its own text");
        return true;
    }

    private static bool ReadAccept(byte[] bytes)
    {
        if (AcceptPayment.Parse(Texts.Of(bytes)) is not { } accept) return false;
        FuzzFinding.Unless(accept.Quality(PaymentScheme.Method, PaymentScheme.Intent) is >= 0 and <= 1, "a quality is between 0 and 1");
        return true;
    }

    private static bool ReadAmount(byte[] bytes)
    {
        if (!MilliSatoshi.TryParseDecimal(Texts.Of(bytes), out var amount)) return false;
        FuzzFinding.Unless(MilliSatoshi.TryParseDecimal(amount.ToDecimalString(), out var again) && again == amount, "an amount reads its own text");
        return true;
    }
}
