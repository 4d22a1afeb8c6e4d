using System.Globalization;
using NBitcoin;

namespace BtcChannels.Chain;

/// <summary>
/// Where a follower stands: the last block and the last event that were dealt with, and the group that all of the merchant's addresses are in. As text
/// <c>group/event/height:hash</c>, so that whoever goes on from it, be it another instance, goes on with the same group.
/// </summary>
internal sealed record NBXplorerCursor(string Group, long EventId, int Height, uint256 Hash)
{
    /// <exception cref="ChainMismatchException">The text is none of an NBXplorer's chain.</exception>
    public static NBXplorerCursor Read(ChainCursor cursor)
    {
        if (cursor.Text.Split('/') is [{ Length: > 0 } group, var id, var block]
            && long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var eventId)
            && block.Split(':') is [var height, var hash]
            && int.TryParse(height, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
            && uint256.TryParse(hash, out var known))
            return new NBXplorerCursor(group, eventId, at, known);
        throw new ChainMismatchException($"The chain was not followed with an NBXplorer until now (its cursor is '{cursor.Text}'): use the chain backend that was used before");
    }

    public NBXplorerCursor On(ChainTip block) => this with { Height = block.Height, Hash = block.Hash };

    public ChainCursor ToCursor() => new(string.Create(CultureInfo.InvariantCulture, $"{Group}/{EventId}/{Height}:{Hash}"));
}
