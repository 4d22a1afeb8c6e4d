using System.Buffers.Text;
using System.Text;
using BtcChannels.Paywall;

namespace BtcChannels.Tests.Domain;

public class SessionRequestTests
{
    private static readonly string s_json = PaymentVectors.All.GetProperty("requests")[0].Text("json");

    public static TheoryData<int> EveryVector => [.. Enumerable.Range(0, PaymentVectors.Requests.Count)];

    private static bool Reads(string json) => SessionRequest.TryDecode(Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json)), out _);

    [Theory, MemberData(nameof(EveryVector))]
    public void It_is_written_and_read_as_published(int index)
    {
        var encoded = PaymentVectors.All.GetProperty("requests")[index].Text("encoded");
        Assert.Equal(encoded, PaymentVectors.Requests[index].Encode());
        Assert.True(SessionRequest.TryDecode(encoded, out var request));
        Assert.Equal(PaymentVectors.Requests[index], request);
    }

    [Fact]
    public void Members_may_come_in_any_order_and_unknown_ones_are_passed_over() => Assert.True(Reads(
        "{ \"unitType\":\"request\", \"colour\":{\"amount\":3}, \"methodDetails\":{\"x\":[1],\"kinds\":[\"p2sh\"],\"closeFee\":\"1\",\"minConfirmations\":1,\"minDeposit\":\"1\","
        + "\"channels\":\"/c\",\"network\":\"regtest\"}, \"currency\":\"sat\", \"amount\":\"1.0\" }"));

    [Theory]
    [InlineData("\"amount\":\"0.25\"", "\"amount\":0.25")]
    [InlineData("\"amount\":\"0.25\"", "\"amount\":\"-0.25\"")]
    [InlineData("\"amount\":\"0.25\"", "\"amount\":\"0.0625\"")]
    [InlineData("\"amount\":\"0.25\"", "\"amount\":\"00.25\"")]
    [InlineData("\"amount\":\"0.25\"", "\"amount\":\".25\"")]
    [InlineData("\"amount\":\"0.25\"", "\"amount\":\"0.\"")]
    [InlineData("\"amount\":\"0.25\"", "\"amount\":\"1e3\"")]
    [InlineData("\"amount\":\"0.25\"", "\"amount\":\" 1\"")]
    [InlineData("\"amount\":\"0.25\"", "\"amount\":\"\"")]
    [InlineData("\"amount\":\"0.25\"", "\"amount\":\"99999999999999999\"")]
    [InlineData("\"amount\":\"0.25\"", "\"amount\":\"1\",\"amount\":\"1\"")]
    [InlineData("\"amount\":\"0.25\",", "")]
    [InlineData("\"sat\"", "\"msat\"")]
    [InlineData("\"sat\"", "\"SAT\"")]
    [InlineData("\"unitType\":\"request\"", "\"unitType\":\"\"")]
    [InlineData("\"unitType\":\"request\"", "\"unitType\":null")]
    [InlineData("\"100000\"", "100000")]
    [InlineData("\"100000\"", "\"100000.0\"")]
    [InlineData("\"100000\"", "\"0100000\"")]
    [InlineData("\"100000\"", "\"2100000000000001\"")]
    [InlineData("\"20000\"", "\"20 000\"")]
    [InlineData("\"20000\"", "\"\uff12\"")]
    [InlineData("\"closeFee\":\"1000\"", "\"closeFee\":\"x\"")]
    [InlineData("\"closeFee\":\"1000\"", "\"closeFee\":\"\"")]
    [InlineData("\"minConfirmations\":1", "\"minConfirmations\":\"1\"")]
    [InlineData("\"minConfirmations\":1", "\"minConfirmations\":1.5")]
    [InlineData("\"minConfirmations\":1", "\"minConfirmations\":-1")]
    [InlineData("[\"p2sh\"]", "\"p2sh\"")]
    [InlineData("[\"p2sh\"]", "[null]")]
    [InlineData("[\"p2sh\"]", "[1]")]
    [InlineData("\"/channels/v1\"", "\"https://elsewhere.example/channels/v1\"")]
    [InlineData("-1\"", "-01\"")]
    [InlineData("\"0014", "\"0014A")]
    [InlineData("\"0014", "\"001")]
    [InlineData("{\"amount\"", "[{\"amount\"")]
    [InlineData("\"unitType\":\"request\"}", "\"unitType\":\"request\"}{}")]
    [InlineData("\"unitType\":\"request\"}", "\"unitType\":\"request\"")]
    public void Another_form_is_refused(string part, string otherwise)
    {
        Assert.Contains(part, s_json, StringComparison.Ordinal);
        Assert.False(Reads(s_json.Replace(part, otherwise, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("e30=")]
    [InlineData("e3 0")]
    [InlineData("e30+")]
    [InlineData("bnVsbA")]
    [InlineData("_____w")]
    [InlineData("e30")]
    public void What_is_no_encoded_object_is_refused(string? text) => Assert.False(SessionRequest.TryDecode(text, out _));

    [Fact]
    public void A_total_is_amount_times_units()
    {
        Assert.Equal(2.25m.Sat(), PaymentVectors.Requests[0].PriceOf(9));
        Assert.Equal(MilliSatoshi.Zero, PaymentVectors.Requests[0].PriceOf(0));
        Assert.Throws<OverflowException>(() => PaymentVectors.Requests[0].PriceOf(long.MaxValue));
    }
}
