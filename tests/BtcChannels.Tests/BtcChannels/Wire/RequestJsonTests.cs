using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using BtcChannels.Wire;

namespace BtcChannels.Tests.Domain;

public class RequestJsonTests
{
    private const string Payment = """{"totalSat":1000,"signature":"ab"}""";
    private const string Open = """{"offer":"o","deposit":"d","customerKey":"k","expiry":1800000000,"customerScript":"s"}""";

    private static T? Read<T>(string json, JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(Encoding.UTF8.GetBytes(json), type);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [Fact]
    public void A_payment_is_read() => Assert.Equal(new PaymentBody(1_000, "ab"), Read(Payment, RequestJson.Default.PaymentBody));

    [Fact]
    public void A_request_to_open_is_read() => Assert.Equal(new OpenBody("o", "d", "k", 1_800_000_000, "s"), Read(Open, RequestJson.Default.OpenBody));

    [Theory]
    [InlineData("{}", null, null)]
    [InlineData("""{"totalSat":0,"signature":"ab"}""", 0L, "ab")]
    public void A_close_has_both_fields_or_neither(string json, long? total, string? signature) =>
        Assert.Equal(new CloseBody(total, signature), Read(json, RequestJson.Default.CloseBody));

    [Theory]
    [InlineData("9007199254740993", 9_007_199_254_740_993)]   // more than a double holds
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("-1", -1)]                                    // a number; that it is no total is judged later
    public void Whole_numbers_are_exact(string number, long total) =>
        Assert.Equal(total, Read($$"""{"totalSat":{{number}},"signature":"ab"}""", RequestJson.Default.PaymentBody)?.TotalSat);

    [Theory]
    [InlineData("1.5")]
    [InlineData("1.0")]
    [InlineData("1e3")]
    [InlineData("1E3")]
    [InlineData("\"1000\"")]
    [InlineData("true")]
    [InlineData("null")]
    [InlineData("[1000]")]
    [InlineData("{}")]
    [InlineData("01")]
    [InlineData("+1")]
    [InlineData("0x10")]
    [InlineData("NaN")]
    [InlineData("\"NaN\"")]
    [InlineData("Infinity")]
    [InlineData("9223372036854775808")]
    [InlineData("-9223372036854775809")]
    [InlineData("")]
    public void What_is_no_whole_number_is_no_amount(string number)
    {
        Assert.Null(Read($$"""{"totalSat":{{number}},"signature":"ab"}""", RequestJson.Default.PaymentBody));
        Assert.Null(Read(Open.Replace("1800000000", number, StringComparison.Ordinal), RequestJson.Default.OpenBody));
    }

    [Theory]
    [InlineData("""{"totalSat":1000,"signature":"ab","memo":""}""")]                 // unknown
    [InlineData("""{"totalSat":1000}""")]                                            // missing
    [InlineData("""{"signature":"ab"}""")]
    [InlineData("{}")]
    [InlineData("""{"totalSat":1000,"totalSat":1000,"signature":"ab"}""")]           // twice
    [InlineData("""{"totalSat":1000,"signature":"ab","signature":"ab"}""")]
    [InlineData("""{"totalSat":1000,"signature":null}""")]                           // null
    [InlineData("""{"totalSat":1000,"signature":7}""")]
    [InlineData("""{"totalSat":1000,"signature":["ab"]}""")]
    [InlineData("""{"TotalSat":1000,"Signature":"ab"}""")]                           // another spelling
    [InlineData("""{"totalsat":1000,"signature":"ab"}""")]
    [InlineData("""{"totalSat":1000,"signature":"ab"} {}""")]                        // trailing
    [InlineData("""{"totalSat":1000,"signature":"ab"}x""")]
    [InlineData("""{"totalSat":1000,"signature":"ab"}]""")]
    [InlineData("""{"totalSat":1000,"signature":"ab",}""")]
    [InlineData("""{"totalSat":1000,/* a comment */"signature":"ab"}""")]            // comments
    [InlineData("{\"totalSat\":1000,\"signature\":\"ab\"} // a comment")]
    [InlineData("{'totalSat':1000,'signature':'ab'}")]
    [InlineData("""{"totalSat":1000,"signature":"ab" """)]                           // cut off
    [InlineData("""[1000,"ab"]""")]
    [InlineData("\"\"")]
    [InlineData("")]
    [InlineData("\ufeff{\"totalSat\":1000,\"signature\":\"ab\"}")]                   // a byte order mark
    public void Whatever_else_differs_is_no_payment(string json) => Assert.Null(Read(json, RequestJson.Default.PaymentBody));

    [Fact]
    public void Null_is_no_request() => Assert.Null(JsonSerializer.Deserialize("null", RequestJson.Default.PaymentBody));

    [Theory]
    [InlineData("offer")]
    [InlineData("deposit")]
    [InlineData("customerKey")]
    [InlineData("expiry")]
    [InlineData("customerScript")]
    public void A_request_to_open_has_each_of_its_fields(string field)
    {
        var members = JsonDocument.Parse(Open).RootElement.EnumerateObject().ToDictionary(it => it.Name, it => it.Value);
        members.Remove(field);
        Assert.Null(Read(JsonSerializer.Serialize(members), RequestJson.Default.OpenBody));
        Assert.Null(Read(JsonSerializer.Serialize(members)[..^1] + $",\"{field}\":null}}", RequestJson.Default.OpenBody));
    }

    [Theory]
    [InlineData("""{"totalSat":1,"total":1}""")]
    [InlineData("""{"totalSat":1,"totalSat":1}""")]
    [InlineData("""{"totalSat":1.5}""")]
    [InlineData("""{"totalSat":"1"}""")]
    public void A_close_is_read_as_strictly(string json) => Assert.Null(Read(json, RequestJson.Default.CloseBody));
}

public class AnswerJsonTests
{
    private static readonly StatusAnswer s_status = new(
        "c", "open", "p", 100_000, 1_038, 1_800_000_000, null, 3, null, 28_000, 28_000_001, null, null, new SpendAnswer("t", 7, 1, 2, false));

    [Fact]
    public void Names_on_the_wire_are_camel_case() => Assert.Equal(
        """{"channel":"c","totalSat":1,"spentMsat":2,"remainingSat":3}""", JsonSerializer.Serialize(new PaymentAnswer("c", 1, 2, 3), AnswerJson.Default.PaymentAnswer));

    [Fact]
    public void A_status_is_read_back() => Assert.Equal(
        s_status, JsonSerializer.Deserialize(JsonSerializer.Serialize(s_status, AnswerJson.Default.StatusAnswer), AnswerJson.Default.StatusAnswer));

    [Fact]
    public void What_a_newer_merchant_says_besides_is_passed_over() => Assert.Equal(
        new PaymentAnswer("c", 1, 2, 3),
        JsonSerializer.Deserialize("""{"channel":"c","totalSat":1,"spentMsat":2,"remainingSat":3,"more":[1.5]}""", AnswerJson.Default.PaymentAnswer));

    [Theory]
    [InlineData("""{"channel":"c","totalSat":1.5,"spentMsat":2,"remainingSat":3}""")]
    [InlineData("""{"channel":"c","totalSat":"1","spentMsat":2,"remainingSat":3}""")]
    [InlineData("""{"channel":null,"totalSat":1,"spentMsat":2,"remainingSat":3}""")]
    [InlineData("""{"channel":"c","totalSat":1,"spentMsat":2}""")]
    public void What_it_has_to_say_is_read_strictly(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(json, AnswerJson.Default.PaymentAnswer));
}
