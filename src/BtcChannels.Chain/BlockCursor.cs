using System.Globalization;
using NBitcoin;

namespace BtcChannels.Chain;

/// <summary>The last block that a follower dealt with; as text <c>height:hash</c>.</summary>
internal readonly record struct BlockCursor(int Height, uint256 Hash)
{
    /// <exception cref="FormatException">The text is none that this chain wrote.</exception>
    public static BlockCursor Read(ChainCursor cursor)
    {
        var parts = cursor.Text.Split(':');
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var height)
            && uint256.TryParse(parts[1], out var hash)
            ? new BlockCursor(height, hash)
            : throw new FormatException($"A cursor in bitcoind's chain is height:hash, not '{cursor.Text}'");
    }

    public static ChainCursor At(int height, uint256 hash) => new(string.Create(CultureInfo.InvariantCulture, $"{height}:{hash}"));
}
