using NBitcoin;
using static BtcChannels.MerchantEvent;
using static BtcChannels.MerchantState;

namespace BtcChannels.Tests.Domain;

/// <summary>Every state and every event of a merchant's channel, in each of its shapes. That none is left out is a test of its own.</summary>
internal static class MerchantStates
{
    public const int SpentAt = Sample.Height;

    private static readonly MerchantChannel s_channel = Sample.Channel(paid: 28_000);
    private static readonly PreparedClose s_close = Sample.Prepared(s_channel, 28_000);
    private static readonly Transaction s_refund = Sample.Refund(s_channel);

    public static readonly Spend Close = Spend.Of(s_close.Transaction, SpentAt, Sample.Payout, Sample.Change);
    public static readonly Spend Refund = Spend.Of(s_refund, SpentAt, Sample.Payout, Sample.Change);

    public static readonly IReadOnlyList<MerchantState> All =
    [
        new Pending(Sample.Now + 7_200),
        new Open(),
        new Closing(s_close),
        new Closed(Close, s_close),
        new Closed(Close, null),
        new Closed(Close with { IsBuried = true }, s_close),
        new Closed(Close with { IsBuried = true }, null),
        .. Enum.GetValues<AbandonReason>().Select(reason => new Abandoned(reason)),
        .. Enum.GetValues<AbandonReason>().Select(reason => new Abandoned(reason, IsOver: true)),
        new Refunded(Refund, s_close),
        new Refunded(Refund, null),
        new Refunded(Refund with { IsBuried = true }, s_close),
        new Refunded(Refund with { IsBuried = true }, null),
    ];

    public static readonly IReadOnlyList<MerchantEvent> Events =
    [
        new DepositMined(Sample.Height),
        new DepositMined(Sample.Height - 5),
        new DepositSeen(),
        new DepositVanished(),
        new DepositReorganised(),
        new DepositDoubleSpent(uint256.One),
        new CoinReused(),
        new DepositSpent(s_close.Transaction, SpentAt),
        new DepositSpent(s_refund, SpentAt),
        new SpendReorganised(),
        new CloseGranted(s_close.Payment),
        new MarginNear(),
        new CloseOrdered(),
        new TimePassed(),
    ];
}
