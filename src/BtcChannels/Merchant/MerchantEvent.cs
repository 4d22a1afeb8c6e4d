using NBitcoin;

namespace BtcChannels;

/// <summary>What can happen to a merchant's channel, apart from payments.</summary>
public abstract record MerchantEvent
{
    private MerchantEvent() { }

    /// <summary>The deposit stands in a block.</summary>
    public sealed record DepositMined(int Height) : MerchantEvent;

    /// <summary>The node has the deposit in its mempool, and it stands in no block.</summary>
    public sealed record DepositSeen : MerchantEvent;

    /// <summary>The node has the deposit neither in its mempool nor in a block.</summary>
    public sealed record DepositVanished : MerchantEvent;

    /// <summary>The block that the deposit stood in is not in the best chain any more.</summary>
    public sealed record DepositReorganised : MerchantEvent;

    /// <summary>A block holds another transaction that spends an input of the deposit.</summary>
    public sealed record DepositDoubleSpent(uint256 By) : MerchantEvent;

    /// <summary>A newer channel is backed by the same coin.</summary>
    public sealed record CoinReused : MerchantEvent;

    /// <summary>A block holds a transaction that spends the deposit.</summary>
    public sealed record DepositSpent(Transaction By, int Height) : MerchantEvent;

    /// <summary>The block that held the spending transaction is not in the best chain any more.</summary>
    public sealed record SpendReorganised : MerchantEvent;

    /// <summary>The customer asked to close, and it was granted.</summary>
    public sealed record CloseGranted(SignedPayment Payment) : MerchantEvent;

    /// <summary>The margin is near, and so many others reach it at that time that closing begins now.</summary>
    public sealed record MarginNear : MerchantEvent;

    /// <summary>The operator wants it closed at its newest payment, now.</summary>
    public sealed record CloseOrdered : MerchantEvent;

    /// <summary>The tip moved or the clock did.</summary>
    public sealed record TimePassed : MerchantEvent;
}

/// <summary>What is to be done once the next state is stored. Doing it twice is harmless.</summary>
public abstract record MerchantEffect
{
    private MerchantEffect() { }

    public sealed record Broadcast(Transaction Transaction) : MerchantEffect;

    /// <summary>Something that an operator has to hear of.</summary>
    /// <param name="Kind">What it is.</param>
    /// <param name="AtStake">Satoshi.</param>
    /// <param name="Detail">In words; null where kind and amount say it all.</param>
    public sealed record Alarm(AlarmKind Kind, Money AtStake, string? Detail = null) : MerchantEffect;

    /// <summary>Nothing of the channel needs watching any more.</summary>
    public sealed record StopWatching : MerchantEffect;
}

/// <summary>What an operator has to hear of.</summary>
public enum AlarmKind
{
    /// <summary>The customer's refund was mined although something was authorized: that is lost.</summary>
    LostToRefund,

    /// <summary>The deposit can never be mined although something was authorized: that is lost.</summary>
    LostToDoubleSpend,

    /// <summary>The deposit's block was reorganised away: the channel takes nothing until it is mined again.</summary>
    DepositReorganised,

    /// <summary>The close's block was reorganised away: it is broadcast again.</summary>
    CloseReorganised,

    /// <summary>Expiry has passed and the close is not mined: it is a race now.</summary>
    CloseLate,

    /// <summary>By <see cref="CloseCheck"/> nodes would not relay the close. It is broadcast all the same: the node has the last word.</summary>
    CloseNotRelayable,
}
