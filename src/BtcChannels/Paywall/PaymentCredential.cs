using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;

namespace BtcChannels.Paywall;

/// <summary>Which part of a credential is not what it has to be, in the order looked at.</summary>
public enum CredentialFault
{
    /// <summary>None: the credential is well formed.</summary>
    None,

    /// <summary>Not <c>Payment</c> and a token: there is no credential of this scheme.</summary>
    NotPayment,

    /// <summary>Longer than is read.</summary>
    TooLong,

    /// <summary>The token is not base64url without padding.</summary>
    NotBase64Url,

    /// <summary>The token is not one JSON object in UTF-8, or a member stands there twice.</summary>
    NotJson,

    /// <summary>There is no <c>challenge</c> with all that a challenge needs.</summary>
    Challenge,

    /// <summary>There is no <c>payload</c>, or not all that its action needs.</summary>
    Payload,
}

/// <summary>
/// What a client answers a challenge with: <c>Authorization: Payment</c> and the base64url of <c>{"challenge":{…},"source"?,"payload":{…}}</c>. It is worth money to whoever
/// holds it: never log it.
/// </summary>
/// <param name="Challenge">As received.</param>
/// <param name="Payload">What is asked for.</param>
/// <param name="Source">Who pays, where the client says so; nothing depends on it.</param>
public sealed record PaymentCredential(PaymentChallenge Challenge, PaymentPayload Payload, string? Source = null)
{
    private const int StackBytes = 2_048;

    /// <inheritdoc cref="TryParse(string?, int, out PaymentCredential?, out CredentialFault)"/>
    public static bool TryParse(string? authorization, [NotNullWhen(true)] out PaymentCredential? credential) =>
        TryParse(authorization, PaymentScheme.MaxCredentialLength, out credential, out _);

    /// <summary>Reads the value of an <c>Authorization</c> field. Unknown members are passed over; ours are there once, of their type and in their one spelling.</summary>
    /// <param name="authorization">The field's value.</param>
    /// <param name="maxLength">The longest token that is read, characters.</param>
    /// <param name="credential">The credential; its payload is <see cref="UnsupportedPayload"/> where method, intent or action are not this project's.</param>
    /// <param name="fault">What is wrong, if it is not one.</param>
    public static bool TryParse(string? authorization, int maxLength, [NotNullWhen(true)] out PaymentCredential? credential, out CredentialFault fault)
    {
        credential = null;
        if (!TryTakeToken(authorization, out var token))
        {
            fault = CredentialFault.NotPayment;
            return false;
        }
        if (token.Length > maxLength)
        {
            fault = CredentialFault.TooLong;
            return false;
        }
        var length = Base64Url.GetMaxDecodedLength(token.Length);
        byte[]? rented = null;
        var buffer = length <= StackBytes ? stackalloc byte[StackBytes] : (rented = ArrayPool<byte>.Shared.Rent(length));
        try
        {
            if (!HttpText.IsBase64Url(token) || Base64Url.DecodeFromChars(token, buffer, out _, out var written) != OperationStatus.Done)
                fault = CredentialFault.NotBase64Url;
            else
                fault = CredentialReader.Read(buffer[..written], out credential);
            return credential is not null;
        }
        finally
        {
            if (rented is not null) ArrayPool<byte>.Shared.Return(rented, clearArray: true);
        }
    }

    /// <summary>The value of an <c>Authorization</c> field.</summary>
    /// <exception cref="InvalidOperationException">The payload is none that this project sends.</exception>
    public string Write() => $"{PaymentScheme.Scheme} {CanonicalJson.Encode(("challenge", ChallengeMembers), ("source", Source), ("payload", PayloadMembers))}";

    /// <summary>Says nothing of what is worth money.</summary>
    public override string ToString() => $"{Payload.GetType().Name} for challenge {Challenge.Id}";

    private (string, object?)[] ChallengeMembers =>
    [
        ("id", Challenge.Id), ("realm", Challenge.Realm), ("method", Challenge.Method), ("intent", Challenge.Intent), ("request", Challenge.Request),
        ("expires", Challenge.Expires), ("digest", Challenge.Digest), ("description", Challenge.Description), ("opaque", Challenge.Opaque),
    ];

    private (string, object?)[] PayloadMembers => Payload switch
    {
        OpenPayload it =>
        [
            ("action", CredentialReader.Open), ("channelId", it.ChannelId.ToString()), ("offer", it.Offer), ("depositTx", it.DepositTx), ("customerKey", it.CustomerKey),
            ("changeScript", it.ChangeScript), ("expiry", it.Expiry),
        ],
        VoucherPayload it => [("action", CredentialReader.Voucher), ("channelId", it.ChannelId.ToString()), .. Members(it.Payment)],
        ClosePayload it =>
        [
            ("action", CredentialReader.Close), ("channelId", it.ChannelId.ToString()), .. Members(it.Payment), ("time", it.Time), ("authorization", it.Authorization.ToString()),
        ],
        _ => throw new InvalidOperationException($"{Payload.GetType().Name} is nothing to send"),
    };

    private static (string, object?)[] Members(SignedPayment payment) => [("cumulativeAmount", payment.Total.ToSatoshiText()), ("signature", payment.Signature.ToString())];

    private static bool TryTakeToken(string? authorization, out ReadOnlySpan<char> token)
    {
        token = default;
        if (authorization is null || !authorization.StartsWith(PaymentScheme.Scheme, StringComparison.OrdinalIgnoreCase)) return false;
        var rest = authorization.AsSpan(PaymentScheme.Scheme.Length);
        token = rest.Trim(' ');
        return !token.IsEmpty && rest[0] == ' ';
    }
}
