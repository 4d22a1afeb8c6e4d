namespace NBitcoin;

public interface IBlockRepository
{
    Task<Block> GetBlockAsync(uint256 blockId, CancellationToken cancellationToken);
}
