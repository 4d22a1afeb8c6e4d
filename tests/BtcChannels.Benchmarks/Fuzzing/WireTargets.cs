using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using BtcChannels.Wire;

namespace BtcChannels.Benchmarks.Fuzzing;

/// <summary>What customers and merchants send each other.</summary>
internal static class WireTargets
{
    private static readonly string s_signature = WireSignature.Write(ChannelSample.Signature);
    private static readonly string s_channel = ChannelSample.Id.ToString();
    private static readonly string s_key = ChannelSample.Customer.PubKey.ToHex();
    private static readonly string s_script = ChannelSample.Customer.PubKey.Hash.ScriptPubKey.ToHex();

    public static IEnumerable<FuzzTarget> All =>
    [
        new("ChannelId", [Texts.Utf8(s_channel)], ReadChannel) { Tokens = Mutator.Words },
        new("AuthorizationHeader", [Texts.Utf8(new AuthorizationHeader(1_700_000_000, ChannelSample.Signature).ToString())], ReadHeader) { Tokens = Mutator.Words },
        new("WireSignature", [Texts.Utf8(s_signature)], ReadSignature) { Tokens = Mutator.Words },
        new("OfferSeal", [Texts.Utf8(ChannelSample.Token)], ReadToken) { Tokens = Mutator.Words },
        Body("OpenBody", RequestJson.Default.OpenBody, new OpenBody(ChannelSample.Token, "0100", s_key, 1_800_864_000, s_script)),
        Body("PaymentBody", RequestJson.Default.PaymentBody, new PaymentBody(2_000, s_signature)),
        Body("CloseBody", RequestJson.Default.CloseBody, new CloseBody(2_000, s_signature), new CloseBody()),
        Body("OfferAnswer", AnswerJson.Default.OfferAnswer, new OfferAnswer(ChannelSample.Token, "0f91", "p2sh", s_key, 1_038, 20_000, 10_000_000, 1, 2, 3, 4)),
        Body("OpenAnswer", AnswerJson.Default.OpenAnswer, new OpenAnswer(s_channel, s_script, 100_000, 1_038, 1_800_864_000, 3, 294)),
        Body("PaymentAnswer", AnswerJson.Default.PaymentAnswer, new PaymentAnswer(s_channel, 2_000, 1_500, 98_000)),
        Body("StatusAnswer", AnswerJson.Default.StatusAnswer,
            new StatusAnswer(s_channel, "closed", s_script, 100_000, 1_038, 1, 2, 3, 4, 2_000, 1_500, s_signature, s_channel[..64], new SpendAnswer(s_channel[..64], 5, 2_000, 98_000, true)),
            new StatusAnswer(s_channel, "open", s_script, 100_000, 1_038, 1, null, 3, null, 0, 0, null, null, null)),
        Body("CloseAnswer", AnswerJson.Default.CloseAnswer, new CloseAnswer(s_channel, s_channel[..64], 2_000, 98_000, 1_038)),
        Body("ProblemAnswer", AnswerJson.Default.ProblemAnswer, new ProblemAnswer("urn:btcchannels:problem:total-not-raised", "total not raised", 422, "\u00e9\ud83d\ude00\"\\")),
    ];

    private static FuzzTarget Body<T>(string name, JsonTypeInfo<T> type, params T[] good) where T : class, IEquatable<T> =>
        new(name, [.. good.Select(it => JsonSerializer.SerializeToUtf8Bytes(it, type))], bytes => ReadBody(bytes, type), typeof(JsonException)) { Tokens = Mutator.Words };

    private static bool ReadBody<T>(byte[] bytes, JsonTypeInfo<T> type) where T : class, IEquatable<T>
    {
        if (JsonSerializer.Deserialize(bytes, type) is not { } body) return false;
        FuzzFinding.Unless(body.Equals(JsonSerializer.Deserialize(JsonSerializer.SerializeToUtf8Bytes(body, type), type)), "a body reads what it writes");
        return true;
    }

    private static bool ReadChannel(byte[] bytes)
    {
        var text = Texts.Of(bytes);
        if (!ChannelId.TryParse(text, out var id)) return false;
        FuzzFinding.Unless(id.ToString() == text, "a channel has one name");
        return true;
    }

    private static bool ReadHeader(byte[] bytes)
    {
        if (!AuthorizationHeader.TryParse(Texts.Of(bytes), out var header)) return false;
        FuzzFinding.Unless(AuthorizationHeader.TryParse(header.ToString(), out var again) && again == header, "a header reads its own text");
        return true;
    }

    private static bool ReadSignature(byte[] bytes)
    {
        var text = Texts.Of(bytes);
        if (!WireSignature.TryParse(text, out var signature)) return false;
        FuzzFinding.Unless(WireSignature.Write(signature) == text, "a signature has one text");
        return true;
    }

    private static bool ReadToken(byte[] bytes)
    {
        var text = Texts.Of(bytes);
        if (!ChannelSample.Merchant.Seal.TryRead(text, out var offer)) return false;
        FuzzFinding.Unless(text == ChannelSample.Token && offer == ChannelSample.Offer, "only what the merchant wrote is an offer");
        return true;
    }
}
