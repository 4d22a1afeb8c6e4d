using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using NBitcoin;

namespace BtcChannels.Tests.AspNetCore;

/// <summary>What a request to open can be apart from right. One merchant meets it all, and stores nothing of it.</summary>
public sealed class OpenBodyTests(MerchantFixture merchant) : IClassFixture<MerchantFixture>, IAsyncLifetime
{
    private readonly MerchantApp _app = merchant.App;
    private TestCustomer _customer = null!;

    public async Task InitializeAsync() => _customer = await TestCustomer.MeetAsync(_app);

    public Task DisposeAsync() => merchant.AssertUntouchedAsync();

    [Theory]
    [InlineData("not hex", "zz{0}")]
    [InlineData("odd", "{0}0")]
    [InlineData("trailing byte", "{0}00")]
    [InlineData("0x", "0x{0}")]
    [InlineData("blank", "{0} ")]
    [InlineData("nothing", "")]
    [InlineData("number of bytes only", "02000000")]
    public async Task A_deposit_that_is_no_exact_hex_of_a_transaction_is_malformed(string what, string format)
    {
        Assert.NotEmpty(what);
        await RefusedAsync("deposit", string.Format(CultureInfo.InvariantCulture, format, _customer.DepositTransaction.ToHex()));
    }

    [Fact]
    public async Task A_deposit_in_upper_case_is_malformed() =>
        await RefusedAsync("deposit", _customer.DepositTransaction.ToHex().ToUpperInvariant());

    [Fact]
    public async Task A_deposit_cut_off_anywhere_is_malformed()
    {
        var hex = _customer.DepositTransaction.ToHex();
        for (var length = hex.Length - 2; length > 0; length -= 2) await RefusedAsync("deposit", hex[..length]);
    }

    [Theory]
    [InlineData("no input, no output", "02000000" + "00" + "00" + "00000000")]
    [InlineData("no input", "02000000" + "00" + "01" + "0000000000000000" + "00" + "00000000")]
    [InlineData("more inputs than bytes", "02000000" + "ffffffffffffffff7f")]
    [InlineData("an output of more bytes than there are", "02000000" + "01" + Coin + "01" + "0000000000000000" + "feffffff7f")]
    [InlineData("a length not in its shortest form", "02000000" + "fd0100" + Coin + "01" + "e803000000000000" + "00" + "00000000")]
    [InlineData("marked as with witness, and without", "02000000" + "0001" + "01" + Coin + "01" + "e803000000000000" + "00" + "00" + "00000000")]
    [InlineData("a negative amount", "02000000" + "01" + Coin + "01" + "ffffffffffffffff" + "00" + "00000000")]
    [InlineData("the least amount", "02000000" + "01" + Coin + "01" + "0000000000000080" + "00" + "00000000")]
    [InlineData("over 21 million bitcoin", "02000000" + "01" + Coin + "01" + "0140075af0750700" + "00" + "00000000")]
    [InlineData("over 21 million bitcoin in all", "02000000" + "01" + Coin + "02" + "0040075af0750700" + "00" + "0100000000000000" + "00" + "00000000")]
    [InlineData("the same coin twice", "02000000" + "02" + Coin + Coin + "01" + "e803000000000000" + "00" + "00000000")]
    [InlineData("no coin", "02000000" + "02" + Coin + NoCoin + "01" + "e803000000000000" + "00" + "00000000")]
    public async Task A_deposit_that_can_be_no_transaction_is_malformed(string what, string hex)
    {
        Assert.NotEmpty(what);
        await RefusedAsync("deposit", hex);
    }

    [Theory]
    [InlineData("uncompressed", "0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8")]
    [InlineData("hybrid", "0679be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8")]
    [InlineData("off the curve", "020000000000000000000000000000000000000000000000000000000000000005")]
    [InlineData("out of the field", "02ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    [InlineData("another prefix", "0579be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")]
    [InlineData("x only", "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")]
    [InlineData("upper case", "0279BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798")]
    [InlineData("a byte too many", "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f8179800")]
    [InlineData("nothing", "")]
    public async Task A_key_that_is_no_compressed_point_is_malformed(string what, string hex)
    {
        Assert.NotEmpty(what);
        await RefusedAsync("customerKey", hex);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("0x0014")]
    [InlineData("0014AABBCCDDEEFF00112233445566778899AABBCCDD")]
    public async Task A_script_that_is_no_hex_is_malformed(string hex) => await RefusedAsync("customerScript", hex);

    [Theory]
    [InlineData("0014aabbccddeeff00112233445566778899aabbcc")]              // a byte short
    [InlineData("6a0568656c6c6f")]                                          // OP_RETURN
    [InlineData("51")]                                                      // anyone can spend
    [InlineData("52200000000000000000000000000000000000000000000000000000000000000000")]   // a witness program of no known version
    [InlineData("210279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798ac")] // P2PK
    public async Task A_script_that_nodes_do_not_relay_or_nobody_knows_is_not_standard(string hex)
    {
        using var answer = await _customer.TryOpenAsync(_customer.Body with { CustomerScript = hex });
        await answer.AssertIsAsync(OpenRejection.ScriptNotStandard);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("4294967296")]
    [InlineData("9223372036854775808")]
    [InlineData("-9223372036854775809")]
    [InlineData("1764000000.0")]
    [InlineData("1.764e9")]
    [InlineData("\"1764000000\"")]
    [InlineData("true")]
    [InlineData("null")]
    [InlineData("[]")]
    public async Task An_expiry_that_is_no_whole_number_in_range_is_malformed(string json) => await RefusedAsync("expiry", JsonNode.Parse(json));

    [Theory]
    [InlineData("offer")]
    [InlineData("deposit")]
    [InlineData("customerKey")]
    [InlineData("expiry")]
    [InlineData("customerScript")]
    public async Task Each_member_is_needed_once_and_not_null(string name)
    {
        var body = Whole();
        body.Remove(name);
        await RefusedAsync(body.ToJsonString());
        await RefusedAsync(name, null);
        var whole = Whole();
        await RefusedAsync($$"""{{{'"'}}{{name}}":{{whole[name]!.ToJsonString()}},{{whole.ToJsonString()[1..]}}""");
    }

    [Fact]
    public async Task A_member_that_nobody_knows_is_malformed() => await RefusedAsync("customerkey", "");

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"\"")]
    [InlineData("1")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("{} {}")]
    [InlineData("{}// why not")]
    [InlineData("{\"offer\":\"\\ud800\"}")]
    [InlineData("\ufeff{}")]
    public async Task A_body_that_is_not_this_object_is_malformed(string json) => await RefusedAsync(json);

    [Fact]
    public async Task A_body_that_is_no_UTF8_is_malformed()
    {
        using var body = new ByteArrayContent([.. "{\"offer\":\""u8, 0xff, 0xfe, .. "\"}"u8]);
        body.Headers.ContentType = new("application/json");
        using var answer = await _customer.TryOpenAsync(body);
        await answer.AssertIsAsync(OpenRejection.Malformed);
    }

    [Theory]
    [InlineData('[', ']')]
    [InlineData('{', '}')]
    public async Task A_deeply_nested_body_is_malformed(char open, char close)
    {
        var nested = open == '[' ? new string(open, 50_000) + new string(close, 50_000) : string.Concat(Enumerable.Repeat("{\"offer\":", 20_000)) + "1" + new string(close, 20_000);
        await RefusedAsync(nested);
        await RefusedAsync($$"""{"unknown":{{nested}}}""");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data")]
    [InlineData(null)]
    public async Task A_body_that_does_not_say_that_it_is_JSON_is_not_read(string? type)
    {
        using var body = new ByteArrayContent(Encoding.UTF8.GetBytes(Whole().ToJsonString()));
        if (type is not null) body.Headers.ContentType = new(type);
        using var answer = await _customer.TryOpenAsync(body);
        await answer.AssertIsAsync("not-json");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_that_is_too_long_is_cut_off(bool isChunked)
    {
        var whole = Whole().ToJsonString();
        foreach (var length in (int[])[210_001, 1_000_000])
        {
            using var body = TestCustomer.Json(whole + new string(' ', length - whole.Length));
            if (isChunked) body.Headers.ContentLength = null;
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/channels/v1/channels", UriKind.Relative)) { Content = body };
            request.Headers.TransferEncodingChunked = isChunked;
            using var answer = await _app.Once.SendAsync(request);
            await answer.AssertIsAsync("body-too-large");
        }
    }

    [Fact]
    public async Task A_body_of_the_greatest_length_is_read()
    {
        var body = Whole();
        body["deposit"] = "00";
        var text = body.ToJsonString();
        await RefusedAsync(text + new string(' ', 210_000 - text.Length));
    }

    [Fact]
    public async Task A_problem_does_not_repeat_what_was_sent()
    {
        var marker = new string('7', 64);
        using var answer = await _customer.TryOpenAsync(_customer.Body with { Deposit = marker, Offer = marker });
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.DoesNotContain(marker, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private const string Coin = "1111111111111111111111111111111111111111111111111111111111111111" + "00000000" + "00" + "ffffffff";
    private const string NoCoin = "0000000000000000000000000000000000000000000000000000000000000000" + "ffffffff" + "00" + "ffffffff";

    private JsonObject Whole()
    {
        var body = _customer.Body;
        return new JsonObject
        {
            ["offer"] = body.Offer, ["deposit"] = body.Deposit, ["customerKey"] = body.CustomerKey, ["expiry"] = body.Expiry, ["customerScript"] = body.CustomerScript,
        };
    }

    private Task RefusedAsync(string name, JsonNode? value)
    {
        var body = Whole();
        body[name] = value;
        return RefusedAsync(body.ToJsonString());
    }

    private async Task RefusedAsync(string json)
    {
        using var answer = await _customer.TryOpenAsync(TestCustomer.Json(json));
        await answer.AssertIsAsync(OpenRejection.Malformed);
    }
}
