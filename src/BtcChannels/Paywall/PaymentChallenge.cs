using System.Globalization;
using System.Text;

namespace BtcChannels.Paywall;

/// <summary>What a priced resource asks for: the parameters of one <c>WWW-Authenticate: Payment</c> challenge, as they stand on the wire.</summary>
/// <param name="Id">Names the challenge; see <see cref="ChallengeSeal"/>.</param>
/// <param name="Realm">The protection space (RFC 9110, 11.5).</param>
/// <param name="Method">How to pay: <see cref="PaymentScheme.Method"/> here.</param>
/// <param name="Intent">What for: <see cref="PaymentScheme.Intent"/> here.</param>
/// <param name="Request">What to pay, base64url: <see cref="SessionRequest"/> here.</param>
/// <param name="Expires">Until when it may be answered, RFC 3339; null for as long as the server knows it.</param>
/// <param name="Digest">Of the request's body that it is for, RFC 9530; null for any.</param>
/// <param name="Description">For people.</param>
/// <param name="Opaque">The server's own, sent back unchanged.</param>
public sealed record PaymentChallenge(
    string Id, string Realm, string Method, string Intent, string Request, string? Expires = null, string? Digest = null, string? Description = null, string? Opaque = null)
{
    private static readonly string[] s_timeFormats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <summary><see cref="Expires"/> as a time; null where there is none, or none that can be read.</summary>
    public DateTimeOffset? ExpiresAt => Expires is not null && TryReadTime(Expires, out var time) ? time : null;

    /// <summary>Whether this project can pay it.</summary>
    public bool IsBitcoinSession => Method == PaymentScheme.Method && Intent == PaymentScheme.Intent;

    /// <summary>A time as <see cref="Expires"/> has it: RFC 3339, UTC, whole seconds.</summary>
    public static string WriteTime(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Reads a time as RFC 3339 has it; false for one without an offset.</summary>
    public static bool TryReadTime(string text, out DateTimeOffset time) =>
        DateTimeOffset.TryParseExact(text.ToUpperInvariant(), s_timeFormats, CultureInfo.InvariantCulture, DateTimeStyles.None, out time) && HasOffset(text);

    /// <summary>
    /// All <c>Payment</c> challenges in these <c>WWW-Authenticate</c> fields, in order. Left out are those that lack a parameter, have one twice, are longer than
    /// <see cref="PaymentScheme.MaxChallengeLength"/> or have an <c>expires</c> that is no time; other schemes and unknown parameters are passed over.
    /// </summary>
    public static IReadOnlyList<PaymentChallenge> ParseAll(IEnumerable<string> wwwAuthenticateValues) =>
    [
        .. from value in wwwAuthenticateValues
           from challenge in AuthenticationField.Read(value)
           where challenge.Scheme.Equals(PaymentScheme.Scheme, StringComparison.OrdinalIgnoreCase) && challenge.Length <= PaymentScheme.MaxChallengeLength
           let read = Read(challenge.Parameters)
           where read is not null
           select read,
    ];

    /// <summary>The value of a <c>WWW-Authenticate</c> field.</summary>
    /// <exception cref="ArgumentException">A parameter has a letter that a field cannot hold, or all together are too long.</exception>
    public string Write()
    {
        var field = new StringBuilder(PaymentScheme.Scheme);
        var parting = " ";
        foreach (var (name, value) in ((string, string?)[])[
            ("id", Id), ("realm", Realm), ("method", Method), ("intent", Intent), ("request", Request),
            ("expires", Expires), ("digest", Digest), ("description", Description), ("opaque", Opaque)])
        {
            if (value is null) continue;
            field.Append(parting).Append(name).Append('=').AppendQuoted(value);
            parting = ", ";
        }
        return field.Length <= PaymentScheme.MaxChallengeLength
            ? field.ToString()
            : throw new ArgumentException($"A challenge of {field.Length} characters is longer than {PaymentScheme.MaxChallengeLength}");
    }

    private static PaymentChallenge? Read(IReadOnlyList<(string Name, string Value)> parameters)
    {
        var isDoubled = false;
        string? Of(string name)
        {
            string? found = null;
            foreach (var parameter in parameters)
            {
                if (!parameter.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) continue;
                isDoubled |= found is not null;
                found = parameter.Value;
            }
            return found;
        }
        if (Of("id") is not { Length: > 0 } id || Of("realm") is not { } realm || Of("method") is not { Length: > 0 } method
            || Of("intent") is not { Length: > 0 } intent || Of("request") is not { Length: > 0 } request)
            return null;
        var challenge = new PaymentChallenge(id, realm, method, intent, request, Of("expires"), Of("digest"), Of("description"), Of("opaque"));
        return isDoubled || (challenge.Expires is not null && challenge.ExpiresAt is null) ? null : challenge;
    }

    private static bool HasOffset(string text) => text[^1] is 'Z' or 'z' || (text.Length > 6 && text[^6] is '+' or '-');
}
