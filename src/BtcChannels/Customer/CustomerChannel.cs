using BtcChannels.Two1;
using NBitcoin;

namespace BtcChannels;

/// <summary>A channel as the customer has it. It is stored whole, refund included, before the deposit can be broadcast.</summary>
/// <param name="Merchant">The merchant's origin: scheme, host and port.</param>
/// <param name="KeyIndex">The number of the customer's key.</param>
/// <param name="Terms">What was agreed on.</param>
/// <param name="Door">The merchant's door that it is paid at.</param>
/// <param name="Confirmations">How deep the merchant wants the deposit.</param>
/// <param name="Deposit">The output that the channel spends.</param>
/// <param name="DepositTransaction">Signed.</param>
/// <param name="Refund">Signed; valid after expiry.</param>
/// <param name="CustomerScript">Where change and refund go.</param>
/// <param name="Newest">The newest payment that was signed, stored before it is sent: that money is spent whatever the merchant says.</param>
/// <param name="Acknowledged">The highest total that the merchant confirmed, satoshi. Below <paramref name="Newest"/>'s, the same payment has to be sent again.</param>
/// <param name="DepositHeight">The block that the deposit stands in; null while it is in none.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Version">Counts the writes.</param>
public sealed record CustomerChannel(
    string Merchant, uint KeyIndex, ChannelTerms Terms, CustomerDoor Door, int Confirmations, Deposit Deposit, Transaction DepositTransaction, Transaction Refund,
    Script CustomerScript, SignedPayment? Newest, Money Acknowledged, int? DepositHeight, CustomerState State, long Version)
{
    /// <summary>Whether <see cref="Newest"/> was signed for a priced request: what of it is not spent is credit. Sent as a payment it would count as spent.</summary>
    public bool NewestIsVoucher { get; init; }

    public ChannelId Id => new(Deposit.OutPoint);

    /// <summary>The most that can be paid, satoshi.</summary>
    public Money Capacity => Deposit.Value - Terms.CloseFee - (Door is CustomerDoor.Two1 ? Two1Protocol.MinOutput : Money.Zero);

    /// <summary>The least total that a payment may have, satoshi: what the network relays, or the door takes.</summary>
    public Money LeastTotal(Script payoutScript) => Door is CustomerDoor.Two1 ? Two1Protocol.MinOutput : StandardScript.DustThreshold(payoutScript);

    /// <summary>What is signed away, satoshi.</summary>
    public Money Authorized => Newest?.Total ?? Money.Zero;

    /// <summary>What can still be paid, satoshi.</summary>
    public Money Remaining => Capacity - Authorized;

    /// <summary>Whether the newest payment was sent, or was about to be, and no answer is known.</summary>
    public bool HasUnanswered => Acknowledged < Authorized;

    /// <summary>What the customer's key signs for a total of 0 to <see cref="Capacity"/>.</summary>
    public uint256 HashOf(Money total, Script payoutScript)
    {
        var split = CloseSplit.Of(Deposit.Value, Terms.CloseFee, total, payoutScript, CustomerScript);
        return ChannelTransactions.SignatureHash(ChannelTransactions.Payment(Deposit, split, payoutScript, CustomerScript), Terms);
    }
}
