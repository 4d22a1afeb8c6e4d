using NBitcoin;

namespace BtcChannels;

/// <summary>Where a customer's channel stands. Each state holds exactly what exists then.</summary>
public abstract record CustomerState
{
    private CustomerState() { }

    /// <summary>Deposit and refund are built and stored; the merchant has not agreed yet. The deposit was never broadcast.</summary>
    /// <param name="IsRestored">
    /// It comes from a backup, which does not know whether the merchant agreed, whether the deposit is out, nor what was signed since. The merchant is asked; until
    /// he has told, nothing is signed.
    /// </param>
    public sealed record Prepared(bool IsRestored = false) : CustomerState;

    /// <summary>
    /// The merchant did not agree. The deposit was not broadcast from here and its coins are free; but the merchant has seen it, so it is
    /// watched until expiry.
    /// </summary>
    public sealed record Dropped(bool IsOver = false) : CustomerState;

    /// <summary>The merchant agreed: the deposit may be broadcast and payments signed.</summary>
    /// <param name="PayoutScript">The merchant's output.</param>
    public sealed record Active(Script PayoutScript) : CustomerState;

    /// <summary>The merchant was asked to close: nothing is signed any more.</summary>
    /// <param name="PayoutScript">The merchant's output.</param>
    /// <param name="CloseTxid">What he answered; null before. Third parties can change the id of what is mined.</param>
    public sealed record Closing(Script PayoutScript, uint256? CloseTxid) : CustomerState;

    /// <summary>The deposit stands at an outpoint that the merchant does not know: only the refund brings it back.</summary>
    public sealed record Stranded : CustomerState;

    /// <summary>Expiry has passed and the refund is being broadcast.</summary>
    public sealed record Refunding(Script? PayoutScript) : CustomerState;

    /// <summary>The deposit was spent with the merchant's signature.</summary>
    public sealed record Closed(Script? PayoutScript, Spend Spend) : CustomerState;

    /// <summary>The deposit came back.</summary>
    public sealed record Refunded(Script? PayoutScript, Spend Spend) : CustomerState;

    /// <summary>Whether nothing can change any more.</summary>
    public bool IsFinal => this is Dropped { IsOver: true } or Closed { Spend.IsBuried: true } or Refunded { Spend.IsBuried: true };

    /// <summary>The merchant's output, once he has told it.</summary>
    public Script? Payout => this switch
    {
        Active it => it.PayoutScript,
        Closing it => it.PayoutScript,
        Refunding it => it.PayoutScript,
        Closed it => it.PayoutScript,
        Refunded it => it.PayoutScript,
        _ => null,
    };
}
