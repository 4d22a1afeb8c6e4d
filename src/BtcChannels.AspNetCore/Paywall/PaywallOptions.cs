using NBitcoin;

namespace BtcChannels.AspNetCore.Paywall;

/// <summary>How priced endpoints ask for money. Each value has a default.</summary>
public sealed class PaywallOptions
{
    /// <summary>The protection space that challenges name. Default: <see cref="BtcChannelsOptions.Origin"/>.</summary>
    public string? Realm { get; set; }

    /// <summary>How long a challenge may be answered, a minute to a day. Default an hour: a customer answers it as often as he likes meanwhile.</summary>
    public TimeSpan ChallengeLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The value of a deposit that is suggested to customers, satoshi. Null, the default: five times the policy's least.</summary>
    public Money? SuggestedDeposit { get; set; }

    /// <summary>How long a metered answer waits for a voucher before it ends, at least a second. Default a minute.</summary>
    public TimeSpan PausePatience { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How large a request's body may be to be bound by its digest, bytes, at least 0. Default 64 KiB; larger ones are not read before they are paid for.</summary>
    public int MaxBoundBody { get; set; } = 64 * 1024;

    /// <summary>How large an answer may be to be kept for a repeated <c>Idempotency-Key</c>, bytes, at least 0. Default 64 KiB; of larger ones only that they were paid.</summary>
    public int MaxKeptAnswer { get; set; } = 64 * 1024;

    /// <exception cref="ArgumentException">A value is outside its range.</exception>
    internal void Validate(MerchantPolicy policy)
    {
        Require(Realm is null || (Realm.Length is > 0 and <= 200 && Realm.All(it => it is > ' ' and < '\x7f' and not ('|' or '"' or '\\'))), "Realm has 1 to 200 letters of ASCII, without blank, bar, quote and backslash");
        Require(ChallengeLifetime >= TimeSpan.FromMinutes(1) && ChallengeLifetime <= TimeSpan.FromDays(1), "ChallengeLifetime is a minute to a day");
        Require(SuggestedDeposit is null || (SuggestedDeposit >= policy.MinDeposit && SuggestedDeposit <= policy.MaxDeposit), "SuggestedDeposit is within the policy's MinDeposit and MaxDeposit");
        Require(PausePatience >= TimeSpan.FromSeconds(1), "PausePatience is at least a second");
        Require(MaxBoundBody >= 0, "MaxBoundBody is at least 0");
        Require(MaxKeptAnswer is >= 0 and <= 16 * 1024 * 1024, "MaxKeptAnswer is 0 to 16 MiB");
    }

    private static void Require(bool holds, string rule)
    {
        if (!holds) throw new ArgumentException($"BtcChannels paywall: {rule}");
    }
}
