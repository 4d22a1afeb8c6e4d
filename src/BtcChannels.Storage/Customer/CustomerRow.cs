using System.Diagnostics;
using NBitcoin;
using static BtcChannels.CustomerState;

namespace BtcChannels.Storage;

/// <summary>A channel as its columns, deposit and refund included. What a state does not have is null.</summary>
internal sealed record CustomerRow(
    long KeyIndex, string Id, string Merchant, string Kind, byte[] MerchantKey, byte[] CustomerKey, long Expiry, long CloseFee, string OfferToken,
    long Confirmations, byte[] CustomerScript, long DepositValue, long? Authorized, byte[]? Signature, long Acknowledged, long? DepositHeight, string State,
    long IsSettled, byte[]? PayoutScript, string? CloseTxid, string? SpendTxid, long? SpendHeight, long? SpendToMerchant, long? SpendToCustomer, long Version,
    long IsRestored, long IsVoucher, string? Two1Path, long? Two1WalletIndex, byte[] Deposit, byte[] Refund)
{
    public static readonly ColumnList All = new(
        "key_index", "id", "merchant", "kind", "merchant_key", "customer_key", "expiry", "close_fee", "offer_token",
        "confirmations", "customer_script", "deposit_value", "authorized", "signature", "acknowledged", "deposit_height", "state",
        "is_settled", "payout_script", "close_txid", "spend_txid", "spend_height", "spend_to_merchant", "spend_to_customer", "version", "is_restored", "is_voucher",
        "two1_path", "two1_wallet_index");

    /// <summary>What a channel's life changes, the outpoint among it.</summary>
    public static readonly ColumnList Changing = new(
        "id", "deposit_value", "authorized", "signature", "acknowledged", "deposit_height", "state",
        "is_settled", "payout_script", "close_txid", "spend_txid", "spend_height", "spend_to_merchant", "spend_to_customer", "version", "is_restored", "is_voucher");

    /// <summary>What a payment and its answer change.</summary>
    public static readonly ColumnList Payment = new("authorized", "signature", "acknowledged", "version", "is_voucher");

    public static CustomerRow Of(CustomerChannel channel, long version)
    {
        var (terms, state) = (channel.Terms, channel.State);
        var two1 = channel.Door as CustomerDoor.Two1;
        var spend = state switch { Closed it => it.Spend, Refunded it => it.Spend, _ => null };
        return new(
            channel.KeyIndex, channel.Id.ToString(), channel.Merchant, RowReading.Name(terms.Kind), terms.MerchantKey.ToBytes(), terms.CustomerKey.ToBytes(),
            terms.Expiry.Value, terms.CloseFee.Satoshi, (channel.Door as CustomerDoor.Direct)?.OfferToken ?? "", channel.Confirmations, channel.CustomerScript.ToBytes(), channel.Deposit.Value.Satoshi,
            channel.Newest?.Total.Satoshi, channel.Newest?.Signature.ToCompact(), channel.Acknowledged.Satoshi, channel.DepositHeight, NameOf(state),
            state.IsFinal ? 1 : 0, state.Payout?.ToBytes(), (state as Closing)?.CloseTxid?.ToString(), spend?.Txid.ToString(), spend?.Height,
            spend?.ToMerchant.Satoshi, spend?.ToCustomer.Satoshi, version,
            state is Prepared { IsRestored: true } ? 1 : 0, channel.NewestIsVoucher ? 1 : 0, two1?.Path, two1?.WalletIndex, channel.DepositTransaction.ToBytes(), channel.Refund.ToBytes());
    }

    public CustomerChannel ToChannel(Network network, string path) => RowReading.Read(path, $"channel {Id}", () =>
    {
        var terms = new ChannelTerms(
            RowReading.Kind(Kind), new PubKey(MerchantKey), new PubKey(CustomerKey), new Expiry(checked((uint)Expiry)), Money.Satoshis(CloseFee));
        return new CustomerChannel(
            Merchant, checked((uint)KeyIndex), terms, Door, checked((int)Confirmations), new Deposit(ChannelId.Parse(Id).OutPoint, Money.Satoshis(DepositValue)),
            Transaction.Load(Deposit, network), Transaction.Load(Refund, network), new Script(CustomerScript), Newest, Money.Satoshis(Acknowledged),
            checked((int?)DepositHeight), ToState(), Version) { NewestIsVoucher = IsVoucher == 1 };
    });

    private SignedPayment? Newest => Authorized is { } total ? RowReading.Payment(total, Signature) : null;

    private CustomerDoor Door => Two1Path is { } path ? new CustomerDoor.Two1(path, checked((uint)Two1WalletIndex!.Value)) : new CustomerDoor.Direct(OfferToken);

    private Script? Payout => PayoutScript is { } bytes ? new Script(bytes) : null;

    private CustomerState ToState() => State switch
    {
        "prepared" => new Prepared(IsRestored == 1),
        "dropped" => new Dropped(IsSettled == 1),
        "active" => new Active(RowReading.Need(Payout, "payout_script")),
        "closing" => new Closing(RowReading.Need(Payout, "payout_script"), CloseTxid is { } txid ? uint256.Parse(txid) : null),
        "stranded" => new Stranded(),
        "refunding" => new Refunding(Payout),
        "closed" => new Closed(Payout, Spend()),
        "refunded" => new Refunded(Payout, Spend()),
        _ => throw new FormatException($"state {State} is unknown"),
    };

    private Spend Spend() => RowReading.Spend(SpendTxid, SpendHeight, SpendToMerchant, SpendToCustomer, IsSettled == 1);

    // Spelled out: renaming a type must not change what is in files.
    private static string NameOf(CustomerState state) => state switch
    {
        Prepared => "prepared",
        Dropped => "dropped",
        Active => "active",
        Closing => "closing",
        Stranded => "stranded",
        Refunding => "refunding",
        Closed => "closed",
        Refunded => "refunded",
        _ => throw new UnreachableException(state.ToString()),
    };
}
