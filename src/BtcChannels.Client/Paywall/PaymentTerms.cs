using System.Diagnostics.CodeAnalysis;
using BtcChannels.Chain;
using BtcChannels.Paywall;
using BtcChannels.Wire;
using NBitcoin;

namespace BtcChannels.Client;

/// <summary>A challenge that can be paid here.</summary>
internal sealed record PaymentTerms(PaymentChallenge Challenge, SessionRequest Request)
{
    private const string Kind = "p2sh";

    public MilliSatoshi Price => Request.Amount;

    /// <summary>Whether it costs more as it goes on.</summary>
    public bool IsMetered => Request.UnitType != SessionRequest.RequestUnit;

    /// <summary>The first of this method and intent among the challenges of an answer; false where there is none, and another client may know what to do.</summary>
    /// <exception cref="PaymentRefusedException">There is one, but not one that can be paid from here.</exception>
    public static bool TryRead(HttpResponseMessage response, byte[]? body, Network network, DateTimeOffset now, [NotNullWhen(true)] out PaymentTerms? terms)
    {
        terms = null;
        var values = response.Headers.NonValidated.TryGetValues("WWW-Authenticate", out var fields) ? (IEnumerable<string>)fields : [];
        if (PaymentChallenge.ParseAll(values).FirstOrDefault(it => it.IsBitcoinSession) is not { } challenge) return false;
        if (!SessionRequest.TryDecode(challenge.Request, out var request)) throw Malformed("its request is not what it has to be");
        if (challenge.ExpiresAt <= now) throw Malformed("it has expired as it came");
        if (challenge.Digest is { } digest && ContentDigest.Check(digest, body) is not (DigestCheck.Good or DigestCheck.Unknown)) throw Malformed("it is for another body");
        if (!BitcoinNetworks.TryFind(request.Network, out var found) || found != network)
            throw new PaymentRefusedException(PaymentRefusal.OtherNetwork, $"The merchant is paid on another network than {BitcoinNetworks.NameOf(network)}");
        if (request.Channels != DirectDoor.Path || !request.Kinds.Contains(Kind))
            throw new PaymentRefusedException(PaymentRefusal.NotSupported, $"The merchant has no {Kind} channels at {DirectDoor.Path}");
        terms = new(challenge, request);
        return true;
    }

    private static PaymentRefusedException Malformed(string what) => new(PaymentRefusal.ChallengeMalformed, $"The merchant's challenge cannot be answered: {what}");
}
