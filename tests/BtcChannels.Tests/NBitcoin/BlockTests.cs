using NBitcoin;

namespace BtcChannels.Tests.Bitcoin;

public class BlockTests
{
    [Fact]
    public void The_first_block_of_regtest_is_read_and_written_back()
    {
        var block = Block.Parse(Samples.RegtestGenesis, Network.RegTest);
        Assert.Equal("0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206", block.GetHash().ToString());
        Assert.Equal(block.GetHash(), block.Header.GetHash());
        Assert.Equal(uint256.Zero, block.Header.HashPrevBlock);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_296_688_602), block.Header.BlockTime);
        Assert.Equal((1, 2U, 0x207fffffU), (block.Header.Version, block.Header.Nonce, block.Header.Bits.ToCompact()));
        var coinbase = Assert.Single(block.Transactions);
        Assert.True(coinbase.IsCoinBase);
        Assert.Equal(block.Header.HashMerkleRoot, coinbase.GetHash());
        Assert.Equal(Samples.RegtestGenesis, Convert.ToHexStringLower(block.ToBytes()));
    }

    [Fact]
    public void Cut_off_anywhere_it_is_refused()
    {
        for (var length = 0; length < Samples.RegtestGenesis.Length; length += 2)
            Assert.Throws<EndOfStreamException>(() => Block.Parse(Samples.RegtestGenesis[..length], Network.RegTest));
    }

    [Fact]
    public void A_header_is_the_first_80_bytes() =>
        Assert.Equal(
            Block.Parse(Samples.RegtestGenesis, Network.RegTest).GetHash(),
            BlockHeader.Parse(Samples.RegtestGenesis[..160], Network.RegTest).GetHash());
}
