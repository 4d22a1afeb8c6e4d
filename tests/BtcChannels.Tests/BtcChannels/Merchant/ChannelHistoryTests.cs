using NBitcoin;
using static BtcChannels.MerchantEvent;
using static BtcChannels.MerchantState;

namespace BtcChannels.Tests.Domain;

/// <summary>What the history tells of a change, change by change.</summary>
public class ChannelHistoryTests
{
    private const long Paid = 28_000;

    private static readonly MerchantChannel s_pending = Sample.Channel(new Pending(Sample.Now + 7_200)) with { DepositHeight = null };
    private static readonly MerchantChannel s_open = Sample.Channel();
    private static readonly MerchantChannel s_paid = Sample.Channel(paid: Paid);
    private static readonly PreparedClose s_close = Sample.Prepared(s_paid, Paid);
    private static readonly MerchantChannel s_closing = s_paid with { State = new Closing(s_close) };
    private static readonly MerchantChannel s_closed = s_paid with { State = new Closed(MerchantStates.Close, s_close) };
    private static readonly MerchantChannel s_refunded = s_paid with { State = new Refunded(MerchantStates.Refund, null) };
    private static readonly MerchantChannel s_abandoned = s_pending with { State = new Abandoned(AbandonReason.DeadlinePassed) };

    private static readonly Moment s_buried = Sample.At(Sample.Now + 6_000, Sample.Height + 10);
    private static readonly Moment s_marginReached = Sample.At(Sample.Expiry.Value - 86_400);

    private static readonly Dictionary<string, (MerchantChannel Before, MerchantEvent What, Moment? Now, string[] Told)> s_table = new()
    {
        ["mined"] = (s_pending, new DepositMined(Sample.Height), null, [$"DepositMined {Sample.Height}"]),
        ["mined and deep enough"] = (s_pending, new DepositMined(Sample.Height - 2), null, [$"DepositMined {Sample.Height - 2}", "Open"]),
        ["deep enough"] = (s_pending with { DepositHeight = Sample.Height - 2 }, new TimePassed(), null, ["Open"]),
        ["mined elsewhere"] = (s_closing, new DepositMined(Sample.Height - 1), null, [$"DepositMined {Sample.Height - 1}"]),
        ["reorganised"] = (s_paid, new DepositReorganised(), null, [$"DepositReorganised {Paid} sat"]),
        ["vanished"] = (s_open with { DepositHeight = null }, new DepositVanished(), null, ["DepositVanished 0 sat"]),
        ["double-spent"] = (s_pending, new DepositDoubleSpent(uint256.One), null, ["Abandoned 0 sat double-spent"]),
        ["double-spent with a close out"] = (s_closing with { DepositHeight = null }, new DepositDoubleSpent(uint256.One), null, [$"DepositDoubleSpent {Paid} sat"]),
        ["late"] = (s_pending, new TimePassed(), Sample.At(Sample.Now + 7_201), ["Abandoned 0 sat deadline-passed"]),
        ["superseded"] = (s_pending, new CoinReused(), null, ["Abandoned 0 sat superseded"]),
        ["revived"] = (s_abandoned, new DepositMined(Sample.Height), null, [$"DepositMined {Sample.Height}", "Revived"]),
        ["revived and deep enough"] = (s_abandoned, new DepositMined(Sample.Height - 2), null, [$"DepositMined {Sample.Height - 2}", "Revived", "Open"]),
        ["over"] = (s_abandoned, new TimePassed(), Sample.At(Sample.Expiry.Value + 1, medianTime: Sample.Expiry.Value + 1), ["Final"]),
        ["closed by the customer"] = (s_paid, new CloseGranted(s_close.Payment), null, [$"Closing {Paid} sat customer"]),
        ["closed by the operator"] = (s_paid, new CloseOrdered(), null, [$"Closing {Paid} sat operator"]),
        ["closed in a crowd"] = (s_paid, new MarginNear(), null, [$"Closing {Paid} sat crowd"]),
        ["closed at the margin"] = (s_paid, new TimePassed(), s_marginReached, [$"Closing {Paid} sat margin"]),
        ["close mined"] = (s_closing, new DepositSpent(s_close.Transaction, Sample.Height), null, [$"Closed {MerchantStates.Close.ToMerchant.Satoshi} sat {MerchantStates.Close.Txid}"]),
        ["close mined in another block"] = (s_closed, new DepositSpent(s_close.Transaction, Sample.Height - 1), null, [$"Closed {MerchantStates.Close.ToMerchant.Satoshi} sat {MerchantStates.Close.Txid}"]),
        ["close told again"] = (s_closed, new DepositSpent(s_close.Transaction, Sample.Height), null, []),
        ["close buried"] = (s_closed, new TimePassed(), s_buried, ["Final"]),
        ["close reorganised"] = (s_closed, new SpendReorganised(), null, ["SpendReorganised", $"Closing {Paid} sat reorganised"]),
        ["refund mined"] = (s_paid, new DepositSpent(Sample.Refund(s_paid), Sample.Height), null, [$"Refunded {MerchantStates.Refund.ToCustomer.Satoshi} sat {MerchantStates.Refund.Txid}"]),
        ["refund reorganised"] = (s_refunded, new SpendReorganised(), null, ["SpendReorganised", "Open"]),
        ["time passes"] = (s_paid, new TimePassed(), null, []),
        ["closing goes on"] = (s_closing, new TimePassed(), null, []),
    };

    public static TheoryData<string> EveryRow => [.. s_table.Keys];

    private static string Describe(HistoryNote note) => string.Join(' ', new[] { note.Kind.ToString(), note.Amount is { } amount ? $"{amount.Satoshi} sat" : null, note.Detail }.OfType<string>());

    [Theory, MemberData(nameof(EveryRow))]
    public void What_became_of_a_channel_is_told(string row)
    {
        var (before, what, now, told) = s_table[row];
        now ??= Sample.At();
        var after = MerchantTransitions.Apply(before, what, Sample.Context(now)).Next;
        var notes = ChannelHistory.Between(before, after, what, now);
        Assert.Equal(told, notes.Select(Describe));
        Assert.All(notes, it => Assert.Equal((now.Clock, now.Tip.Height), (it.Time, it.Height)));
    }

    [Fact]
    public void Every_kind_is_told_of_something()
    {
        var table = s_table.Values.SelectMany(it => it.Told).Select(it => it.Split(' ')[0]);
        string[] elsewhere = [nameof(HistoryKind.Opened), nameof(HistoryKind.FirstPayment), nameof(HistoryKind.Held), nameof(HistoryKind.Released)];
        Assert.Equal(Enum.GetNames<HistoryKind>().Order(), table.Concat(elsewhere).Distinct().Order());
    }

    [Fact]
    public void No_change_of_any_state_is_without_a_name()
    {
        foreach (var (state, what) in MerchantStates.All.SelectMany(_ => MerchantStates.Events, (state, what) => (state, what)))
        {
            foreach (var before in new[] { Sample.Channel(state, paid: Paid), Sample.Channel(state, paid: Paid) with { DepositHeight = null } })
            {
                foreach (var now in new[] { Sample.At(), s_marginReached, s_buried })
                {
                    var after = MerchantTransitions.Apply(before, what, Sample.Context(now)).Next;
                    var notes = ChannelHistory.Between(before, after, what, now);
                    if (before.State.GetType() != after.State.GetType()) Assert.NotEmpty(notes);
                    if (ReferenceEquals(before, after)) Assert.DoesNotContain(notes, it => it.Kind != HistoryKind.DepositDoubleSpent);
                }
            }
        }
    }

    [Fact]
    public void A_payment_that_ends_a_hold_is_told_and_so_is_the_first_one()
    {
        var held = s_open with { IsHeld = true };
        var paid = held with { IsHeld = false, Balance = s_paid.Balance };
        Assert.Equal(["Released", $"FirstPayment {Paid} sat"], ChannelHistory.Between(held, paid, null, Sample.At()).Select(Describe));
        Assert.Equal(["Released"], ChannelHistory.Between(s_paid with { IsHeld = true }, s_paid, null, Sample.At()).Select(Describe));
        Assert.Equal(["Held"], ChannelHistory.Between(s_paid, s_paid with { IsHeld = true }, null, Sample.At()).Select(Describe));
    }

    [Fact]
    public void Of_payments_the_first_is_told_and_no_other()
    {
        var first = Assert.IsType<PaymentOutcome.Accepted>(PaymentJudge.Judge(new PayableChannel(s_open), Sample.Pay(s_open, Paid), Sample.At(), Sample.Policy)).Next;
        Assert.Equal(new HistoryNote(HistoryKind.FirstPayment, Sample.At().Clock, Sample.Height, Money.Satoshis(Paid)), first.Note);
        var second = Assert.IsType<PaymentOutcome.Accepted>(PaymentJudge.Judge(first, Sample.Pay(s_open, Paid + 1), Sample.At(), Sample.Policy)).Next;
        Assert.Null(second.Note);
    }
}
