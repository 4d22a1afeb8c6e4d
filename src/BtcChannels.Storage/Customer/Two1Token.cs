using NBitcoin;

namespace BtcChannels.Storage;

/// <summary>What a payment at a two1 door is worth there: one request of its amount, once, before the channel closes.</summary>
/// <param name="Token">The id of the half-signed payment.</param>
/// <param name="KeyIndex">The channel's.</param>
/// <param name="Amount">What the payment added to the total, satoshi.</param>
/// <param name="For">The request that it was bought for; null for one that was paid by hand.</param>
public sealed record Two1Token(uint256 Token, uint KeyIndex, Money Amount, Two1Request? For);

/// <summary>A request that a token is for.</summary>
/// <param name="Method">HTTP's.</param>
/// <param name="Address">All of the URL.</param>
public sealed record Two1Request(string Method, string Address);
