using BtcChannels.Chain;
using BtcChannels.Paywall;
using BtcChannels.Wire;
using Microsoft.AspNetCore.Http;

namespace BtcChannels.AspNetCore.Paywall;

/// <summary>Makes the challenges of priced endpoints, and knows them again.</summary>
internal sealed class PaywallChallenges(MerchantKeys keys, BtcChannelsOptions options, ChainView view, TimeProvider clock)
{
    private readonly MerchantPolicy _policy = options.EffectivePolicy;
    private readonly string _realm = options.Paywall.Realm ?? options.Origin;
    private readonly string _network = BitcoinNetworks.NameOf(options.Network);

    /// <param name="endpoint">What is to be paid.</param>
    /// <param name="price">Of one unit.</param>
    /// <param name="digest">Of the request's body, where the challenge is for that alone.</param>
    /// <param name="channel">The caller's channel, where he has shown that it is his.</param>
    public PaymentChallenge Make(PricedEndpoint endpoint, MilliSatoshi price, string? digest, MerchantChannel? channel)
    {
        var request = new SessionRequest(
            price, endpoint.Terms.Unit, options.Paywall.SuggestedDeposit ?? NBitcoin.Money.Min(_policy.MaxDeposit, _policy.MinDeposit * 5), _network, DirectDoor.Path, _policy.MinDeposit, _policy.Confirmations,
            _policy.CloseFee(view.Fees ?? NBitcoin.FeeRate.Zero), [Slug.Of(ChannelKind.P2sh)], channel?.Id, channel?.PayoutScript);
        var now = clock.GetUtcNow();
        var expires = PaymentChallenge.WriteTime(now + options.Paywall.ChallengeLifetime);
        return keys.Challenges.Bind(
            new("", _realm, PaymentScheme.Method, PaymentScheme.Intent, request.Encode(), expires, digest, endpoint.Terms.Description, endpoint.Bind(price)), now);
    }

    /// <summary>The same challenge, to be answered from now on.</summary>
    /// <param name="own">One of this server's, expired or not.</param>
    /// <param name="channel">The caller's channel, where he has shown that it is his.</param>
    public PaymentChallenge Renew(PaymentChallenge own, MerchantChannel? channel)
    {
        var now = clock.GetUtcNow();
        if (channel is not null && SessionRequest.TryDecode(own.Request, out var request))
            own = own with { Request = (request with { ChannelId = channel.Id, PayoutScript = channel.PayoutScript }).Encode() };
        return keys.Challenges.Bind(own with { Expires = PaymentChallenge.WriteTime(now + options.Paywall.ChallengeLifetime) }, now);
    }

    /// <summary>Why a challenge that came back is no good here; null where it is good.</summary>
    /// <param name="challenge">As it came back.</param>
    /// <param name="endpoint">What is to be paid; null where a challenge for anything here will do.</param>
    /// <param name="price">Of one unit.</param>
    public PaywallRefusal? Fault(PaymentChallenge challenge, PricedEndpoint? endpoint, MilliSatoshi price) => keys.Challenges.Check(challenge, clock.GetUtcNow()) switch
    {
        ChallengeCheck.Expired => new(StatusCodes.Status402PaymentRequired, PaymentProblems.PaymentExpired, "The challenge has expired"),
        ChallengeCheck.Foreign => Invalid("The challenge is not this server's, or was changed"),
        _ when challenge.Realm != _realm => Invalid("The challenge is of another realm"),
        _ when endpoint is not null && challenge.Opaque != endpoint.Bind(price) => Invalid("The challenge is for something else here, or for another price"),
        _ => null,
    };

    private static PaywallRefusal Invalid(string detail) => new(StatusCodes.Status402PaymentRequired, PaymentProblems.InvalidChallenge, detail);
}
