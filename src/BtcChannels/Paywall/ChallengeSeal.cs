using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace BtcChannels.Paywall;

/// <summary>What a server thinks of a challenge that comes back.</summary>
public enum ChallengeCheck
{
    /// <summary>Its own, and in time.</summary>
    Good,

    /// <summary>Not its own, or changed, or so old that its key is gone.</summary>
    Foreign,

    /// <summary>Its own, but past what <c>expires</c> says.</summary>
    Expired,
}

/// <summary>
/// Binds challenges to a server without a table: their id is an HMAC-SHA256 of all that they say. The key changes with each period of time and follows from a secret, so all
/// instances that share the secret agree, and a challenge is known for one to two periods. Thread-safe.
/// </summary>
public sealed class ChallengeSeal
{
    public const int SecretLength = 32;

    public static readonly TimeSpan DefaultPeriod = TimeSpan.FromDays(1);

    // How far the clocks of two instances may differ where a period begins.
    private static readonly TimeSpan s_skew = TimeSpan.FromMinutes(1);

    private readonly byte[] _secret;
    private readonly long _periodSeconds;
    private Keys _keys;

    /// <param name="secret">The server's own, 32 bytes.</param>
    /// <param name="period">How long a key makes challenges, a minute at least; <see cref="DefaultPeriod"/> if null.</param>
    /// <exception cref="ArgumentException">The secret is not 32 bytes long.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The period is below a minute.</exception>
    public ChallengeSeal(ReadOnlySpan<byte> secret, TimeSpan? period = null)
    {
        if (secret.Length != SecretLength) throw new ArgumentException($"A secret has {SecretLength} bytes", nameof(secret));
        ArgumentOutOfRangeException.ThrowIfLessThan(period ?? DefaultPeriod, TimeSpan.FromMinutes(1), nameof(period));
        _secret = secret.ToArray();
        _periodSeconds = (long)(period ?? DefaultPeriod).TotalSeconds;
        _keys = MakeKeys(0);
    }

    /// <summary>The challenge with its id.</summary>
    /// <param name="challenge">Whatever its id is; no parameter that counts has a <c>|</c> in it.</param>
    /// <param name="now">The clock's.</param>
    /// <exception cref="ArgumentException">A parameter has a <c>|</c>: two challenges could have the same id.</exception>
    public PaymentChallenge Bind(PaymentChallenge challenge, DateTimeOffset now)
    {
        if (HasBar(challenge)) throw new ArgumentException("A challenge's parameters have no |", nameof(challenge));
        var buffer = ArrayPool<byte>.Shared.Rent(MaxBytes(challenge));
        try
        {
            return challenge with { Id = Base64Url.EncodeToString(HMACSHA256.HashData(KeysAt(PeriodOf(now)).Current, buffer.AsSpan(0, Join(challenge, buffer)))) };
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Whether a challenge that came back is this server's. Ids are compared in constant time.</summary>
    public ChallengeCheck Check(PaymentChallenge challenge, DateTimeOffset now)
    {
        Span<byte> id = stackalloc byte[HMACSHA256.HashSizeInBytes];
        if (challenge.Id.Length != Base64Url.GetEncodedLength(HMACSHA256.HashSizeInBytes) || !HttpText.IsBase64Url(challenge.Id)
            || Base64Url.DecodeFromChars(challenge.Id, id, out _, out var written) != OperationStatus.Done || written != id.Length)
            return ChallengeCheck.Foreign;
        // A | within a parameter is one that was moved there from between two.
        if (HasBar(challenge) || !IsOwn(challenge, id, now)) return ChallengeCheck.Foreign;
        return challenge.ExpiresAt < now ? ChallengeCheck.Expired : ChallengeCheck.Good;
    }

    private bool IsOwn(PaymentChallenge challenge, ReadOnlySpan<byte> id, DateTimeOffset now)
    {
        var period = PeriodOf(now);
        var keys = KeysAt(period);
        var buffer = ArrayPool<byte>.Shared.Rent(MaxBytes(challenge));
        try
        {
            var text = buffer.AsSpan(0, Join(challenge, buffer));
            return IsOf(keys.Current, text, id) || IsOf(keys.Previous, text, id) || (PeriodOf(now + s_skew) != period && IsOf(keys.Next, text, id));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static bool IsOf(byte[] key, ReadOnlySpan<byte> text, ReadOnlySpan<byte> id)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, text, mac);
        return CryptographicOperations.FixedTimeEquals(mac, id);
    }

    // The description is for people and is not bound.
    private static bool HasBar(PaymentChallenge it) =>
        it.Realm.Contains('|') || it.Method.Contains('|') || it.Intent.Contains('|') || it.Request.Contains('|')
        || it.Expires?.Contains('|') == true || it.Digest?.Contains('|') == true || it.Opaque?.Contains('|') == true;

    private static int Join(PaymentChallenge it, Span<byte> destination)
    {
        var at = 0;
        foreach (var part in (ReadOnlySpan<string?>)[it.Realm, it.Method, it.Intent, it.Request, it.Expires, it.Digest, it.Opaque])
        {
            if (part is not null) at += Encoding.UTF8.GetBytes(part, destination[at..]);
            destination[at++] = (byte)'|';
        }
        return at - 1;
    }

    private static int MaxBytes(PaymentChallenge it) => 7 + Encoding.UTF8.GetMaxByteCount(
        it.Realm.Length + it.Method.Length + it.Intent.Length + it.Request.Length + (it.Expires?.Length ?? 0) + (it.Digest?.Length ?? 0) + (it.Opaque?.Length ?? 0));

    private long PeriodOf(DateTimeOffset now) => now.ToUnixTimeSeconds() / _periodSeconds;

    private Keys KeysAt(long period)
    {
        var keys = Volatile.Read(ref _keys);
        if (keys.Period == period) return keys;
        Volatile.Write(ref _keys, keys = MakeKeys(period));
        return keys;
    }

    private Keys MakeKeys(long period) => new(period, MakeKey(period - 1), MakeKey(period), MakeKey(period + 1));

    private byte[] MakeKey(long period) =>
        HMACSHA256.HashData(_secret, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"BtcChannels/challenge/v1|{_periodSeconds}|{period}")));

    private sealed record Keys(long Period, byte[] Previous, byte[] Current, byte[] Next);
}
