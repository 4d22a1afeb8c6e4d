using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using BtcChannels.Tests.Chain.Replay;
using global::NBitcoin;
using NBXplorer;
using NBXplorer.Json;
using NBXplorer.Models;

namespace BtcChannels.Tests.NBXplorerApi;

/// <summary>Every answer that was recorded and that the client can receive is read without loss: written again, it is the same.</summary>
public class RecordedAnswerTests
{
    private static readonly NBXplorerNetwork s_network = new NBXplorerNetworkProvider(ChainName.Regtest).GetBTC();

    public static TheoryData<string> Answers => SharedFolder.Path is null ? [] : [.. Trace.All.Where(it => it.Answer is not null && TypeOf(it) is not null).Select(it => it.Name)];

    public static TheoryData<string> Events => SharedFolder.Path is null ? [] : [.. Trace.All.Where(it => EventsOf(it).Any()).Select(it => it.Name)];

    [SharedTheory, MemberData(nameof(Answers))]
    public void An_answer_is_read_without_loss(string name)
    {
        var recorded = Trace.Named(name);
        var read = JsonSerializer.Deserialize(recorded.Answer!.ToJsonString(), TypeOf(recorded)!, s_network.Serializer.Options);
        AssertSame(recorded.Answer, JsonSerializer.SerializeToNode(read, TypeOf(recorded)!, s_network.Serializer.Options), "");
    }

    [SharedTheory, MemberData(nameof(Events))]
    public void An_event_is_read_without_loss(string name)
    {
        foreach (var told in EventsOf(Trace.Named(name)))
            AssertSame(told, EventJson.Write(EventJson.Read(told.Deserialize<JsonElement>(), s_network.Serializer.Options), s_network.Serializer.Options), "");
    }

    [Theory]
    [InlineData("scan-queued")]
    [InlineData("scan-pending")]
    [InlineData("scan-failed")]
    public void How_far_a_look_through_all_unspent_outputs_is_is_read_as_documented(string name)
    {
        var documented = Documented.Named(name).Answer!;
        var read = JsonSerializer.Deserialize<ScanUTXOInformation>(documented.ToJsonString(), s_network.Serializer.Options)!;
        Assert.Equal(((string?)documented["status"], (string?)documented["error"]), (read.Status.ToString(), read.Error));
        if (read.Progress is { } progress)
            Assert.Equal((91, 2, 51), (progress.OverallProgress, progress.Found, progress.HighestKeyIndexFound[NBXplorer.DerivationStrategy.DerivationFeature.Deposit]));
    }

    [SharedFact]
    public void Nothing_recorded_is_left_out_but_what_the_client_cannot_ask_for()
    {
        var others = Trace.All.Where(it => it.Answer is not null && TypeOf(it) is null && !EventsOf(it).Any() && it.Answer is not JsonArray { Count: 0 });
        Assert.All(others, it => Assert.True(
            it.Steps is ["health"] or ["rpc"] or [.., "metadata", _] or ["derivations"] || (it.Steps is ["derivations", _, "scripts", ..]), $"{it.Name} has no type"));
        Assert.True(Answers.Count > 150, $"Only {Answers.Count} answers");
    }

    private static Type? TypeOf(Trace.Exchange it) => it.Status switch
    {
        200 => it.Steps switch
        {
            ["status"] => typeof(StatusResult),
            [.., "utxos"] => typeof(UTXOChanges),
            [.., "balance"] => typeof(GetBalanceResponse),
            ["transactions"] => typeof(BroadcastResult),
            ["transactions", _] => typeof(TransactionResult),
            [_, _, "transactions"] => typeof(GetTransactionsResponse),
            [_, _, "transactions", _] => typeof(TransactionInformation),
            ["fees", _] => typeof(GetFeeRateResult),
            ["v1", "groups", ..] when !it.Steps.Contains("metadata") => typeof(GroupInformation),
            [.., "addresses", "unused"] => typeof(KeyPathInformation),
            ["scripts", _] => typeof(KeyPathInformation[]),
            ["derivations", _, "scripts", _] => typeof(KeyPathInformation),
            _ => null,
        },
        >= 400 => it.IsJson(JsonValueKind.Object) && it.Answer!["httpCode"] is not null ? typeof(NBXplorerError) : null,
        _ => null,
    };

    private static IEnumerable<JsonNode> EventsOf(Trace.Exchange it) => it.Steps[0] == "events" && it.Answer is JsonArray page ? page.OfType<JsonNode>() : it.Frames;

    private static void AssertSame(JsonNode? recorded, JsonNode? written, string at)
    {
        switch (recorded)
        {
            case JsonObject members:
                Assert.True(written is JsonObject, $"{at}: no object");
                Assert.True(members.Select(it => it.Key).Order().SequenceEqual(((JsonObject)written!).Select(it => it.Key).Order()),
                    $"{at}: {string.Join(' ', members.Select(it => it.Key).Order())}, written {string.Join(' ', ((JsonObject)written!).Select(it => it.Key).Order())}");
                foreach (var (name, member) in members) AssertSame(member, written[name], $"{at}.{name}");
                break;
            case JsonArray items:
                Assert.Equal(items.Count, ((JsonArray)written!).Count);
                for (var i = 0; i < items.Count; i++) AssertSame(items[i], written[i], string.Create(CultureInfo.InvariantCulture, $"{at}[{i}]"));
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.Number:
                Assert.True(decimal.Parse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture) == decimal.Parse(written!.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture), $"{at}: {value}, written {written}");
                break;
            default:
                Assert.True(recorded?.ToJsonString() == written?.ToJsonString(), $"{at}: {recorded?.ToJsonString()}, written {written?.ToJsonString()}");
                break;
        }
    }
}
