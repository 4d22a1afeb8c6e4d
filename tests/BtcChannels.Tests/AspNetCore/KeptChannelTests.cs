using BtcChannels.AspNetCore;
using BtcChannels.Storage;
using BtcChannels.Tests.AspNetCore.Concurrency;
using BtcChannels.Tests.Domain;

namespace BtcChannels.Tests.AspNetCore;

/// <summary>What a channel in memory takes for stored, whatever order its payments are told in.</summary>
public sealed class KeptChannelTests
{
    private readonly MerchantChannel _channel = Sample.Channel();
    private readonly KeptChannel _kept;

    public KeptChannelTests() => _kept = new KeptChannel(new PayableChannel(_channel));

    private FickleStore Store() => new(new MemoryStore([_channel]));

    private KeptChannel.Begun<PaymentOutcome> Begin(long total, FickleStore store) =>
        Assert.IsType<KeptChannel.Begun<PaymentOutcome>>(_kept.BeginPayment(Sample.Pay(_channel, total), Sample.At(), Sample.Policy, store));

    [Fact]
    public async Task A_payment_that_is_told_after_one_that_builds_on_it_sets_nothing_back()
    {
        await using var store = Store();
        var (first, second) = (Begin(1_000, store), Begin(2_000, store));
        Assert.Equal((3, 1), (_kept.Version, _kept.StoredVersion));
        store.Commit(2);
        Assert.IsType<PaymentOutcome.Accepted>(await _kept.EndAsync(second));
        Assert.Equal((3, 3), (_kept.Version, _kept.StoredVersion));
        Assert.IsType<PaymentOutcome.Accepted>(await _kept.EndAsync(first));
        Assert.Equal((3, 3), (_kept.Version, _kept.StoredVersion));
    }

    [Fact]
    public async Task What_is_under_way_is_judged_by_and_not_taken_for_stored()
    {
        await using var store = Store();
        var (first, second) = (Begin(1_000, store), Begin(2_000, store));
        store.Commit(1);
        Assert.IsType<PaymentOutcome.Accepted>(await _kept.EndAsync(first));
        Assert.Equal((3, 2), (_kept.Version, _kept.StoredVersion));
        Assert.IsType<PaymentOutcome.Refused>(Begin(1_500, store).Outcome);
        store.Fail(1);
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await _kept.EndAsync(second));
        Assert.True(_kept.IsBehind);
        Assert.Equal(2, _kept.StoredVersion);
        Assert.Null(_kept.BeginPayment(Sample.Pay(_channel, 3_000), Sample.At(), Sample.Policy, store));
    }
}
