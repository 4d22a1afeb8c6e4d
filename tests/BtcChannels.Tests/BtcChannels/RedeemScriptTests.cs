using NBitcoin;

namespace BtcChannels.Tests.Domain;

public class RedeemScriptTests
{
    private static readonly PubKey s_merchant = Sample.Keys.KeyFor(Sample.OfferId);
    private static readonly PubKey s_customer = Sample.Customer.PubKey;
    private static readonly string s_merchantPush = "21" + s_merchant.ToHex();
    private static readonly string s_customerPush = "21" + s_customer.ToHex();

    private static string Written(string merchant, string expiry, string customer) => $"63{merchant}ad67{expiry}b17568{customer}ac";

    private static bool IsRead(string hex) => RedeemScript.TryParse(Script.FromHex(hex), out _, out _, out _);

    [Theory]
    [InlineData(1u)]
    [InlineData(850_000u)]
    [InlineData(1_800_000_000u)]
    [InlineData(2_147_483_648u)]
    [InlineData(4_294_967_295u)]
    public void What_is_built_is_read_back(uint expiry)
    {
        var script = RedeemScript.Build(s_merchant, s_customer, new Expiry(expiry));
        Assert.True(RedeemScript.TryParse(script, out var merchant, out var customer, out var end));
        Assert.Equal((s_merchant, s_customer, new Expiry(expiry)), (merchant, customer, end));
    }

    [Theory]
    [InlineData(850_000u, 79)]
    [InlineData(1_800_000_000u, 80)]
    [InlineData(2_147_483_648u, 81)]
    public void Its_length_follows_from_the_expiry(uint expiry, int length) =>
        Assert.Equal(length, RedeemScript.Build(s_merchant, s_customer, new Expiry(expiry)).Length);

    [Fact]
    public void The_bytes_are_the_template() => Assert.Equal(
        Written(s_merchantPush, "0400d2496b", s_customerPush), RedeemScript.Build(s_merchant, s_customer, new Expiry(1_800_000_000)).ToHex());

    [Fact]
    public void An_expiry_that_21_would_write_as_a_negative_number_is_refused() => Assert.False(IsRead(Written(s_merchantPush, "0400000080", s_customerPush)));

    [Fact]
    public void A_push_that_is_longer_than_needed_is_refused()
    {
        Assert.True(IsRead(Written(s_merchantPush, "0400d2496b", s_customerPush)));
        Assert.False(IsRead(Written("4c" + s_merchantPush, "0400d2496b", s_customerPush)));
        Assert.False(IsRead(Written(s_merchantPush, "4c0400d2496b", s_customerPush)));
        Assert.False(IsRead(Written(s_merchantPush, "0500d2496b00", s_customerPush)));
        Assert.False(IsRead(Written(s_merchantPush, "0400d2496b", "4d2100" + s_customer.ToHex())));
    }

    [Theory]
    [InlineData("61", "")]
    [InlineData("", "61")]
    [InlineData("", "75")]
    public void An_operation_more_is_refused(string before, string after) =>
        Assert.False(IsRead(before + Written(s_merchantPush, "0400d2496b", s_customerPush) + after));

    [Fact]
    public void Every_operation_has_to_be_the_templates()
    {
        var bytes = Convert.FromHexString(Written(s_merchantPush, "0400d2496b", s_customerPush));
        foreach (var at in (int[])[0, 35, 36, 42, 43, 44, 79])
        {
            var other = (byte[])[.. bytes];
            other[at] ^= 0x01;
            Assert.False(IsRead(Convert.ToHexStringLower(other)), $"byte {at}");
        }
    }

    [Fact]
    public void A_script_that_is_cut_off_anywhere_is_refused()
    {
        var hex = Written(s_merchantPush, "0400d2496b", s_customerPush);
        for (var length = 0; length < hex.Length; length += 2) Assert.False(IsRead(hex[..length]), $"{length / 2} bytes");
    }

    [Fact]
    public void Uncompressed_keys_are_refused()
    {
        var (merchant, customer) = ("41" + s_merchant.Decompress().ToHex(), "41" + s_customer.Decompress().ToHex());
        Assert.False(IsRead(Written(merchant, "0400d2496b", s_customerPush)));
        Assert.False(IsRead(Written(s_merchantPush, "0400d2496b", customer)));
    }

    [Fact]
    public void Bytes_that_are_no_key_are_refused()
    {
        var noPoint = "2102" + new string('f', 64);
        Assert.False(IsRead(Written(noPoint, "0400d2496b", s_customerPush)));
        Assert.False(IsRead(Written(s_merchantPush, "0400d2496b", noPoint)));
    }
}
