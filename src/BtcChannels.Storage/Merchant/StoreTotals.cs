using NBitcoin;

namespace BtcChannels.Storage;

/// <summary>By what a copy of a store is known.</summary>
/// <param name="Channels">How many, final ones included.</param>
/// <param name="Authorized">What customers have signed on those that are not final, satoshi.</param>
public sealed record StoreTotals(long Channels, Money Authorized)
{
    internal const string Question = "SELECT count(*), CAST(coalesce(sum(CASE WHEN is_settled = 0 THEN authorized END), 0) AS bigint) FROM channel";

    internal static StoreTotals Of((long Channels, long Authorized) row) => new(row.Channels, Money.Satoshis(row.Authorized));
}
