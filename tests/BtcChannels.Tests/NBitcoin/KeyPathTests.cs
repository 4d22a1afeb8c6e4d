using NBitcoin;

namespace BtcChannels.Tests.NBitcoinApi;

public partial class KeyPathTests
{
    [Theory]
    [InlineData("m/44'/0'/7", "44'/0'/7")]
    [InlineData("44h/0H/7", "44'/0'/7")]
    [InlineData("m", "")]
    [InlineData("", "")]
    [InlineData("0/2147483647'", "0/2147483647'")]
    public void A_path_is_written_with_apostrophes_and_without_an_m(string text, string expected)
    {
        Assert.Equal(expected, KeyPath.Parse(text).ToString());
        Assert.Equal(KeyPath.Parse(expected), new KeyPath(text));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("m/x")]
    [InlineData("m/-1")]
    [InlineData("4294967296")]
    public void What_is_no_path_is_a_format_error(string text)
    {
        Assert.Throws<FormatException>(() => KeyPath.Parse(text));
        Assert.False(KeyPath.TryParse(text, out _));
    }

    [Fact]
    public void Paths_grow_at_the_end()
    {
        var path = new KeyPath(1, 0x80000002);
        Assert.Equal("1/2'/3", path.Derive(3).ToString());
        Assert.Equal("1/2'/3'", path.Derive(3, true).ToString());
        Assert.Equal("1/2'/4/5", path.Derive(new KeyPath("4/5")).ToString());
        Assert.Equal("1/2'/4/5", path.Derive("4/5").ToString());
        Assert.Equal("1/2'/1/2'", (path + path).ToString());
        Assert.Equal("1", path.Parent.ToString());
        Assert.Equal("1/2'", path.ToString());
        Assert.True(path.IsHardened);
        Assert.False(path.Derive(3).IsHardened);
        Assert.True(path.Derive(3).IsHardenedPath);
        Assert.Equal([1, 0x80000002], path.Indexes);
        Assert.Equal(0x80000002, path[1]);
        Assert.True(path == new KeyPath("1/2'"));
        Assert.True(path != new KeyPath("1/2"));
        Assert.Equal(path.GetHashCode(), new KeyPath("1/2'").GetHashCode());
    }
}
