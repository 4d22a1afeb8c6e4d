namespace BtcChannels.Client;

/// <summary>What came of a request to a merchant.</summary>
public abstract record MerchantReply<T>
    where T : class
{
    private MerchantReply() { }

    /// <summary>He did it, and answered as the protocol says.</summary>
    public sealed record Success(T Answer) : MerchantReply<T>;

    /// <summary>He answered with a problem.</summary>
    public sealed record Refused(MerchantRefusal Refusal) : MerchantReply<T>;

    /// <summary>No answer, or none that means anything: whether he did it is not known.</summary>
    public sealed record NoAnswer(string Why) : MerchantReply<T>;

    /// <summary>Whether the same request, sent again, may do better.</summary>
    public bool IsWorthRepeating => this is NoAnswer or Refused { Refusal.IsTemporary: true };

    /// <summary>Why it was not done, in a sentence; empty where it was.</summary>
    public string Words => this switch
    {
        Refused it => it.Refusal.ToString(),
        NoAnswer it => it.Why,
        _ => "",
    };
}

/// <summary>A merchant's refusal (RFC 9457).</summary>
/// <param name="Problem">Its type without the common prefix, such as <c>total-not-raised</c>.</param>
/// <param name="Status">HTTP's.</param>
/// <param name="Detail">The merchant's words, at most 300 characters and without control characters.</param>
/// <param name="RetryAfter">When he wants to be asked again, if he says.</param>
public sealed record MerchantRefusal(string Problem, int Status, string Detail, TimeSpan? RetryAfter)
{
    private const int TooManyRequests = 429;
    private const int ServerErrors = 500;

    /// <summary>Whether the same request may be good later.</summary>
    public bool IsTemporary => Status >= ServerErrors || Status == TooManyRequests || Problem == ProblemNames.ChannelPending;

    /// <summary>The refusal in a sentence.</summary>
    public override string ToString() => Detail.Length == 0 ? Problem : $"{Detail} ({Problem})";
}

/// <summary>The problems that a customer acts upon.</summary>
internal static class ProblemNames
{
    public static readonly string ChannelPending = Wire.Slug.Of(PaymentRejection.ChannelPending);
    public static readonly string ChannelUnknown = Wire.Slug.Of(CloseRejection.ChannelUnknown);
    public static readonly string ChannelHeld = Wire.Slug.Of(CloseRejection.ChannelHeld);
    public static readonly string TotalBelowSpent = Wire.Slug.Of(CloseRejection.TotalBelowSpent);
    public static readonly string TotalAboveAuthorized = Wire.Slug.Of(CloseRejection.TotalAboveAuthorized);
}
