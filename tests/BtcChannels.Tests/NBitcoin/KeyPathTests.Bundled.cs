using NBitcoin;

namespace BtcChannels.Tests.NBitcoinApi;

/// <summary>Where the bundled implementation decides more than the package tells, or otherwise.</summary>
public partial class KeyPathTests
{
    [Theory]
    [InlineData("m/")]
    [InlineData("0/'")]
    [InlineData("/1")]
    [InlineData("1//2")]
    [InlineData("1/")]
    [InlineData("n/1")]
    [InlineData("m/m")]
    [InlineData("2147483648")]
    [InlineData("2147483648'")]
    [InlineData("1''")]
    [InlineData(" 1")]
    [InlineData("+1")]
    [InlineData("0x1")]
    public void A_doubtful_path_is_a_format_error(string text) => Assert.Throws<FormatException>(() => KeyPath.Parse(text));
}
