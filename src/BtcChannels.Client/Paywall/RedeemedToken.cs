using NBitcoin;

namespace BtcChannels.Client;

/// <summary>What a request at a two1 door's merchant was paid with.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="Token">The id of the half-signed payment, which was redeemed.</param>
/// <param name="Amount">What it added to the channel's total, satoshi: the price, or for a channel's first payment the least that the door takes.</param>
public sealed record RedeemedToken(ChannelId Channel, uint256 Token, Money Amount);

/// <summary>What a paid answer says of its payment.</summary>
public static class RedeemedTokens
{
    internal static readonly HttpRequestOptionsKey<RedeemedToken> Key = new("BtcChannels.RedeemedToken");

    /// <summary>Null where the answer was not paid for at a two1 door.</summary>
    public static RedeemedToken? GetRedeemedToken(this HttpResponseMessage response) =>
        response.RequestMessage is { } request && request.Options.TryGetValue(Key, out var payment) ? payment : null;
}
