using NBitcoin;

namespace BtcChannels;

/// <summary>Where a merchant's channel stands. Each state holds exactly what exists then.</summary>
public abstract record MerchantState
{
    private MerchantState() { }

    /// <summary>The deposit is known but not yet deep enough.</summary>
    /// <param name="Deadline">When the channel is given up if its deposit is still unmined, UNIX seconds.</param>
    public sealed record Pending(long Deadline) : MerchantState;

    /// <summary>The deposit is deep enough: payments are taken, until the margin.</summary>
    public sealed record Open : MerchantState;

    /// <summary>The close is signed, stored and being broadcast. No payment is taken any more.</summary>
    public sealed record Closing(PreparedClose Close) : MerchantState;

    /// <summary>The deposit was spent with the merchant's signature.</summary>
    /// <param name="Spend">The transaction in the chain.</param>
    /// <param name="Close">What was prepared here; null where the chain knew before this store did, a restored one.</param>
    public sealed record Closed(Spend Spend, PreparedClose? Close) : MerchantState;

    /// <summary>The deposit was not mined in time, or cannot be any more. It is watched until expiry and revives if it is mined after all.</summary>
    /// <param name="Reason">Why it was given up.</param>
    /// <param name="IsOver">Expiry has passed: nothing is watched any more.</param>
    public sealed record Abandoned(AbandonReason Reason, bool IsOver = false) : MerchantState;

    /// <summary>The customer took the deposit back after expiry. With anything authorized, that is a loss.</summary>
    public sealed record Refunded(Spend Spend, PreparedClose? Close) : MerchantState;

    /// <summary>The transaction in the chain that spent the deposit, where there is one.</summary>
    public Spend? Spent => this switch { Closed it => it.Spend, Refunded it => it.Spend, _ => null };

    /// <summary>The close that was decided on here, where there is one.</summary>
    public PreparedClose? Prepared => this switch { Closing it => it.Close, Closed it => it.Close, Refunded it => it.Close, _ => null };

    /// <summary>Whether nothing can change any more that this merchant would look at.</summary>
    public bool IsFinal => this is Closed { Spend.IsBuried: true } or Refunded { Spend.IsBuried: true } or Abandoned { IsOver: true };
}

/// <summary>Why a channel was given up before it was open.</summary>
public enum AbandonReason
{
    /// <summary>The deadline passed with the deposit unmined.</summary>
    DeadlinePassed,

    /// <summary>Another transaction spent an input of the deposit.</summary>
    DoubleSpent,

    /// <summary>A newer channel is backed by the same coin.</summary>
    Superseded,

    /// <summary>Expiry passed with the deposit unmined.</summary>
    Expired,
}

/// <summary>A close that was decided on: the payment it completes and the transaction with both signatures.</summary>
public sealed record PreparedClose(SignedPayment Payment, Transaction Transaction);
