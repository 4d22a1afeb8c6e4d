using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using BtcChannels.Paywall;
using FsCheck;
using FsCheck.Fluent;
using NBitcoin;

namespace BtcChannels.Tests.Domain;

public class PaymentCredentialTests
{
    public static TheoryData<int> EveryVector => [.. Enumerable.Range(0, PaymentVectors.Payloads.Count)];

    private static string JsonOf(int payload) => Encoding.UTF8.GetString(Base64Url.DecodeFromChars(PaymentVectors.Credential(payload).Write().AsSpan("Payment ".Length)));

    private static string Field(string json) => "Payment " + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    private static CredentialFault FaultOf(string? authorization)
    {
        var isRead = PaymentCredential.TryParse(authorization, PaymentScheme.MaxCredentialLength, out var credential, out var fault);
        Assert.Equal(isRead, credential is not null);
        Assert.Equal(isRead, fault == CredentialFault.None);
        return fault;
    }

    private static CredentialFault FaultOf(int payload, string part, string otherwise)
    {
        var json = JsonOf(payload);
        Assert.Contains(part, json, StringComparison.Ordinal);
        return FaultOf(Field(json.Replace(part, otherwise, StringComparison.Ordinal)));
    }

    [Theory, MemberData(nameof(EveryVector))]
    public void It_is_written_and_read_as_published(int index)
    {
        var text = PaymentVectors.All.GetProperty("credentials")[index].Text("authorization");
        Assert.Equal(text, PaymentVectors.Credential(index).Write());
        Assert.True(PaymentCredential.TryParse(text, out var credential));
        Assert.Equal(PaymentVectors.Credential(index), credential);
    }

    [Theory, MemberData(nameof(EveryVector))]
    public void Order_space_escapes_and_unknown_members_make_no_difference(int index)
    {
        using var document = JsonDocument.Parse(JsonOf(index));
        var reordered = new StringBuilder();
        void Write(JsonElement it)
        {
            if (it.ValueKind != JsonValueKind.Object)
            {
                reordered.Append(it.ValueKind == JsonValueKind.String ? Escape(it.GetString()!) : it.GetRawText());
                return;
            }
            reordered.Append("{ \"unknown\" : [1, {\"id\": 2}], ");
            foreach (var member in it.EnumerateObject().Reverse())
            {
                reordered.Append(Escape(member.Name)).Append(" :\n");
                Write(member.Value);
                reordered.Append(" , ");
            }
            reordered.Append("\"unknown\": null }");
        }
        Write(document.RootElement);
        Assert.True(PaymentCredential.TryParse(Field(reordered.ToString()), out var credential));
        Assert.Equal(PaymentVectors.Credential(index), credential);
    }

    [Theory]
    [InlineData("payment ")]
    [InlineData("PAYMENT   ")]
    public void The_schemes_letter_case_does_not_matter(string scheme) =>
        Assert.True(PaymentCredential.TryParse(PaymentVectors.Credential().Write().Replace("Payment ", scheme, StringComparison.Ordinal), out _));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Payment")]
    [InlineData("Payment ")]
    [InlineData("Paymente30")]
    [InlineData("Bearer e30")]
    [InlineData("BtcChannels time=1, signature=00")]
    public void What_is_of_another_scheme_is_none(string? authorization) => Assert.Equal(CredentialFault.NotPayment, FaultOf(authorization));

    [Theory]
    [InlineData("Payment e30=")]
    [InlineData("Payment e3.0")]
    [InlineData("Payment e30 e30")]
    [InlineData("Payment e30, Payment e30")]
    [InlineData("Payment e")]
    [InlineData("Payment \u00e9")]
    public void A_token_has_to_be_base64url_without_padding(string authorization) => Assert.Equal(CredentialFault.NotBase64Url, FaultOf(authorization));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{}{}")]
    [InlineData("{\"challenge\":{}")]
    [InlineData("{\"challenge\":{\"id\":\"\\ud800\"}}")]
    [InlineData("{\"\\ud800\":1}")]
    [InlineData("{\"challenge\":{},}")]
    [InlineData("{/**/}")]
    public void A_token_has_to_hold_one_object(string json) =>
        Assert.Equal(json.Length == 0 ? CredentialFault.NotPayment : CredentialFault.NotJson, FaultOf(Field(json)));

    [Fact]
    public void Bytes_that_are_no_text_are_no_credential()
    {
        var bytes = Encoding.UTF8.GetBytes(JsonOf(0).Replace("25 sat", "\u00fe\u00ff sat", StringComparison.Ordinal));
        bytes[Array.IndexOf(bytes, (byte)0xc3)] = 0xff;
        Assert.Equal(CredentialFault.NotJson, FaultOf("Payment " + Base64Url.EncodeToString(bytes)));
    }

    [Theory]
    [InlineData("\"challenge\":{", "\"challenge\":{\"id\":\"x\",")]
    [InlineData("\"challenge\":{", "\"challenge\":{\"\\u0069d\":\"x\",")]
    [InlineData("\"challenge\":{", "\"challenge\":{},\"challenge\":{")]
    [InlineData("\"payload\":{", "\"payload\":{\"action\":\"voucher\",")]
    [InlineData("\"payload\":{", "\"payload\":{\"signature\":null,")]
    [InlineData("\"payload\":{", "\"payload\":{\"cumulativeAmount\":\"1\",")]
    [InlineData("\"payload\":{", "\"payload\":{\"channelId\":1,")]
    [InlineData("\"payload\":{", "\"payload\":{},\"payload\":{")]
    [InlineData("\"payload\":{", "\"source\":\"a\",\"source\":\"b\",\"payload\":{")]
    [InlineData("\"payload\":{", "\"source\":1,\"payload\":{")]
    public void A_member_that_stands_there_twice_is_a_fault(string part, string otherwise) => Assert.Equal(CredentialFault.NotJson, FaultOf(0, part, otherwise));

    [Theory]
    [InlineData("\"challenge\":{", "\"challenge2\":{")]
    [InlineData("\"id\":", "\"id2\":")]
    [InlineData("\"realm\":", "\"realm2\":")]
    [InlineData("\"method\":", "\"method2\":")]
    [InlineData("\"intent\":", "\"intent2\":")]
    [InlineData("\"request\":", "\"request2\":")]
    [InlineData("\"intent\":\"session\"", "\"intent\":null")]
    [InlineData("\"intent\":\"session\"", "\"intent\":[\"session\"]")]
    [InlineData("\"expires\":\"2027-01-15T08:05:00Z\"", "\"expires\":1800000300")]
    public void A_challenge_comes_back_whole(string part, string otherwise) => Assert.Equal(CredentialFault.Challenge, FaultOf(0, part, otherwise));

    [Theory]
    [InlineData(0, "\"payload\":{", "\"payload2\":{")]
    [InlineData(0, "\"action\":\"voucher\"", "\"action\":1")]
    [InlineData(0, "\"action\":\"voucher\",", "")]
    [InlineData(0, "\"channelId\":\"8", "\"channelId\":\"7\",\"x\":\"8")]
    [InlineData(0, "-1\"", "-01\"")]
    [InlineData(0, "-1\"", "-1 \"")]
    [InlineData(0, "-1\"", ":1\"")]
    [InlineData(0, "-1\"", "-11111111111\"")]
    [InlineData(0, "-1\"", "-\u00e9\"")]
    [InlineData(0, "\"81ee", "\"81EE")]
    [InlineData(0, "\"2500\"", "2500")]
    [InlineData(0, "\"2500\"", "\"2500.0\"")]
    [InlineData(0, "\"2500\"", "\"02500\"")]
    [InlineData(0, "\"2500\"", "\"+2500\"")]
    [InlineData(0, "\"2500\"", "\"-2500\"")]
    [InlineData(0, "\"2500\"", "\"\"")]
    [InlineData(0, "\"2500\"", "\"2100000000000001\"")]
    [InlineData(0, "\"2500\"", "\"9999999999999999999\"")]
    [InlineData(0, "\"2500\"", "\"99999999999999999999999999\"")]
    [InlineData(0, "\"signature\":\"11", "\"signature\":\"")]
    [InlineData(0, "\"signature\":\"11", "\"signature\":\"1111")]
    [InlineData(0, "\"signature\":\"11", "\"signature\":\"AA")]
    [InlineData(0, "\"signature\":\"11", "\"signature\":\"g1")]
    [InlineData(0, "\"signature\":\"1111111111111111111111111111111111111111111111111111111111111101", "\"signature\":\"fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")]
    [InlineData(0, "\"signature\":", "\"signature2\":")]
    [InlineData(1, "\"time\":1800000000", "\"time\":\"1800000000\"")]
    [InlineData(1, "\"time\":1800000000", "\"time\":1.8e9")]
    [InlineData(1, "\"time\":1800000000", "\"time\":-1")]
    [InlineData(1, "\"time\":1800000000", "\"time\":9007199254740992")]
    [InlineData(1, "\"time\":", "\"time2\":")]
    [InlineData(1, "\"authorization\":\"33", "\"authorization\":\"3g")]
    [InlineData(1, "\"authorization\":", "\"authorization2\":")]
    [InlineData(1, "\"cumulativeAmount\":", "\"cumulativeAmount2\":")]
    [InlineData(2, "\"offer\":", "\"offer2\":")]
    [InlineData(2, "\"depositTx\":", "\"depositTx2\":")]
    [InlineData(2, "\"customerKey\":", "\"customerKey2\":")]
    [InlineData(2, "\"changeScript\":", "\"changeScript2\":")]
    [InlineData(2, "\"expiry\":", "\"expiry2\":")]
    [InlineData(2, "\"expiry\":1800864000", "\"expiry\":\"1800864000\"")]
    [InlineData(2, "\"offer\":\"AYabc\"", "\"offer\":{\"a\":1}")]
    public void A_payload_has_all_that_its_action_needs(int payload, string part, string otherwise) => Assert.Equal(CredentialFault.Payload, FaultOf(payload, part, otherwise));

    [Theory]
    [InlineData("\"action\":\"voucher\"", "\"action\":\"topUp\"", "topUp")]
    [InlineData("\"action\":\"voucher\"", "\"action\":\"Voucher\"", "Voucher")]
    [InlineData("\"action\":\"voucher\"", "\"action\":\"\"", "")]
    [InlineData("\"method\":\"bitcoin\"", "\"method\":\"tempo\"", "voucher")]
    [InlineData("\"intent\":\"session\"", "\"intent\":\"charge\"", "voucher")]
    public void What_is_not_known_here_is_told_apart_from_what_is_malformed(string part, string otherwise, string action)
    {
        var json = JsonOf(0);
        Assert.Contains(part, json, StringComparison.Ordinal);
        Assert.True(PaymentCredential.TryParse(Field(json.Replace(part, otherwise, StringComparison.Ordinal)), out var credential));
        Assert.Equal(new UnsupportedPayload(action), credential.Payload);
    }

    [Fact]
    public void A_payload_of_another_method_is_not_judged()
    {
        var json = JsonOf(0).Replace("\"method\":\"bitcoin\"", "\"method\":\"tempo\"", StringComparison.Ordinal);
        var payload = json.IndexOf("\"payload\":", StringComparison.Ordinal);
        Assert.True(PaymentCredential.TryParse(Field(json[..payload] + "\"payload\":7}"), out var credential));
        Assert.Equal(new UnsupportedPayload(""), credential.Payload);
    }

    [Fact]
    public void A_source_is_kept()
    {
        var credential = PaymentVectors.Credential() with { Source = "did:key:z6Mk" };
        Assert.True(PaymentCredential.TryParse(credential.Write(), out var read));
        Assert.Equal(credential, read);
    }

    [Fact]
    public void A_deposit_of_100_000_bytes_fits_and_a_longer_token_than_allowed_is_not_read()
    {
        var open = PaymentVectors.Credential(2) with { Payload = (OpenPayload)PaymentVectors.Payloads[2] with { DepositTx = new string('a', 200_000) } };
        Assert.True(PaymentCredential.TryParse(open.Write(), out var read));
        Assert.Equal(open, read);
        Assert.False(PaymentCredential.TryParse(open.Write(), 4_096, out _, out var fault));
        Assert.Equal(CredentialFault.TooLong, fault);
        Assert.Equal(CredentialFault.TooLong, FaultOf("Payment " + new string('A', PaymentScheme.MaxCredentialLength + 1)));
    }

    [Fact]
    public void Its_text_for_people_holds_nothing_of_worth()
    {
        var text = $"{PaymentVectors.Credential()}";
        Assert.DoesNotContain(PaymentVectors.Signature.ToString()[..16], text, StringComparison.Ordinal);
        Assert.Contains(PaymentVectors.Challenges[1].Id, text, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_a_challenge_says_comes_back_as_it_was() => Prop.ForAll(
        ArbMap.Default.ArbFor<string[]>().Filter(it => it is { Length: >= 4 } && it.All(text => text is not null && IsText(text))),
        ArbMap.Default.ArbFor<long>().Filter(it => it is >= 0 and <= 2_100_000_000_000_000),
        (texts, total) =>
        {
            var challenge = PaymentVectors.Challenges[0] with { Id = texts[0], Realm = texts[1], Description = texts[2], Opaque = texts[3] };
            var credential = new PaymentCredential(challenge, new VoucherPayload(PaymentVectors.Channel, new(Money.Satoshis(total), PaymentVectors.Signature)));
            return PaymentCredential.TryParse(credential.Write(), out var read) && read == credential;
        }).QuickCheckThrowOnFailure();

    private static bool IsText(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) == text;

    private static string Escape(string text) => "\"" + string.Concat(text.Select(it => $"\\u{(int)it:X4}")) + "\"";
}
