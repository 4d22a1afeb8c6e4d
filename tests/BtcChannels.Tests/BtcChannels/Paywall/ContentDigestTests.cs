using System.Text;
using System.Text.Json;
using BtcChannels.Paywall;

namespace BtcChannels.Tests.Domain;

public class ContentDigestTests
{
    private static readonly JsonElement s_vector = PaymentVectors.All.GetProperty("digests");
    private static readonly byte[] s_body = Encoding.UTF8.GetBytes(s_vector.Text("body"));
    private static readonly string s_sha256 = s_vector.Text("sha256");
    private static readonly string s_sha512 = s_vector.Text("sha512");

    // RFC 9530, appendix B.2.
    private const string Published = "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:";

    [Fact]
    public void It_is_written_as_published()
    {
        Assert.Equal(s_sha256, ContentDigest.Of(s_body));
        Assert.Equal(Published, ContentDigest.Of("{\"hello\": \"world\"}"u8));
    }

    [Theory]
    [InlineData("{256}", DigestCheck.Good)]
    [InlineData("{512}", DigestCheck.Good)]
    [InlineData("{512}, {256}", DigestCheck.Good)]
    [InlineData("md5=:AAAA:,\t{256}", DigestCheck.Good)]
    [InlineData(Published, DigestCheck.Different)]
    [InlineData("{512}, " + Published, DigestCheck.Different)]
    [InlineData(Published + ", {256}", DigestCheck.Good)]
    [InlineData("sha-256=:AAAA:", DigestCheck.Different)]
    [InlineData("sha-256=::", DigestCheck.Different)]
    [InlineData("md5=:AAAA:", DigestCheck.Unknown)]
    [InlineData("", DigestCheck.Malformed)]
    [InlineData("sha-256", DigestCheck.Malformed)]
    [InlineData("sha-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=", DigestCheck.Malformed)]
    [InlineData("sha-256=:X48E9qOo", DigestCheck.Malformed)]
    [InlineData("sha-256=:", DigestCheck.Malformed)]
    [InlineData("sha-256=:X48-:", DigestCheck.Malformed)]
    [InlineData("sha-256=:AA AA:", DigestCheck.Malformed)]
    [InlineData("SHA-256=:AAAA:", DigestCheck.Malformed)]
    [InlineData("={256}", DigestCheck.Malformed)]
    [InlineData("{256},", DigestCheck.Malformed)]
    [InlineData("{256}, {512", DigestCheck.Malformed)]
    public void A_body_is_compared_with_all_that_is_known(string form, DigestCheck expected) => Assert.Equal(
        expected,
        ContentDigest.Check(form.Replace("{256}", s_sha256, StringComparison.Ordinal).Replace("{512}", s_sha512, StringComparison.Ordinal), s_body));

    [Fact]
    public void One_bit_makes_another_body()
    {
        byte[] other = [.. s_body];
        other[0] ^= 1;
        Assert.Equal(DigestCheck.Different, ContentDigest.Check(s_sha256, other));
        Assert.Equal(DigestCheck.Different, ContentDigest.Check(s_sha512, other));
    }
}
