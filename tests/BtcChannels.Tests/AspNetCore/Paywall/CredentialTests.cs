using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using BtcChannels.Paywall;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace BtcChannels.Tests.AspNetCore.Paywall;

/// <summary>Every part of a credential wrong, missing, doubled or too large: nothing is served, charged or told to others.</summary>
public sealed class CredentialTests : PaywallTest
{
    private static readonly Dictionary<string, Action<JsonObject>> s_changes = new()
    {
        ["challenge missing"] = it => it.Remove("challenge"),
        ["challenge a text"] = it => it["challenge"] = "x",
        ["id missing"] = it => Challenge(it).Remove("id"),
        ["realm missing"] = it => Challenge(it).Remove("realm"),
        ["method missing"] = it => Challenge(it).Remove("method"),
        ["intent missing"] = it => Challenge(it).Remove("intent"),
        ["request missing"] = it => Challenge(it).Remove("request"),
        ["request a number"] = it => Challenge(it)["request"] = 1,
        ["source a number"] = it => it["source"] = 1,
        ["id another"] = it => Challenge(it)["id"] = new string('A', 43),
        ["id short"] = it => Challenge(it)["id"] = "AAAA",
        ["realm another"] = it => Challenge(it)["realm"] = "https://other.example",
        ["method another"] = it => Challenge(it)["method"] = "lightning",
        ["intent another"] = it => Challenge(it)["intent"] = "charge",
        ["request another"] = it => Challenge(it)["request"] = "e30",
        ["expires later"] = it => Challenge(it)["expires"] = "2099-01-01T00:00:00Z",
        ["expires missing"] = it => Challenge(it).Remove("expires"),
        ["digest added"] = it => Challenge(it)["digest"] = ContentDigest.Of([]),
        ["opaque missing"] = it => Challenge(it).Remove("opaque"),
        ["parts moved"] = it => (Challenge(it)["method"], Challenge(it)["intent"]) = ("bitcoin|session", ""),
        ["payload missing"] = it => it.Remove("payload"),
        ["payload a list"] = it => it["payload"] = new JsonArray(),
        ["action missing"] = it => Payload(it).Remove("action"),
        ["channelId missing"] = it => Payload(it).Remove("channelId"),
        ["channelId upper case"] = it => Payload(it)["channelId"] = ((string)Payload(it)["channelId"]!).ToUpperInvariant(),
        ["channelId long"] = it => Payload(it)["channelId"] = new string('0', 2_000),
        ["cumulativeAmount missing"] = it => Payload(it).Remove("cumulativeAmount"),
        ["cumulativeAmount a number"] = it => Payload(it)["cumulativeAmount"] = 1_000,
        ["cumulativeAmount with a zero in front"] = it => Payload(it)["cumulativeAmount"] = "01000",
        ["cumulativeAmount negative"] = it => Payload(it)["cumulativeAmount"] = "-1000",
        ["cumulativeAmount with decimals"] = it => Payload(it)["cumulativeAmount"] = "1000.5",
        ["cumulativeAmount above all money"] = it => Payload(it)["cumulativeAmount"] = "2100000000000001",
        ["signature missing"] = it => Payload(it).Remove("signature"),
        ["signature upper case"] = it => Payload(it)["signature"] = ((string)Payload(it)["signature"]!).ToUpperInvariant(),
        ["signature short"] = it => Payload(it)["signature"] = ((string)Payload(it)["signature"]!)[2..],
        ["signature zero"] = it => Payload(it)["signature"] = new string('0', 128),
        ["action topUp"] = it => Payload(it)["action"] = "topUp",
        ["action unknown"] = it => Payload(it)["action"] = "refund",
        ["channel unknown"] = it => Payload(it)["channelId"] = new string('a', 64) + "-0",
        ["channel of another output"] = it => Payload(it)["channelId"] = ((string)Payload(it)["channelId"]!)[..64] + "-1",
        ["total another"] = it => Payload(it)["cumulativeAmount"] = "1001",
        ["total above capacity"] = it => Payload(it)["cumulativeAmount"] = (TestCustomer.Capacity + 1).ToString(System.Globalization.CultureInfo.InvariantCulture),
    };

    protected override LogLevel Finest => LogLevel.Trace;

    protected override void Map(WebApplication web) => web.MapGet("/song", () => Serve("la la la")).RequirePayment(25.Sat(), it => it.Description = "A song");

    [Theory]
    [InlineData("challenge missing", 402, "malformed-credential")]
    [InlineData("challenge a text", 402, "malformed-credential")]
    [InlineData("id missing", 402, "malformed-credential")]
    [InlineData("realm missing", 402, "malformed-credential")]
    [InlineData("method missing", 402, "malformed-credential")]
    [InlineData("intent missing", 402, "malformed-credential")]
    [InlineData("request missing", 402, "malformed-credential")]
    [InlineData("request a number", 402, "malformed-credential")]
    [InlineData("source a number", 402, "malformed-credential")]
    [InlineData("id another", 402, "invalid-challenge")]
    [InlineData("id short", 402, "invalid-challenge")]
    [InlineData("realm another", 402, "invalid-challenge")]
    [InlineData("method another", 402, "invalid-challenge")]
    [InlineData("intent another", 402, "invalid-challenge")]
    [InlineData("request another", 402, "invalid-challenge")]
    [InlineData("expires later", 402, "invalid-challenge")]
    [InlineData("expires missing", 402, "invalid-challenge")]
    [InlineData("digest added", 402, "invalid-challenge")]
    [InlineData("opaque missing", 402, "invalid-challenge")]
    [InlineData("parts moved", 402, "invalid-challenge")]
    [InlineData("payload missing", 400, "malformed-credential")]
    [InlineData("payload a list", 400, "malformed-credential")]
    [InlineData("action missing", 400, "malformed-credential")]
    [InlineData("channelId missing", 400, "malformed-credential")]
    [InlineData("channelId upper case", 400, "malformed-credential")]
    [InlineData("channelId long", 400, "malformed-credential")]
    [InlineData("cumulativeAmount missing", 400, "malformed-credential")]
    [InlineData("cumulativeAmount a number", 400, "malformed-credential")]
    [InlineData("cumulativeAmount with a zero in front", 400, "malformed-credential")]
    [InlineData("cumulativeAmount negative", 400, "malformed-credential")]
    [InlineData("cumulativeAmount with decimals", 400, "malformed-credential")]
    [InlineData("cumulativeAmount above all money", 400, "malformed-credential")]
    [InlineData("signature missing", 400, "malformed-credential")]
    [InlineData("signature upper case", 400, "malformed-credential")]
    [InlineData("signature short", 400, "malformed-credential")]
    [InlineData("signature zero", 400, "malformed-credential")]
    [InlineData("action topUp", 400, "method-unsupported")]
    [InlineData("action unknown", 400, "method-unsupported")]
    [InlineData("channel unknown", 410, "session/channel-not-found")]
    [InlineData("channel of another output", 410, "session/channel-not-found")]
    [InlineData("total another", 402, "session/invalid-signature")]
    [InlineData("total above capacity", 402, "session/amount-exceeds-deposit")]
    public async Task A_changed_credential_is_refused_and_nothing_is_charged(string change, int status, string problem)
    {
        var good = Customer.Voucher(await Customer.ChallengeAsync("/song"), 1_000).Write();
        var credential = JsonOf(good);
        s_changes[change](credential);

        var before = App.Log.Lines.Count;
        using var refused = await Customer.SendAsync("/song", FieldOf(credential));

        await AssertRefusedAsync(refused, status, PaymentProblems.Prefix + problem);
        Assert.Equal(0, Served);
        await AssertBalanceAsync(0, 0);
        // What is worth money is repeated nowhere; the scheme, the channel and the challenge are no secrets.
        string[] secrets = [(string?)Payload(JsonOf(good))["signature"] ?? "", good["Payment ".Length..], FieldOf(credential)["Payment ".Length..]];
        var told = await refused.Content.ReadAsStringAsync() + string.Concat(refused.Headers.SelectMany(it => it.Value)) + string.Concat(App.Log.Lines.Skip(before).Select(it => it.Text + it.Values));
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, told, StringComparison.OrdinalIgnoreCase));
        // The fresh challenge can be answered.
        if (status != 402) return;
        using var paid = await Customer.PayAsync("/song", PaywallCustomer.ChallengeIn(refused), 1_000);
        Assert.Equal(HttpStatusCode.OK, paid.StatusCode);
    }

    [Theory]
    [InlineData("Payment !!!")]
    [InlineData("Payment e30=")]
    [InlineData("Payment e30")]
    [InlineData("Payment W10")]
    [InlineData("Payment bm8ganNvbg")]
    public async Task What_is_no_credential_at_all_is_malformed(string field)
    {
        using var refused = await Customer.SendAsync("/song", field);
        await AssertRefusedAsync(refused, 402, PaymentProblems.MalformedCredential);
    }

    [Fact]
    public async Task A_member_that_stands_there_twice_is_malformed()
    {
        var json = JsonOf(Customer.Voucher(await Customer.ChallengeAsync("/song"), 1_000).Write()).ToJsonString();
        var doubled = json.Replace("\"action\":\"voucher\"", "\"action\":\"voucher\",\"action\":\"voucher\"", StringComparison.Ordinal);
        Assert.NotEqual(json, doubled);

        using var refused = await Customer.SendAsync("/song", "Payment " + Convert.ToBase64String(Encoding.UTF8.GetBytes(doubled)).TrimEnd('=').Replace('+', '-').Replace('/', '_'));

        await AssertRefusedAsync(refused, 402, PaymentProblems.MalformedCredential);
        Assert.Equal(0, Served);
    }

    [Theory]
    [InlineData("Basic Zm9vOmJhcg==")]
    [InlineData("Bearer abc")]
    [InlineData("Payments e30")]
    public async Task What_is_of_another_scheme_pays_nothing(string field)
    {
        using var refused = await Customer.SendAsync("/song", field);
        await AssertRefusedAsync(refused, 402, PaymentProblems.PaymentRequired);
    }

    [Fact]
    public async Task Two_credentials_are_none()
    {
        var good = Customer.Voucher(await Customer.ChallengeAsync("/song"), 1_000).Write();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/song");
        request.Headers.TryAddWithoutValidation("Authorization", new[] { good, good });
        using var refused = await App.Once.SendAsync(request);
        await AssertRefusedAsync(refused, 402, PaymentProblems.MalformedCredential);
    }

    [Fact]
    public async Task Members_that_nobody_knows_are_passed_over_and_8_KB_are_taken()
    {
        var credential = JsonOf(Customer.Voucher(await Customer.ChallengeAsync("/song"), 1_000).Write());
        credential["source"] = new string('s', 6_000);
        Payload(credential)["more"] = new JsonObject { ["deep"] = new JsonArray(1, 2) };
        Challenge(credential)["description"] = "said otherwise";   // for people: not bound

        using var paid = await Customer.SendAsync("/song", FieldOf(credential));

        Assert.Equal("la la la", await paid.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task What_is_larger_than_all_headers_may_be_is_the_servers_to_refuse()
    {
        var credential = JsonOf(Customer.Voucher(await Customer.ChallengeAsync("/song"), 1_000).Write());
        credential["source"] = new string('s', 40_000);
        using var refused = await Customer.SendAsync("/song", FieldOf(credential));
        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, refused.StatusCode);
        Assert.Equal(0, Served);
    }

    [Fact]
    public async Task A_voucher_of_one_channel_pays_in_no_other()
    {
        var other = await TestCustomer.OpenAsync(App);
        var challenge = await Customer.ChallengeAsync("/song");

        using var refused = await Customer.SendAsync("/song", new PaymentCredential(challenge, new VoucherPayload(other.Id, Customer.Channel.Sign(1_000))));

        await AssertRefusedAsync(refused, 402, PaymentProblems.InvalidSignature);
        Assert.Equal(0, (await BalanceAsync(other)).Authorized.Satoshi);
    }

    [Fact]
    public async Task A_voucher_below_what_is_relayed_is_refused_and_the_required_total_never_is()
    {
        var challenge = await Customer.ChallengeAsync("/song");
        using (var below = await Customer.PayAsync("/song", challenge, 100)) await AssertRefusedAsync(below, 402, PaymentProblems.DeltaTooSmall);

        using var nothing = await Customer.PayAsync("/song", challenge, 0);

        await AssertRefusedAsync(nothing, 402, PaymentProblems.InsufficientBalance);
        var required = long.Parse((string)JsonNode.Parse(await nothing.Content.ReadAsStringAsync())!["requiredCumulative"]!, System.Globalization.CultureInfo.InvariantCulture);
        using var paid = await Customer.PayAsync("/song", challenge, required);
        Assert.Equal(HttpStatusCode.OK, paid.StatusCode);
    }

    [Fact]
    public async Task Nothing_of_a_paid_request_is_logged_either()
    {
        var credential = Customer.Voucher(await Customer.ChallengeAsync("/song"), 1_000);
        using var paid = await Customer.SendAsync("/song", credential);
        Assert.Equal(HttpStatusCode.OK, paid.StatusCode);
        var signature = ((VoucherPayload)credential.Payload).Payment.Signature.ToString();
        Assert.True(App.Log.Lines.Count > 20, "the log is not as fine as it has to be for this");
        Assert.DoesNotContain(App.Log.Lines, it => it.Text.Contains(signature, StringComparison.OrdinalIgnoreCase) || it.Values.Contains(signature, StringComparison.OrdinalIgnoreCase)
            || it.Text.Contains(credential.Write()["Payment ".Length..], StringComparison.Ordinal));
    }

    private static JsonObject Challenge(JsonObject credential) => credential["challenge"]!.AsObject();

    private static JsonObject Payload(JsonObject credential) => credential["payload"] as JsonObject ?? [];

    private static JsonObject JsonOf(string field) => JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(field.AsSpan("Payment ".Length)))!.AsObject();

    private static string FieldOf(JsonObject credential) => "Payment " + System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(credential.ToJsonString()));
}
