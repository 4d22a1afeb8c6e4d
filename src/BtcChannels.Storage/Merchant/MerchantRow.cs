using System.Diagnostics;
using BtcChannels.Two1;
using NBitcoin;
using static BtcChannels.MerchantState;

namespace BtcChannels.Storage;

/// <summary>A channel as its columns. What a state does not have is null.</summary>
internal sealed record MerchantRow(
    string Id, string Kind, byte[] MerchantKey, byte[] CustomerKey, long Expiry, long CloseFee, long DepositValue, byte[] Offer, long PayoutIndex,
    byte[] PayoutScript, byte[] CustomerScript, long IsPaid, long? Authorized, byte[]? Signature, long Spent, long? DepositHeight, string State, long IsSettled,
    long? Deadline, string? AbandonReason, long? CloseTotal, byte[]? CloseSignature, byte[]? CloseTransaction, string? SpendTxid, long? SpendHeight,
    long? SpendToMerchant, long? SpendToCustomer, long IsHeld, string? Reserved, long? Two1Day, long? Two1Unredeemed, long Version)
{
    public static readonly ColumnList All = new(
        "id", "kind", "merchant_key", "customer_key", "expiry", "close_fee", "deposit_value", "offer", "payout_index",
        "payout_script", "customer_script", "is_paid", "authorized", "signature", "spent", "deposit_height", "state", "is_settled",
        "deadline", "abandon_reason", "close_total", "close_signature", "close_transaction", "spend_txid", "spend_height",
        "spend_to_merchant", "spend_to_customer", "is_held", "reserved", "two1_day", "two1_unredeemed", "version");

    /// <summary>What a channel's life changes; the rest is fixed when it is added.</summary>
    public static readonly ColumnList Changing = new(
        "close_fee", "is_paid", "authorized", "signature", "spent", "deposit_height", "state", "is_settled",
        "deadline", "abandon_reason", "close_total", "close_signature", "close_transaction", "spend_txid", "spend_height",
        "spend_to_merchant", "spend_to_customer", "is_held", "reserved", "two1_unredeemed", "version");

    public static MerchantRow Of(MerchantChannel channel, long version)
    {
        var (terms, newest) = (channel.Terms, channel.Balance.Newest);
        var row = new MerchantRow(
            channel.Id.ToString(), RowReading.Name(terms.Kind), terms.MerchantKey.ToBytes(), terms.CustomerKey.ToBytes(), terms.Expiry.Value,
            terms.CloseFee.Satoshi, channel.Deposit.Value.Satoshi, channel.Offer.ToBytes(), channel.PayoutIndex, channel.PayoutScript.ToBytes(),
            channel.CustomerScript.ToBytes(), newest is null ? 0 : 1, newest?.Total.Satoshi, newest?.Signature.ToCompact(), channel.Balance.Spent.Value,
            channel.DepositHeight, NameOf(channel.State), channel.State.IsFinal ? 1 : 0, null, null, null, null, null, null, null, null, null, channel.IsHeld ? 1 : 0, channel.Balance.Reserved.Text,
            channel.Two1?.Day, channel.Two1?.Unredeemed, version);
        return channel.State switch
        {
            Pending it => row with { Deadline = it.Deadline },
            Open => row,
            Closing it => row.With(it.Close),
            Closed it => row.With(it.Spend).With(it.Close),
            Abandoned it => row with { AbandonReason = NameOf(it.Reason) },
            Refunded it => row.With(it.Spend).With(it.Close),
            var other => throw new UnreachableException(other.ToString()),
        };
    }

    public MerchantChannel ToChannel(Network network, string path) => RowReading.Read(path, $"channel {Id}", () =>
    {
        var terms = new ChannelTerms(
            RowReading.Kind(Kind), new PubKey(MerchantKey), new PubKey(CustomerKey), new Expiry(checked((uint)Expiry)), Money.Satoshis(CloseFee));
        return new MerchantChannel(
            terms, new Deposit(ChannelId.Parse(Id).OutPoint, Money.Satoshis(DepositValue)), OfferId.FromBytes(Offer), checked((uint)PayoutIndex),
            new Script(PayoutScript), new Script(CustomerScript), new Balance(Newest, new MilliSatoshi(Spent), Reservations.Parse(Reserved)), checked((int?)DepositHeight), ToState(network), Version)
        {
            IsHeld = IsHeld == 1,
            Two1 = Two1Day is { } day ? new Two1Part(checked((uint)day), checked((int)RowReading.Need(Two1Unredeemed, "two1_unredeemed"))) : null,
        };
    });

    private SignedPayment? Newest => Authorized is { } total ? RowReading.Payment(total, Signature) : null;

    private bool Settled => IsSettled == 1;

    private MerchantState ToState(Network network) => State switch
    {
        "pending" => new Pending(RowReading.Need(Deadline, "deadline")),
        "open" => new Open(),
        "closing" => new Closing(RowReading.Need(Close(network), "close_total")),
        "closed" => new Closed(Spend(), Close(network)),
        "abandoned" => new Abandoned(ReasonOf(RowReading.Need(AbandonReason, "abandon_reason")), Settled),
        "refunded" => new Refunded(Spend(), Close(network)),
        _ => throw new FormatException($"state {State} is unknown"),
    };

    private Spend Spend() => RowReading.Spend(SpendTxid, SpendHeight, SpendToMerchant, SpendToCustomer, Settled);

    private PreparedClose? Close(Network network) => CloseTotal is { } total
        ? new(RowReading.Payment(total, CloseSignature), Transaction.Load(RowReading.Need(CloseTransaction, "close_transaction"), network))
        : null;

    private MerchantRow With(PreparedClose? close) => this with
    {
        CloseTotal = close?.Payment.Total.Satoshi, CloseSignature = close?.Payment.Signature.ToCompact(), CloseTransaction = close?.Transaction.ToBytes(),
    };

    private MerchantRow With(Spend spend) => this with
    {
        SpendTxid = spend.Txid.ToString(), SpendHeight = spend.Height, SpendToMerchant = spend.ToMerchant.Satoshi, SpendToCustomer = spend.ToCustomer.Satoshi,
    };

    // Spelled out: renaming a type must not change what is in files.
    private static string NameOf(MerchantState state) => state switch
    {
        Pending => "pending",
        Open => "open",
        Closing => "closing",
        Closed => "closed",
        Abandoned => "abandoned",
        Refunded => "refunded",
        _ => throw new UnreachableException(state.ToString()),
    };

    private static string NameOf(AbandonReason reason) => reason switch
    {
        BtcChannels.AbandonReason.DeadlinePassed => "deadline-passed",
        BtcChannels.AbandonReason.DoubleSpent => "double-spent",
        BtcChannels.AbandonReason.Superseded => "superseded",
        BtcChannels.AbandonReason.Expired => "expired",
        _ => throw new UnreachableException(reason.ToString()),
    };

    private static AbandonReason ReasonOf(string name) => name switch
    {
        "deadline-passed" => BtcChannels.AbandonReason.DeadlinePassed,
        "double-spent" => BtcChannels.AbandonReason.DoubleSpent,
        "superseded" => BtcChannels.AbandonReason.Superseded,
        "expired" => BtcChannels.AbandonReason.Expired,
        _ => throw new FormatException($"abandon_reason {name} is unknown"),
    };
}
