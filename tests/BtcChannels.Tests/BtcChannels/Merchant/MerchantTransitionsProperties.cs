using System.Reflection;
using FsCheck;
using FsCheck.Fluent;
using NBitcoin;
using static BtcChannels.MerchantEffect;
using static BtcChannels.MerchantEvent;
using static BtcChannels.MerchantState;

namespace BtcChannels.Tests.Domain;

/// <summary>What holds for every state and every event, and for any stream of them.</summary>
public class MerchantTransitionsProperties
{
    private static IEnumerable<Type> Nested<T>() => typeof(T).GetNestedTypes(BindingFlags.Public | BindingFlags.NonPublic).Where(it => it.IsSubclassOf(typeof(T))).OrderBy(it => it.Name);

    [Fact]
    public void The_samples_have_every_state_and_every_event()
    {
        Assert.Equal(Nested<MerchantState>(), MerchantStates.All.Select(it => it.GetType()).Distinct().OrderBy(it => it.Name));
        Assert.Equal(Nested<MerchantEvent>(), MerchantStates.Events.Select(it => it.GetType()).Distinct().OrderBy(it => it.Name));
    }

    [Fact]
    public void Every_pair_of_state_and_event_has_a_rule()
    {
        Moment[] moments = [Sample.At(), Sample.At(Sample.Expiry.Value - 86_400L), Sample.At(medianTime: Sample.Expiry.Value + 1L), Sample.At(height: Sample.Height + 9)];
        foreach (var state in MerchantStates.All)
            foreach (var what in MerchantStates.Events)
                foreach (var now in moments)
                    foreach (var (paid, height) in ((long, int?)[])[(0, null), (0, 998), (28_000, null), (28_000, 998)])
                        Holds(Sample.Channel(state, paid) with { DepositHeight = height }, what, now);
    }

    [Fact]
    public void Any_stream_of_events_keeps_money_and_rules()
    {
        var steps =
            from what in Gen.Elements(MerchantStates.Events.AsEnumerable())
            from height in Gen.Choose(Sample.Height - 3, Sample.Height + 12)
            from blocks in Gen.Choose(0, 3)
            from seconds in Gen.Frequency((8, Gen.Choose(0, 7_200)), (1, Gen.Choose(0, 86_400 * 9)))
            select (What: At(what, height), blocks, seconds);
        var starts = Gen.Elements(MerchantStates.All.AsEnumerable()).Zip(Gen.Elements(0L, 28_000L));

        Prop.ForAll(starts.ToArbitrary(), steps.ArrayOf().ToArbitrary(), (start, stream) =>
        {
            var channel = Sample.Channel(start.Item1, start.Item2);
            var (clock, height, closeIsOut) = (Sample.Now, Sample.Height, false);
            foreach (var (what, blocks, seconds) in stream)
            {
                (clock, height) = (clock + seconds, height + blocks);
                channel = Holds(channel, what, Sample.At(clock, height)).Next;
                closeIsOut |= channel.State is Closing;
                if (closeIsOut) Assert.True(channel.State is Closing or Closed { Close: not null } or Refunded { Close: not null }, $"a close is out and the channel is {channel.State}");
            }
        }).QuickCheckThrowOnFailure();
    }

    private static MerchantEvent At(MerchantEvent what, int height) => what switch
    {
        DepositMined => new DepositMined(height),
        DepositSpent spent => spent with { Height = height },
        _ => what,
    };

    /// <summary>Applies one event and holds what is true of every transition.</summary>
    private static MerchantTransition Holds(MerchantChannel channel, MerchantEvent what, Moment now)
    {
        var transition = MerchantTransitions.Apply(channel, what, Sample.Context(now));
        var (next, effects) = transition;

        // Events move the state and the deposit's place: never money, terms or scripts.
        Assert.Equal(channel with { State = next.State, DepositHeight = next.DepositHeight }, next);

        // Nothing is broadcast but the close that the state to be stored holds.
        foreach (var broadcast in effects.OfType<Broadcast>())
            Assert.Same(Assert.IsType<Closing>(next.State).Close.Transaction, broadcast.Transaction);

        // A close is signed by both, for what was granted or the newest payment.
        if (next.State is Closing entered && channel.State is not Closing)
        {
            Assert.Contains(effects, effect => effect is Broadcast);
            SignedInput.HoldsAllSignatures(entered.Close.Transaction);
        }

        // What is final stays so, unless the spend itself is news.
        if (channel.State.IsFinal && what is not (SpendReorganised or DepositSpent))
        {
            Assert.True(next.State.IsFinal);
            Assert.Equal(channel.State, next.State);
        }
        if (effects.Contains(new StopWatching())) Assert.True(next.State.IsFinal);

        // At the margin nothing claimable is left open.
        if (what is TimePassed && channel.State is Open or Pending && channel.Balance.Newest is not null
            && channel.Terms.Expiry.IsWithin(Sample.Policy.CloseMargin, now))
            Assert.IsType<Closing>(next.State);

        // A loss is told with what was lost.
        foreach (var alarm in effects.OfType<Alarm>())
            Assert.True(alarm.AtStake >= Money.Zero && alarm.AtStake <= channel.Capacity);
        return transition;
    }
}
