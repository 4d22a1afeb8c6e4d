using System.Reflection;
using BtcChannels.Storage;
using Dapper;
using Microsoft.Data.Sqlite;

namespace BtcChannels.Tests.Storage;

public sealed class QueryPlanTests
{
    // SQLite's own words (EXPLAIN QUERY PLAN) for steps that touch nothing but what is asked for.
    private static readonly Dictionary<string, string[]> Steps = new()
    {
        ["OfCoin"] = ["SEARCH TABLE deposit_input USING COVERING INDEX deposit_input_coin (txid=? AND vout=?)"],
        ["Due"] = ["SEARCH TABLE channel USING INDEX channel_due (expiry>? AND expiry<?)", "SEARCH TABLE channel USING INDEX channel_due (expiry<?)"],
        ["DueSoon"] =
            ["SEARCH TABLE channel USING INDEX channel_due (expiry>? AND expiry<?)", "SEARCH TABLE channel USING INDEX channel_due (expiry>? AND expiry<?)"],
        ["Active"] = ["SCAN TABLE channel USING INDEX channel_active"],
        ["Awaited"] = ["SCAN TABLE channel USING INDEX channel_awaited"],
        ["ExposedBesides"] = ["SCAN TABLE channel USING INDEX channel_exposed", "SEARCH TABLE channel USING INDEX sqlite_autoindex_channel_3 (payout_index=?)"],
        ["AbandonedExpired"] =
            ["SEARCH TABLE channel USING INDEX channel_abandoned (expiry>? AND expiry<?)", "SEARCH TABLE channel USING INDEX channel_abandoned (expiry<?)"],
        ["AboveHeight"] =
            ["SEARCH TABLE channel USING INDEX channel_deposit_height (deposit_height>?)", "SEARCH TABLE channel USING INDEX channel_spend_height (spend_height>?)"],
        ["MinedAfter"] = ["SEARCH TABLE channel USING INDEX channel_mined (id>?)"],
        ["UnminedAfter"] = ["SEARCH TABLE channel USING INDEX channel_unmined (id>?)"],
        ["OpenAfter"] = ["SEARCH TABLE channel USING INDEX channel_open (payout_index>?)"],
        ["FeeShortfall"] = ["SEARCH TABLE channel USING INDEX channel_fee (close_fee<?)"],
    };

    public static TheoryData<string> EveryQuestion => [.. Questions.Select(it => it.Name)];

    private static IEnumerable<FieldInfo> Questions => typeof(SqliteMerchantStore.Questions).GetFields(BindingFlags.Public | BindingFlags.Static);

    [Theory, MemberData(nameof(EveryQuestion))]
    public async Task No_question_of_the_watcher_touches_idle_channels(string name)
    {
        using var folder = new DataFolder();
        await using var file = await SqliteFile.OpenAsync(StoreFormat.Merchant, folder.Path, StoreSample.Network, TimeSpan.Zero, CancellationToken.None);
        var question = (string)Questions.Single(it => it.Name == name).GetRawConstantValue()!;
        var sql = question.StartsWith("SELECT", StringComparison.Ordinal) ? question : $"SELECT * FROM {question}";

        var plan = await file.ReadAsync(db => Plan(db, sql), CancellationToken.None);

        Assert.Equal(Steps[name], plan.Where(it => it.Contains("TABLE", StringComparison.Ordinal)));
        if (name != "Due") Assert.DoesNotContain(plan, it => it.Contains("FOR ORDER BY", StringComparison.Ordinal));   // what is due is put in order, and nothing else is
    }

    [Fact]
    public async Task A_payment_touches_no_index()
    {
        using var folder = new DataFolder();
        await using var file = await SqliteFile.OpenAsync(StoreFormat.Merchant, folder.Path, StoreSample.Network, TimeSpan.Zero, CancellationToken.None);

        // What a change of an index compiles to.
        var program = await file.WriteAsync(
            (db, tx) => db.Query(
                $"EXPLAIN {PaymentStatement.Further}", new { channel = 0L, authorized = 1L, signature = new byte[64], spent = 0L, version = 2L, version_before = 1L, authorized_before = 0L, spent_before = 0L }, tx).Select(row => (string)row.opcode).ToList(),
            CancellationToken.None);

        Assert.Contains("Insert", program);
        Assert.DoesNotContain(program, it => it is "IdxInsert" or "IdxDelete");
    }

    private static List<string> Plan(SqliteConnection db, string sql) => [.. db
        .Query($"EXPLAIN QUERY PLAN {sql}", new { txid = "", vout = 0, Time = 0, Height = 0, after = "", fee = 0, UntilTime = 0, UntilHeight = 0, channel = 0, Expiry.TimeThreshold })
        .Select(row => (string)row.detail)];
}
