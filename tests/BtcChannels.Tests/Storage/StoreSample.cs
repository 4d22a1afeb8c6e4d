using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using NBitcoin;
using Secp256k1;

namespace BtcChannels.Tests.Storage;

/// <summary>Channels to be stored. Their signatures are well formed and no more: a store judges nothing.</summary>
internal static class StoreSample
{
    public const uint Soon = 1_900_000_000;

    // The generator and twice the generator (SEC 2).
    private static readonly PubKey MerchantKey = new("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
    private static readonly PubKey CustomerKey = new("02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5");

    public static Network Network => Network.RegTest;

    public static Spend Spend { get; } = new(Hash("spend"), 1_234, Money.Satoshis(70_000), Money.Satoshis(29_000));

    public static PreparedClose Close { get; } = new(Payment(70_000), DepositTransaction("close"));

    /// <summary>Every merchant's state, with and without what may be missing in it.</summary>
    public static IReadOnlyDictionary<string, MerchantState> MerchantStates { get; } = new Dictionary<string, MerchantState>
    {
        ["pending"] = new MerchantState.Pending(1_800_000_000),
        ["open"] = new MerchantState.Open(),
        ["closing"] = new MerchantState.Closing(Close),
        ["closed"] = new MerchantState.Closed(Spend, Close),
        ["closed and buried"] = new MerchantState.Closed(Spend with { IsBuried = true }, Close),
        ["closed unprepared"] = new MerchantState.Closed(Spend, null),
        ["abandoned late"] = new MerchantState.Abandoned(AbandonReason.DeadlinePassed),
        ["abandoned spent"] = new MerchantState.Abandoned(AbandonReason.DoubleSpent),
        ["abandoned superseded"] = new MerchantState.Abandoned(AbandonReason.Superseded),
        ["abandoned expired"] = new MerchantState.Abandoned(AbandonReason.Expired),
        ["abandoned and over"] = new MerchantState.Abandoned(AbandonReason.Expired, IsOver: true),
        ["refunded"] = new MerchantState.Refunded(Spend, Close),
        ["refunded and buried"] = new MerchantState.Refunded(Spend with { IsBuried = true }, null),
    };

    /// <summary>Every customer's state, with and without what may be missing in it.</summary>
    public static IReadOnlyDictionary<string, CustomerState> CustomerStates { get; } = new Dictionary<string, CustomerState>
    {
        ["prepared"] = new CustomerState.Prepared(),
        ["restored"] = new CustomerState.Prepared(IsRestored: true),
        ["dropped"] = new CustomerState.Dropped(),
        ["dropped and over"] = new CustomerState.Dropped(IsOver: true),
        ["active"] = new CustomerState.Active(PayTo(7)),
        ["closing"] = new CustomerState.Closing(PayTo(7), null),
        ["closing answered"] = new CustomerState.Closing(PayTo(7), Hash("close")),
        ["stranded"] = new CustomerState.Stranded(),
        ["refunding"] = new CustomerState.Refunding(PayTo(7)),
        ["refunding unagreed"] = new CustomerState.Refunding(null),
        ["closed"] = new CustomerState.Closed(PayTo(7), Spend),
        ["closed and buried"] = new CustomerState.Closed(null, Spend with { IsBuried = true }),
        ["refunded"] = new CustomerState.Refunded(PayTo(7), Spend),
        ["refunded and buried"] = new CustomerState.Refunded(null, Spend with { IsBuried = true }),
    };

    public static uint256 Hash(string name) => new(SHA256.HashData(Encoding.UTF8.GetBytes(name)));

    public static OfferId Offer(string name) => OfferId.FromBytes(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, OfferId.Length));

    public static OutPoint Coin(string name) => new(Hash(name), 3u);

    /// <summary>A transaction that spends the named coins; the first names it.</summary>
    public static Transaction DepositTransaction(params string[] coins)
    {
        var transaction = Transaction.Create(Network);
        foreach (var coin in coins) transaction.Inputs.Add(new TxIn(Coin(coin)));
        transaction.Outputs.Add(new TxOut(Money.Satoshis(100_346), Terms().DepositScript));
        return transaction;
    }

    public static ChannelTerms Terms(uint expiry = Soon, long closeFee = 346) =>
        new(ChannelKind.P2sh, MerchantKey, CustomerKey, new Expiry(expiry), Money.Satoshis(closeFee));

    public static SignedPayment Payment(long total)
    {
        var compact = new byte[Signature.CompactLength];
        BinaryPrimitives.WriteInt64BigEndian(compact.AsSpan(24), total + 1);
        BinaryPrimitives.WriteInt64BigEndian(compact.AsSpan(56), total + 2);
        Assert.True(Signature.TryParseCompact(compact, out var signature));
        return new(Money.Satoshis(total), signature);
    }

    public static Balance Paid(long total, long spentMilli = 0) => new(Payment(total), new MilliSatoshi(spentMilli));

    /// <summary>A P2WPKH script.</summary>
    public static Script PayTo(uint index) => new([0x00, 20, .. SHA256.HashData(BitConverter.GetBytes(index)).AsSpan(0, 20)]);

    public static MerchantChannel Merchant(Transaction deposit, uint index = 0, MerchantState? state = null) => new(
        Terms(), new Deposit(new OutPoint(deposit.GetHash(), 0u), deposit.Outputs[0].Value), Offer(deposit.GetHash().ToString()), index, PayTo(index),
        PayTo(1_000_000 + index), Balance.Nothing, null, state ?? new MerchantState.Pending(1_800_000_000), 0);

    public static CustomerChannel Customer(uint keyIndex, CustomerState? state = null)
    {
        var deposit = DepositTransaction($"customer {keyIndex}");
        return new(
            "https://merchant.example:8443", keyIndex, Terms(), new CustomerDoor.Direct("b2ZmZXI"), 3, new Deposit(new OutPoint(deposit.GetHash(), 0u), deposit.Outputs[0].Value), deposit,
            DepositTransaction($"refund {keyIndex}"), PayTo(9), null, Money.Zero, null, state ?? new CustomerState.Prepared(), 0);
    }
}
