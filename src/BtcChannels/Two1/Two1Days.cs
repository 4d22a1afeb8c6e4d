using System.Collections.Concurrent;
using NBitcoin;

namespace BtcChannels.Two1;

/// <summary>
/// The merchant's keys of the two1 door: a new one each day, whoever asks. They are an account's addresses in their order, so a key that was handed out earlier is known again
/// without a row, and what closes paid there is found from the seed alone.
/// </summary>
public sealed class Two1Days(AccountKey account)
{
    private const long SecondsPerDay = 86_400;

    // Day 0, 2026-01-01 UTC.
    private static readonly long s_first = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();

    private readonly ConcurrentDictionary<uint, PubKey> _known = new();
    private readonly ExtPubKey _keys = account.PublicKey.Derive(AddressPath.Receiving);

    /// <summary>The day of a time, UNIX seconds; 0 for all before the first.</summary>
    public static uint DayOf(long time) => (uint)Math.Max(0, (time - s_first) / SecondsPerDay);

    public static AddressPath PathOf(uint day) => new(AddressPath.Receiving, day);

    public PubKey KeyOf(uint day) => _known.GetOrAdd(day, static (it, keys) => keys.Derive(it).GetPublicKey(), _keys);

    /// <summary>The day of a key that was handed out on <paramref name="today"/> or in the days before; null where it was not.</summary>
    /// <param name="key">A redeem script's.</param>
    /// <param name="today">The last that is looked at.</param>
    /// <param name="back">How many days before it are.</param>
    public uint? Find(PubKey key, uint today, uint back)
    {
        var first = today > back ? today - back : 0;
        for (var day = today; ; day--)
        {
            if (KeyOf(day) == key) return day;
            if (day == first) return null;
        }
    }
}
