using BtcChannels.Storage.Postgres;
using BtcChannels.Tests.Domain;
using BtcChannels.Tests.Storage;
using NBitcoin;

namespace BtcChannels.Tests.AspNetCore;

/// <summary>Two instances that charge on one channel, each by what it has in memory.</summary>
public sealed class ChargesInstancesTests : IAsyncLifetime
{
    private static readonly RequestKey s_key = RequestKey.Of("key");

    private TestPostgres? _postgres;
    private PostgresMerchantStore _first = null!;
    private PostgresMerchantStore _second = null!;
    private MerchantChannel _channel = null!;
    private ChargeRig _one = null!;
    private ChargeRig _other = null!;

    private static CancellationToken Ct => CancellationToken.None;

    public async Task InitializeAsync()
    {
        if (TestPostgres.Server is null) return;
        _postgres = await TestPostgres.MakeAsync();
        (_first, _second) = (await OpenAsync(), await OpenAsync());
        _channel = await ChargeRig.AddAsync(_first);
        (_one, _other) = (new(_first), new(_second));
    }

    public async Task DisposeAsync()
    {
        if (_postgres is null) return;
        await _first.DisposeAsync();
        await _second.DisposeAsync();
        await _postgres.DisposeAsync();
    }

    private Task<PostgresMerchantStore> OpenAsync() => PostgresMerchantStore.OpenAsync(_postgres!.ConnectionString, _postgres.AddFolder().Path, Network.RegTest, DataFolder.Fingerprint, Ct);

    [PostgresFact]
    public async Task Requests_at_once_at_both_never_overdraw_and_are_all_accounted_for()
    {
        var vouchers = Enumerable.Range(1, 40).Select(it => Sample.Pay(_channel, it * 300)).ToArray();
        var served = await Task.WhenAll(Enumerable.Range(0, 80).Select(i => Task.Run(async () =>
        {
            var rig = i % 2 == 0 ? _one : _other;
            var cost = rig.Cost(450_000, i % 3 == 0 ? RequestKey.Of($"{i}") : null);
            if (await rig.Charges.TakeAsync(_channel.Id, vouchers[i * 17 % 40], cost, Ct) is not ChargeOutcome.Granted) return 0L;
            var spent = new MilliSatoshi(i % 5 == 0 ? 0 : i % 7 == 0 ? 200_001 : 450_000);
            await rig.Charges.SettleAsync(_channel.Id, cost, spent, null);
            return spent.Value;
        })));

        Assert.Equal((12_000, served.Sum(), null), await _one.SumsAsync(_channel));
        Assert.InRange(served.Sum(), 1, 12_000_000);
    }

    [PostgresFact]
    public async Task Equal_requests_at_both_are_granted_as_often_as_there_is_credit()
    {
        Assert.IsType<ChargeOutcome.Granted>(await _one.TakeAsync(_channel, 1_000, null));
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => Task.Run(() => (i % 2 == 0 ? _one : _other).TakeAsync(_channel, 1_000, 30_000).AsTask())));

        Assert.Equal(33, outcomes.Count(it => it is ChargeOutcome.Granted));
        Assert.Equal(990_000, (await _one.RowAsync(_channel)).Balance.Reserved.Total.Value);
    }

    [PostgresFact]
    public async Task Of_requests_of_one_key_at_both_one_is_granted()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(() => (i % 2 == 0 ? _one : _other).TakeAsync(_channel, 1_000, 1, s_key).AsTask())));

        Assert.Single(outcomes, it => it is ChargeOutcome.Granted);
        Assert.Equal(39, outcomes.Count(it => it is ChargeOutcome.UnderWay));
    }

    [PostgresFact]
    public async Task What_one_has_settled_the_other_does_not_take_for_under_way()
    {
        Assert.IsType<ChargeOutcome.Granted>(await _one.TakeAsync(_channel, 1_000, 1, s_key));
        Assert.IsType<ChargeOutcome.UnderWay>(await _other.TakeAsync(_channel, 1_000, 1, s_key));
        await _one.Charges.SettleAsync(_channel.Id, _one.Cost(1, s_key), MilliSatoshi.Zero, null);

        Assert.IsType<ChargeOutcome.Granted>(await _other.TakeAsync(_channel, 1_000, 1, s_key));
    }

    [PostgresFact]
    public async Task Credit_that_came_at_one_is_found_by_the_other()
    {
        Assert.IsType<ChargeOutcome.Granted>(await _other.TakeAsync(_channel, 1_000, 1_000_000));
        Assert.IsType<ChargeOutcome.Granted>(await _one.TakeAsync(_channel, 3_000, null));

        Assert.IsType<ChargeOutcome.Granted>(await _other.TakeAsync(_channel, 1_000, 500_000));
        Assert.IsType<ChargeOutcome.Granted>(await _one.TakeAsync(_channel, 4_000, null));
        Assert.IsType<ChargeOutcome.Granted>(await _other.Charges.ChargeAsync(_channel.Id, new MilliSatoshi(2_500_000), Ct));
        Assert.Equal(4_001, Assert.IsType<ChargeOutcome.Insufficient>(await _other.Charges.ChargeAsync(_channel.Id, new MilliSatoshi(1), Ct)).Required.Satoshi);
    }

    [PostgresFact]
    public async Task What_was_accepted_in_time_at_one_is_good_within_the_margin_at_the_other()
    {
        Assert.IsType<ChargeOutcome.Granted>(await _other.TakeAsync(_channel, 1_000, null));
        Assert.IsType<ChargeOutcome.Granted>(await _one.TakeAsync(_channel, 3_000, null));
        _other.Clock.AdvanceTo(Sample.Expiry.Value - (long)Sample.Policy.CloseMargin.TotalSeconds);
        _other.View.Saw(Sample.At().Tip);

        Assert.IsType<ChargeOutcome.Granted>(await _other.TakeAsync(_channel, 3_000, 3_000_000));
        Assert.Equal(new ChargeOutcome.Refused(PaymentRejection.ExpiryTooNear), await _other.TakeAsync(_channel, 3_001, 1));
    }

    [PostgresFact]
    public async Task What_an_instance_left_reserved_is_free_once_it_is_over_and_should_it_come_back_it_has_what_is_left()
    {
        Assert.IsType<ChargeOutcome.Granted>(await _one.TakeAsync(_channel, 1_000, 900_000));
        Assert.IsType<ChargeOutcome.Insufficient>(await _other.TakeAsync(_channel, 1_000, 800_000));
        await _postgres!.ExecuteAsync("UPDATE run SET until = clock_timestamp() - interval '1 second' WHERE id = @run", new { run = _first.Run });
        await _second.RenewRunAsync(Ct);

        Assert.IsType<ChargeOutcome.Granted>(await _other.TakeAsync(_channel, 1_000, 800_000));
        Assert.Equal((1_000, 0, $"{_second.Run}:800000"), await _other.SumsAsync(_channel));

        await _first.RenewRunAsync(Ct);
        Assert.Equal(200_000, (await _one.Charges.SettleAsync(_channel.Id, _one.Cost(900_000), new MilliSatoshi(900_000), null)).Spent.Value);
        await _other.Charges.SettleAsync(_channel.Id, _other.Cost(800_000), new MilliSatoshi(800_000), null);
        Assert.Equal((1_000, 1_000_000, null), await _one.SumsAsync(_channel));
    }
}
