using BtcChannels.Two1;
using NBitcoin;

namespace BtcChannels;

/// <summary>A channel as the merchant has it.</summary>
/// <param name="Terms">What was agreed on.</param>
/// <param name="Deposit">The output it spends.</param>
/// <param name="Offer">The offer it was opened with: the key of its merchant follows from it.</param>
/// <param name="PayoutIndex">The number of the payout address in the merchant's wallet.</param>
/// <param name="PayoutScript">That address's script: the merchant's output.</param>
/// <param name="CustomerScript">Where the customer's share goes.</param>
/// <param name="Balance">What has been paid and consumed.</param>
/// <param name="DepositHeight">The block that the deposit stands in; null while it is in none.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Version">Counts the writes: a write that does not know the last one is refused.</param>
public sealed record MerchantChannel(
    ChannelTerms Terms, Deposit Deposit, OfferId Offer, uint PayoutIndex, Script PayoutScript, Script CustomerScript,
    Balance Balance, int? DepositHeight, MerchantState State, long Version)
{
    public ChannelId Id => new(Deposit.OutPoint);

    /// <summary>
    /// The store was restored from a backup, and the customer may have signed more since: he cannot close it before he has shown his newest payment. Default false.
    /// </summary>
    public bool IsHeld { get; init; }

    /// <summary>Null but for a channel of the two1 door: its close fee is that of the newest payment, the policy's least before any.</summary>
    public Two1Part? Two1 { get; init; }

    /// <summary>The most that can be paid, satoshi.</summary>
    public Money Capacity => Deposit.Value - Terms.CloseFee;

    /// <summary>The payment's transaction for a total of 0 to <see cref="Capacity"/>, unsigned.</summary>
    public Transaction PaymentOf(Money total) => ChannelTransactions.Payment(
        Deposit, CloseSplit.Of(Deposit.Value, Terms.CloseFee, total, PayoutScript, CustomerScript), PayoutScript, CustomerScript);

    /// <summary>Whether the customer's key signed this payment of this channel.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The total is negative or above <see cref="Capacity"/>.</exception>
    public bool IsSigned(SignedPayment payment) => new PaymentTemplate(this).IsSigned(payment);
}
