using NBitcoin;

namespace BtcChannels.Tests.Bitcoin;

public class OutPointTests
{
    const string Id = "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b";

    [Theory]
    [InlineData("-", 0)]
    [InlineData(":", 7)]
    [InlineData("-", uint.MaxValue)]
    public void It_is_written_as_id_and_index(string separator, uint n)
    {
        var outPoint = OutPoint.Parse(Id + separator + n);
        Assert.Equal(new OutPoint(uint256.Parse(Id), n), outPoint);
        Assert.Equal($"{Id}-{n}", outPoint.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(Id)]
    [InlineData(Id + "-")]
    [InlineData(Id + "--1")]
    [InlineData(Id + "-x")]
    [InlineData(Id + "-4294967296")]
    [InlineData("00-0")]
    public void Anything_else_is_refused(string text)
    {
        Assert.False(OutPoint.TryParse(text, out _));
        Assert.Throws<FormatException>(() => OutPoint.Parse(text));
    }

    [Fact]
    public void Null_is_refused_without_an_error() => Assert.False(OutPoint.TryParse(null!, out _));

    [Fact]
    public void On_the_wire_it_has_36_bytes()
    {
        var bytes = OutPoint.Parse(Id + "-258").ToBytes();
        Assert.Equal("3ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a02010000", Convert.ToHexStringLower(bytes));
    }

    [Fact]
    public void The_new_one_is_what_a_coinbase_spends()
    {
        Assert.True(new OutPoint().IsNull);
        Assert.False(OutPoint.Zero.IsNull);
    }

    [Fact]
    public void Equal_ones_are_one_key()
    {
        var set = new HashSet<OutPoint> { OutPoint.Parse(Id + "-1"), OutPoint.Parse(Id + ":1"), OutPoint.Parse(Id + "-2") };
        Assert.Equal(2, set.Count);
        Assert.True(OutPoint.Parse(Id + "-1") < OutPoint.Parse(Id + "-2"));
    }
}
