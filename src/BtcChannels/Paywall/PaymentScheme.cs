namespace BtcChannels.Paywall;

/// <summary>The words of the HTTP Payment authentication scheme, and of method <c>bitcoin</c>, intent <c>session</c>, in it. See docs/payment-scheme.md.</summary>
public static class PaymentScheme
{
    /// <summary>The name in <c>WWW-Authenticate</c> and <c>Authorization</c>; case does not matter there (RFC 9110).</summary>
    public const string Scheme = "Payment";

    public const string Method = "bitcoin";

    public const string Intent = "session";

    /// <summary>The unit of all amounts: the satoshi.</summary>
    public const string Currency = "sat";

    public const string ReceiptHeader = "Payment-Receipt";

    public const string AcceptHeader = "Accept-Payment";

    /// <summary>The longest challenge, characters, both written and read.</summary>
    public const int MaxChallengeLength = 8_192;

    /// <summary>The longest credential that is read by default, characters: room for an <c>open</c> with a deposit of 100,000 bytes.</summary>
    public const int MaxCredentialLength = 300_000;
}
