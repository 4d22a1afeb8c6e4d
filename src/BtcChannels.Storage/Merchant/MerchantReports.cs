using NBitcoin;

namespace BtcChannels.Storage;

/// <summary>A channel whose deposit is in no block.</summary>
/// <param name="Channel">Not final.</param>
/// <param name="DepositInputs">The coins that its deposit spends.</param>
public sealed record UnminedChannel(MerchantChannel Channel, IReadOnlyList<OutPoint> DepositInputs);

/// <param name="State">Lower case, such as <c>open</c>.</param>
/// <param name="Count">At least 1.</param>
public sealed record StateCount(string State, long Count);

/// <summary>What the channels of a state hold.</summary>
/// <param name="State">Lower case, such as <c>open</c>.</param>
/// <param name="Count">At least 1.</param>
/// <param name="Deposits">Value of their deposits, satoshi.</param>
/// <param name="Authorized">Of it what customers have signed, satoshi.</param>
public sealed record StateSum(string State, long Count, Money Deposits, Money Authorized);

/// <summary>Open channels whose close would pay the miners too little by now.</summary>
/// <param name="Channels">How many with something authorized.</param>
/// <param name="Authorized">What is at stake, satoshi.</param>
public sealed record FeeShortfall(long Channels, Money Authorized);
