using BtcChannels.Storage;

namespace BtcChannels.Tests.Storage;

/// <summary>A database whose disk is full, as it says so itself: when a row is written, or only with the commit.</summary>
public sealed class PostgresDiskTests : PostgresPair
{
    public static TheoryData<string> Moments => new() { "BEFORE UPDATE ON channel FOR EACH ROW", "AFTER UPDATE ON channel DEFERRABLE INITIALLY DEFERRED FOR EACH ROW" };

    [PostgresTheory, MemberData(nameof(Moments))]
    public async Task What_finds_no_room_is_refused_and_not_there_and_goes_through_once_there_is_some(string when)
    {
        var channels = new List<MerchantChannel>();
        for (var i = 0; i < 5; i++) channels.Add(await AddOpenAsync($"{i}"));
        var paid = channels.Select(it => new PayableChannel(it).With(StoreSample.Paid(10))).ToList();
        Assert.All(await Task.WhenAll(paid.Select(it => One.TryWritePaymentAsync(it, Ct))), Assert.True);
        var next = paid.Select(it => it.With(StoreSample.Paid(20))).ToList();

        await Postgres.ExecuteAsync("CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$");
        await Postgres.ExecuteAsync($"CREATE {(when.StartsWith("AFTER", StringComparison.Ordinal) ? "CONSTRAINT " : "")}TRIGGER full_disk {when} EXECUTE FUNCTION full_disk()");
        foreach (var write in next.Select(it => One.TryWritePaymentAsync(it, Ct)).ToList()) await Assert.ThrowsAsync<StoreUnavailableException>(() => write);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => One.TryWriteAsync(channels[0] with { State = new MerchantState.Closing(StoreSample.Close) }, 2, Ct));
        foreach (var it in channels) Assert.Equal((10, 2L), await BalanceAsync(it));

        await Postgres.ExecuteAsync("DROP FUNCTION full_disk() CASCADE");
        Assert.All(await Task.WhenAll(next.Select(it => One.TryWritePaymentAsync(it, Ct))), Assert.True);
        foreach (var it in channels) Assert.Equal((20, 3L), await BalanceAsync(it));
    }

    private async Task<(long Authorized, long Version)> BalanceAsync(MerchantChannel channel)
    {
        var stored = Assert.IsType<MerchantChannel>(await Other.FindAsync(channel.Id, Ct));
        return (stored.Balance.Authorized.Satoshi, stored.Version);
    }
}
