using System.Text.Json;
using System.Text.Json.Nodes;

namespace BtcChannels.Tests.NBXplorerApi;

/// <summary>What was recorded of a running NBXplorer: requests and answers, in the order in which they were made.</summary>
internal static class Trace
{
    private static readonly Lazy<IReadOnlyList<Exchange>> s_all = new(() => [.. Read()]);

    public static IReadOnlyList<Exchange> All => s_all.Value;

    public static Exchange Named(string name) => All.Single(it => it.Name == name);

    /// <summary>What the real client sent when it was called, as the recorder wrote it down.</summary>
    public static IReadOnlyList<(string Call, IReadOnlyList<string> Requests, string Result)> ClientCalls(string name) =>
        [.. Json().Single(it => (string)it!["name"]! == name)!["data"]!.AsArray().Select(it => ((string)it!["call"]!, Texts(it["http"]), it["result"]!.ToString()))];

    private static IReadOnlyList<string> Texts(JsonNode? texts) => [.. texts!.AsArray().Select(it => (string)it!)];

    private static JsonArray Json() => JsonNode.Parse(File.ReadAllText(SharedFolder.File("nbxplorer/trace.json")))!.AsArray();

    private static IEnumerable<Exchange> Read()
    {
        foreach (var entry in Json())
        {
            if (entry!["request"] is not JsonObject request) continue;
            var response = entry["response"]!;
            yield return new Exchange(
                (string)entry["name"]!, (string)request["method"]!, (string)request["path"]!, (string?)request["query"] ?? "", request["body"]?.DeepClone(), (string?)request["bodyHex"],
                (int?)response["status"], response["body"]?.DeepClone(),
                [.. response["frames"]?.AsArray().Select(it => it!["json"]).OfType<JsonNode>() ?? []],
                [.. request["sent"]?.AsArray().OfType<JsonNode>() ?? []]);
        }
    }

    /// <param name="Status">Null where no HTTP answer came.</param>
    /// <param name="Frames">What came over a websocket.</param>
    /// <param name="Sent">What went over a websocket.</param>
    public sealed record Exchange(
        string Name, string Method, string Path, string Query, JsonNode? Body, string? BodyHex, int? Status, JsonNode? Answer, IReadOnlyList<JsonNode> Frames, IReadOnlyList<JsonNode> Sent)
    {
        /// <summary>The steps of the path, without version and currency.</summary>
        public string[] Steps => Path.Split('?')[0].Split('/', StringSplitOptions.RemoveEmptyEntries) is ["v1", "cryptos", not "connect", .. var rest] ? rest : Path.Split('?')[0].Split('/', StringSplitOptions.RemoveEmptyEntries);

        public bool IsJson(JsonValueKind kind) => Answer?.GetValueKind() == kind;
    }
}
