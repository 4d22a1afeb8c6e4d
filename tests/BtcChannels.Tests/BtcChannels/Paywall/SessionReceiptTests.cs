using System.Buffers.Text;
using System.Text;
using BtcChannels.Paywall;
using NBitcoin;

namespace BtcChannels.Tests.Domain;

public class SessionReceiptTests
{
    private static readonly string s_json = PaymentVectors.All.GetProperty("receipts")[1].Text("json");

    public static TheoryData<int> EveryVector => [.. Enumerable.Range(0, PaymentVectors.Receipts.Count)];

    [Theory, MemberData(nameof(EveryVector))]
    public void It_is_written_and_read_as_published(int index)
    {
        var vector = PaymentVectors.All.GetProperty("receipts")[index];
        Assert.Equal(vector.Text("field"), PaymentVectors.Receipts[index].Encode());
        Assert.Equal(vector.Text("json"), PaymentVectors.Receipts[index].ToJson());
        Assert.True(SessionReceipt.TryDecode(vector.Text("field"), out var receipt));
        Assert.Equal(PaymentVectors.Receipts[index], receipt);
        Assert.True(SessionReceipt.TryReadJson(vector.Text("json"), out receipt));
        Assert.Equal(PaymentVectors.Receipts[index], receipt);
    }

    [Theory]
    [InlineData("\"success\"", "\"failed\"")]
    [InlineData("\"bitcoin\"", "\"tempo\"")]
    [InlineData("\"session\"", "\"charge\"")]
    [InlineData("\"reference\":\"8", "\"reference\":\"9")]
    [InlineData("\"2027-01-15T08:00:00Z\"", "\"now\"")]
    [InlineData("\"2027-01-15T08:00:00Z\"", "1800000000")]
    [InlineData("\"spent\":\"0\"", "\"spent\":0")]
    [InlineData("\"spent\":\"0\"", "\"spent\":\"-1\"")]
    [InlineData("\"acceptedCumulative\":\"0\"", "\"acceptedCumulative\":\"0.5\"")]
    [InlineData("\"units\":0", "\"units\":-1")]
    [InlineData("\"units\":0", "\"units\":\"0\"")]
    [InlineData("\"units\":0", "\"units\":0,\"units\":0")]
    [InlineData("\"txid\":\"81ee", "\"txid\":\"81EE")]
    [InlineData("\"txid\":\"81ee", "\"txid\":\"")]
    [InlineData("\"challengeId\":\"x\",", "")]
    public void Another_form_is_refused(string part, string otherwise)
    {
        Assert.Contains(part, s_json, StringComparison.Ordinal);
        var changed = s_json.Replace(part, otherwise, StringComparison.Ordinal);
        Assert.False(SessionReceipt.TryReadJson(changed, out _));
        Assert.False(SessionReceipt.TryDecode(Base64Url.EncodeToString(Encoding.UTF8.GetBytes(changed)), out _));
    }

    [Fact]
    public void Unknown_members_are_passed_over() => Assert.True(SessionReceipt.TryReadJson("{\"new\":[{}]," + s_json[1..], out _));

    [Fact]
    public void A_call_for_a_voucher_is_written_and_read_as_published()
    {
        var json = PaymentVectors.All.Text("needVoucher");
        var need = new NeedVoucher(PaymentVectors.Channel, Money.Satoshis(3_000L), Money.Satoshis(2_500L), Money.Satoshis(98_962L));
        Assert.Equal(json, need.ToJson());
        Assert.True(NeedVoucher.TryReadJson(json, out var read));
        Assert.Equal(need, read);
    }

    [Theory]
    [InlineData("\"3000\"", "3000")]
    [InlineData("\"3000\"", "\"3000.5\"")]
    [InlineData("\"2500\"", "\"\"")]
    [InlineData("\"98962\"", "null")]
    [InlineData("-1\"", "\"")]
    [InlineData("{", "[{")]
    public void Another_call_is_refused(string part, string otherwise)
    {
        var json = PaymentVectors.All.Text("needVoucher");
        Assert.Contains(part, json, StringComparison.Ordinal);
        Assert.False(NeedVoucher.TryReadJson(json.Replace(part, otherwise, StringComparison.Ordinal), out _));
        Assert.False(NeedVoucher.TryReadJson(null, out _));
    }
}
