using System.Net;
using BtcChannels.Client;
using FsCheck;
using FsCheck.Fluent;
using NBitcoin;

namespace BtcChannels.Tests.Client;

public class CustomerStreamingTests
{
    private static readonly Money First = Money.Satoshis(600L);
    private static readonly Money Next = Money.Satoshis(25L);

    [Fact]
    public async Task Payments_go_out_before_those_before_them_are_answered_and_all_are_acknowledged()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        var paid = await PayAsync(rig, channel, 200, _ => Mood.Answer);
        Assert.All(paid, it => Assert.Equal(it.OrThrow().Authorized, it.OrThrow().Acknowledged));
        Assert.Equal(Enumerable.Range(0, 200).Select(step => First + (Next * step)), paid.Select(it => it.OrThrow().Authorized));
        Assert.Equal(0, rig.Merchant.TimesAsked("/payments"));
        Assert.Equal((First + (Next * 199), First + (Next * 199)), await StoredAsync(rig));
    }

    [Fact]
    public async Task No_signature_is_sent_that_is_above_what_is_on_disk()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        var seen = new List<(Money OnDisk, Money Sent)>();
        await PayAsync(rig, channel, 30, number =>
        {
            seen.Add((rig.OnDisk().Single().Authorized, First + (Next * (int)(number - 1))));
            return Mood.Answer;
        });
        Assert.Equal(30, seen.Count);
        Assert.All(seen, it => Assert.True(it.OnDisk >= it.Sent));
    }

    [Theory]
    [InlineData(1UL, 0)]
    [InlineData(5UL, 1)]
    [InlineData(5UL, 0)]
    public async Task A_lost_connection_is_repaired_by_the_newest_bytes(ulong at, int isAfter)
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        var cuts = 0;
        var paid = await PayAsync(rig, channel, 40, number => number == at && cuts++ == 0 ? isAfter == 1 ? Mood.CutAfter : Mood.CutBefore : Mood.Answer);
        Assert.All(paid, it => it.OrThrow());
        Assert.Equal(1, rig.Merchant.TimesAsked("/payments"));
        Assert.Equal(First + (Next * 39), rig.Merchant[channel.Id].Balance.Authorized);
        Assert.Equal((First + (Next * 39), First + (Next * 39)), await StoredAsync(rig));
    }

    [Fact]
    public async Task A_refusal_of_one_is_made_good_by_the_acknowledgement_of_a_later_one()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        var paid = await PayAsync(rig, channel, 20, number => number == 3 ? Mood.Refuse : Mood.Answer);
        Assert.All(paid, it => it.OrThrow());
        Assert.Equal(First + (Next * 19), rig.Merchant[channel.Id].Balance.Authorized);
    }

    [Theory]
    [InlineData(Mood.Lie)]
    [InlineData(Mood.SaySilly)]
    [InlineData(Mood.Refuse)]
    public async Task What_is_not_acknowledged_is_not_believed_to_be_refused_and_nothing_is_signed_before_it_is_settled(object how)
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        rig.Merchant.Stream = _ => (Mood)how;
        rig.Merchant.Before = (path, _) => path.EndsWith("/payments", StringComparison.Ordinal) ? FakeMerchant.Problem(HttpStatusCode.UnprocessableEntity, "signature-invalid") : null;
        await using var stream = await rig.Customer.StreamAsync(channel.Id);
        var first = Assert.IsType<PayResult.Refused>(await stream.PayAsync(First));
        Assert.Equal(("signature-invalid", false), (first.Refusal.Problem, first.IsEarlier));
        var second = Assert.IsType<PayResult.Refused>(await stream.PayAsync(Next));
        Assert.True(second.IsEarlier);
        Assert.Equal(First, rig.OnDisk().Single().Authorized);
        rig.Merchant.Before = (_, _) => null;
        rig.Merchant.Stream = _ => Mood.Answer;
        Assert.Equal(First + Next, (await stream.PayAsync(Next)).OrThrow().Acknowledged);
    }

    [Fact]
    public async Task No_more_are_out_without_an_answer_than_the_window_has_room_for()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        rig.Options = rig.Options with { StreamWindow = 8 };
        await rig.RestartAsync();
        var most = Money.Zero;
        var paid = await PayAsync(rig, channel, 60, number =>
        {
            most = Money.Max(most, rig.OnDisk().Single().Authorized - (First + (Next * (int)(number - 1))));
            return Mood.Answer;
        });
        Assert.All(paid, it => it.OrThrow());
        Assert.InRange(most, Money.Zero, Next * 8);
    }

    [Fact]
    public async Task A_merchant_without_streams_is_paid_one_by_one()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        await using (var stream = await rig.Customer.StreamAsync(channel.Id))
        {
            var asked = Enumerable.Range(0, 10).Select(step => stream.PayAsync(step == 0 ? First : Next)).ToList();
            foreach (var payment in asked) (await payment).OrThrow();
        }
        Assert.Equal(10, rig.Merchant.TimesAsked("/payments"));
        Assert.Equal(1, rig.Merchant.TimesAsked("/stream"));
        Assert.Equal((First + (Next * 9), First + (Next * 9)), await StoredAsync(rig));
    }

    [Fact]
    public async Task What_cannot_be_paid_is_told_and_nothing_of_it_is_signed()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        rig.Merchant.Stream = _ => Mood.Answer;
        await using var stream = await rig.Customer.StreamAsync(channel.Id);
        Assert.IsType<PayResult.BelowDust>(await stream.PayAsync(Next));
        (await stream.PayAsync(First)).OrThrow();
        Assert.Equal(new PayResult.OverCapacity(Rig.Capacity - First), await stream.PayAsync(Rig.Capacity));
        await rig.Customer.CloseAsync(channel.Id);
        Assert.IsType<PayResult.NotActive>(await stream.PayAsync(Next));
        Assert.Equal(First, rig.OnDisk().Single().Authorized);
        await stream.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => stream.PayAsync(Next));
    }

    [Fact]
    public async Task An_unknown_channel_is_an_outcome()
    {
        await using var rig = await Rig.StartAsync();
        await using var stream = await rig.Customer.StreamAsync(new ChannelId(new OutPoint(uint256.One, 0u)));
        Assert.IsType<PayResult.ChannelUnknown>(await stream.PayAsync(First));
    }

    [Fact]
    public async Task A_payment_by_another_way_in_between_is_built_upon()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        rig.Merchant.Stream = _ => Mood.Answer;
        await using var stream = await rig.Customer.StreamAsync(channel.Id);
        (await stream.PayAsync(First)).OrThrow();
        (await rig.Customer.PayAsync(channel.Id, Next)).OrThrow();
        Assert.Equal(First + (Next * 2), (await stream.PayAsync(Next)).OrThrow().Acknowledged);
    }

    [Fact]
    public void Whatever_the_wire_does_the_merchant_never_has_more_than_is_stored_and_no_total_is_signed_twice() => Prop.ForAll(
        ArbMap.Default.ArbFor<byte[]>(),
        moods => RunAsync(moods).GetAwaiter().GetResult()).Check(Config.QuickThrowOnFailure.WithMaxTest(12).WithEndSize(30));

    private static async Task<bool> RunAsync(byte[] moods)
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        var step = 0;
        var isSane = true;
        var paid = await PayAsync(rig, channel, moods.Length + 1, number =>
        {
            isSane &= rig.Merchant[channel.Id].Balance.Authorized <= rig.OnDisk().Single().Authorized;
            var mood = step < moods.Length ? (Mood)(moods[step++] % 6) : Mood.Answer;
            return mood;
        });
        var distinct = rig.Merchant.Streamed.GroupBy(it => it.Total).All(same => same.Select(it => it.Signature).Distinct().Count() == 1);
        return isSane && distinct && paid.All(it => it is PayResult.Paid) && rig.Merchant[channel.Id].Balance.Authorized == rig.OnDisk().Single().Acknowledged;
    }

    private static async Task<List<PayResult>> PayAsync(Rig rig, CustomerChannel channel, int count, Func<ulong, Mood> mood)
    {
        rig.Merchant.Stream = mood;
        await using var stream = await rig.Customer.StreamAsync(channel.Id);
        var asked = Enumerable.Range(0, count).Select(step => stream.PayAsync(step == 0 ? First : Next)).ToList();
        return [.. await Task.WhenAll(asked)];
    }

    private static async Task<(Money, Money)> StoredAsync(Rig rig) => (await rig.OnDiskAsync()).Single() is var stored ? (stored.Authorized, stored.Acknowledged) : default;
}
