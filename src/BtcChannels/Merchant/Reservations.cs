using System.Collections.Immutable;
using System.Globalization;

namespace BtcChannels;

/// <summary>What a request under way may cost: taken before it is served, and then either spent or released.</summary>
/// <param name="Run">The run of a merchant's process that serves it, above 0: what a process that has died left reserved counts no more.</param>
/// <param name="Amount">Above 0.</param>
/// <param name="Key">Tells requests apart that must not run twice at once; null for others.</param>
/// <exception cref="ArgumentOutOfRangeException">Run or amount is 0 or less: it could be written, and never be read again.</exception>
public sealed record Reservation(long Run, MilliSatoshi Amount, RequestKey? Key)
{
    public long Run { get; } = Run > 0 ? Run : throw new ArgumentOutOfRangeException(nameof(Run), Run, "Runs are numbered from 1");

    public MilliSatoshi Amount { get; } = Amount > MilliSatoshi.Zero ? Amount : throw new ArgumentOutOfRangeException(nameof(Amount), Amount, "Nothing is not reserved");
}

/// <summary>
/// The requests under way of one channel, in the form in which they are stored: <c>run:msat</c> or <c>run:msat:key</c>, separated by spaces; those of one run without a key,
/// or with one key, as one. Immutable.
/// </summary>
public sealed class Reservations : IEquatable<Reservations>
{
    public static readonly Reservations None = new([], null);

    private readonly ImmutableArray<Reservation> _all;

    private Reservations(ImmutableArray<Reservation> all) : this(all, Write(all)) { }

    private Reservations(ImmutableArray<Reservation> all, string? text) => (_all, Text) = (all, text);

    /// <summary>As it is stored; null where there are none.</summary>
    public string? Text { get; }

    public MilliSatoshi Total => _all.Aggregate(MilliSatoshi.Zero, (sum, it) => sum + it.Amount);

    /// <exception cref="FormatException">It was not written by <see cref="Text"/>.</exception>
    public static Reservations Parse(string? text)
    {
        if (text is null) return None;
        var all = text.Split(' ').Select(ParseOne).ToImmutableArray();
        return Write(all) == text && all.DistinctBy(it => (it.Run, it.Key)).Count() == all.Length ? new(all, text) : throw new FormatException($"reserved is '{text}'");
    }

    public bool Has(RequestKey key)
    {
        foreach (var it in _all)
            if (it.Key == key) return true;
        return false;
    }

    /// <summary>Those of one run and key count as one: without a key, whatever they are for.</summary>
    public Reservations With(Reservation more)
    {
        var same = IndexOf(more.Run, more.Key);
        return new(same < 0 ? _all.Add(more) : _all.SetItem(same, new(more.Run, _all[same].Amount + more.Amount, more.Key)));
    }

    /// <summary>What is left when one is over; and null where it is not there, since somebody took its process for dead.</summary>
    public Reservations? Without(Reservation over)
    {
        var at = IndexOf(over.Run, over.Key);
        if (at < 0 || _all[at].Amount < over.Amount) return null;
        var rest = _all[at].Amount - over.Amount;
        return rest == MilliSatoshi.Zero ? (_all.Length == 1 ? None : new(_all.RemoveAt(at))) : new(_all.SetItem(at, new(over.Run, rest, over.Key)));
    }

    /// <summary>Without those of runs that have ended.</summary>
    public Reservations Of(Func<long, bool> isLive)
    {
        foreach (var it in _all)
            if (!isLive(it.Run)) return _all.RemoveAll(one => !isLive(one.Run)) is { IsEmpty: false } live ? new(live) : None;
        return this;
    }

    public bool Equals(Reservations? other) => Text == other?.Text;

    public override bool Equals(object? obj) => Equals(obj as Reservations);

    public override int GetHashCode() => Text?.GetHashCode(StringComparison.Ordinal) ?? 0;

    public override string ToString() => Text ?? "nothing";

    private int IndexOf(long run, RequestKey? key)
    {
        for (var i = 0; i < _all.Length; i++)
            if (_all[i].Run == run && _all[i].Key == key) return i;
        return -1;
    }

    private static string? Write(ImmutableArray<Reservation> all) => all.IsEmpty ? null
        : string.Join(' ', all.Select(it => it.Key is { } key ? $"{Digits(it.Run)}:{Digits(it.Amount.Value)}:{key}" : $"{Digits(it.Run)}:{Digits(it.Amount.Value)}"));

    private static string Digits(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static Reservation ParseOne(string text)
    {
        var parts = text.Split(':');
        if (parts.Length is not (2 or 3)) throw new FormatException($"'{text}' is no reservation");
        RequestKey? key = null;
        if (parts.Length == 3) key = RequestKey.Parse(parts[2]);
        return new(Number(parts[0]), new MilliSatoshi(Number(parts[1])), key);
    }

    private static long Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
        ? number
        : throw new FormatException($"'{text}' is no number above 0");
}
