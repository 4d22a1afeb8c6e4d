using NBitcoin;

namespace BtcChannels.Tests.Bitcoin;

public class UIntTests
{
    const string Id = "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f";

    [Fact]
    public void A_transaction_id_is_printed_backwards()
    {
        var id = uint256.Parse(Id);
        Assert.Equal(Id, id.ToString());
        Assert.Equal("6fe28c0ab6f1b372c1a6a246ae63f74f931e8365e15a089c68d6190000000000", Convert.ToHexStringLower(id.ToBytes()));
        Assert.Equal(Id, Convert.ToHexStringLower(id.ToBytes(false)));
        Assert.Equal(id, new uint256(id.ToBytes()));
        Assert.Equal(id, new uint256(id.ToBytes(false), false));
        Assert.Equal(0x6f, id.GetByte(0));
    }

    [Fact]
    public void A_key_hash_is_printed_backwards()
    {
        var hash = uint160.Parse("0102030405060708090a0b0c0d0e0f1011121314");
        Assert.Equal("0102030405060708090a0b0c0d0e0f1011121314", hash.ToString());
        Assert.Equal("14131211100f0e0d0c0b0a090807060504030201", Convert.ToHexStringLower(hash.ToBytes()));
        Assert.Equal(hash, new uint160(hash.ToBytes()));
        Assert.Equal(hash, new uint160(hash.ToBytes(false), false));
        Assert.Equal(0x14, hash.GetByte(0));
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26")]
    [InlineData("000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f00")]
    [InlineData("g00000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f")]
    [InlineData("-00000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f")]
    public void What_is_not_64_hex_digits_is_no_transaction_id(string text)
    {
        Assert.False(uint256.TryParse(text, out _));
        Assert.Throws<FormatException>(() => uint256.Parse(text));
    }

    [Theory]
    [InlineData(31)]
    [InlineData(33)]
    [InlineData(0)]
    public void What_is_not_32_bytes_is_no_transaction_id(int length) =>
        Assert.Throws<FormatException>(() => new uint256(new byte[length]));

    [Fact]
    public void They_compare_as_numbers()
    {
        var low = uint256.Parse("00000000000000000000000000000000000000000000000000000000000000ff");
        var high = uint256.Parse("0100000000000000000000000000000000000000000000000000000000000000");
        Assert.True(low < high && high > low && low <= high && high >= low && low != high);
        Assert.True(low == new uint256(255UL) && low == 255UL);
        Assert.Equal(low.GetHashCode(), new uint256(255UL).GetHashCode());
        Assert.True(uint160.Zero < uint160.One && uint160.One == 1UL);
        Assert.False(low.Equals((uint256)null!));
        Assert.False(low == (uint256)null!);
    }
}
