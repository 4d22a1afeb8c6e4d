using System.Text.Json;
using System.Text.Json.Nodes;
using BtcChannels.Tests.NBXplorerApi;

namespace BtcChannels.Tests.Chain.Replay;

/// <summary>
/// What the recorded exchanges explain, and those few that are <see cref="Documented"/> instead: for each kind of request the queries, bodies and answers that were seen, by their members and the kinds of their values. What a
/// command to the node answers is the node's matter; which commands pass the notes say.
/// </summary>
internal sealed class RecordedShapes
{
    private static readonly Lazy<RecordedShapes> s_instance = new(() => new());

    private readonly Dictionary<string, Seen> _seen = [];
    private readonly Shape _events = new();   // one and the same, whichever way they come
    private readonly HashSet<string> _commands;

    private RecordedShapes()
    {
        foreach (var it in Trace.All.Concat(Documented.All)) Add(it);
        foreach (var request in Trace.ClientCalls("client-method-map").SelectMany(it => it.Requests))
        {
            var words = request.Split(' ');
            var path = words[1].Split('?');
            Of(words[0], path[0]).Queries.Add(Keys(path.ElementAtOrDefault(1) ?? ""));
            if (request.Contains("body=[", StringComparison.Ordinal) || request.Contains("body={", StringComparison.Ordinal))
                Of(words[0], path[0]).Bodies.Learn(JsonNode.Parse(request[(request.IndexOf("body=", StringComparison.Ordinal) + 5)..request.IndexOf(" Content-Type", StringComparison.Ordinal)]));
        }
        var notes = File.ReadAllText(SharedFolder.File("nbxplorer/notes.md"));
        const string before = "Without NBXPLORER_EXPOSERPC only: ";
        var list = notes[(notes.IndexOf(before, StringComparison.Ordinal) + before.Length)..];
        _commands = [.. list[..list.IndexOf(';')].Split(',', StringSplitOptions.TrimEntries)];
    }

    public static RecordedShapes Instance => s_instance.Value;

    public bool Passes(string command) => _commands.Contains(command);

    /// <returns>What of it was never seen; null where all was.</returns>
    public string? Unexplained(string method, string path, string query, byte[] body, string? contentType)
    {
        if (!_seen.TryGetValue(Template(method, path), out var seen)) return $"no {Template(method, path)} was recorded";
        if (!seen.Queries.Contains(Keys(query))) return $"no {Template(method, path)} was recorded with the query {query}";
        if (contentType == "application/octet-stream") return seen.HasBytes ? null : $"no {Template(method, path)} was recorded with bytes";
        if (body.Length == 0) return seen.HasNone ? null : $"no {Template(method, path)} was recorded without a body";
        return seen.Bodies.Unlike(JsonNode.Parse(body), "") is { } unlike ? $"the body of {Template(method, path)} is not as recorded: {unlike}" : null;
    }

    /// <summary>The same of an answer.</summary>
    public string? UnexplainedAnswer(string method, string path, int status, JsonNode? answer)
    {
        if (!_seen.TryGetValue(Template(method, path), out var seen) || !seen.Answers.TryGetValue(status, out var shape)) return $"no {status} of {Template(method, path)} was recorded";
        // What commands answer is the node's; of the envelope, result and error were seen.
        if (path.EndsWith("/rpc", StringComparison.Ordinal) && status == 200) return answer is JsonObject envelope && (envelope.ContainsKey("result") || envelope.ContainsKey("error")) ? null : "no JSON-RPC";
        if (IsEvents(path) && status == 200) return answer!.AsArray().Select(it => _events.Unlike(it, "")).FirstOrDefault(it => it is not null) is { } strange ? $"an event is not as recorded: {strange}" : null;
        return shape.Unlike(answer, "") is { } unlike ? $"the answer {status} of {Template(method, path)} is not as recorded: {unlike}" : null;
    }

    /// <summary>The same of what goes over a websocket.</summary>
    public string? UnexplainedFrame(string way, JsonNode? frame) =>
        (frame!["eventId"] is null ? _seen[Template("WEBSOCKET", way)].Sent : _events).Unlike(frame, "") is { } unlike ? $"a frame of {way} is not as recorded: {unlike}" : null;

    private static bool IsEvents(string path) => path.EndsWith("/events", StringComparison.Ordinal) || path.EndsWith("/events/latest", StringComparison.Ordinal);

    private void Add(Trace.Exchange it)
    {
        var seen = Of(it.Method, it.Path.Split('?')[0]);
        seen.Queries.Add(Keys(it.Query));
        if (it.BodyHex is not null) seen.HasBytes = true;
        else if (it.Body is null) seen.HasNone = true;
        else if (it.Status < 400) seen.Bodies.Learn(it.Body);
        foreach (var told in it.Frames.Concat(IsEvents(it.Path) && it.Answer is JsonArray page ? page.OfType<JsonNode>() : [])) _events.Learn(told);
        foreach (var sent in it.Sent) seen.Sent.Learn(sent);
        if (it.Status is { } status)
        {
            if (!seen.Answers.TryGetValue(status, out var shape)) seen.Answers.Add(status, shape = new Shape());
            shape.Learn(it.Answer);
        }
    }

    private Seen Of(string method, string path)
    {
        var template = Template(method, path);
        if (!_seen.TryGetValue(template, out var seen)) _seen.Add(template, seen = new Seen());
        return seen;
    }

    /// <summary>A path without what names one thing: lists of an address and of a group are of one kind.</summary>
    private static string Template(string method, string path)
    {
        var steps = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 1; i < steps.Length; i++)
            if (steps[i - 1] is "addresses" or "transactions" or "groups" or "fees" or "derivations" or "scripts" or "metadata" && steps[i] is not "unused") steps[i] = "*";
        var at = Array.FindIndex(steps, it => it is "addresses" or "groups");
        if (steps is ["v1", "cryptos", _, "addresses" or "groups", "*", "utxos" or "transactions" or "balance", ..]) steps[at] = "source";
        return $"{method} /{string.Join('/', steps).ToLowerInvariant()}";
    }

    private static string Keys(string query) => string.Join(' ', query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(it => it.Split('=')[0]).Order(StringComparer.Ordinal));

    private sealed class Seen
    {
        public HashSet<string> Queries { get; } = [];

        public bool HasNone { get; set; }

        public bool HasBytes { get; set; }

        public Shape Bodies { get; } = new();

        public Dictionary<int, Shape> Answers { get; } = [];

        public Shape Sent { get; } = new();
    }

    private sealed class Shape
    {
        private readonly HashSet<string> _kinds = [];

        public void Learn(JsonNode? node) => Walk(node, "", kind =>
        {
            _kinds.Add(kind);
            return true;
        });

        public string? Unlike(JsonNode? node, string at)
        {
            string? first = null;
            Walk(node, at, kind =>
            {
                if (!_kinds.Contains(kind)) first ??= kind;
                return first is null;
            });
            return first;
        }

        private static bool Walk(JsonNode? node, string at, Func<string, bool> visit) => node switch
        {
            null => visit($"{at} null"),
            JsonObject members => visit($"{at} {{{string.Join(' ', members.Select(it => it.Key).Order(StringComparer.Ordinal))}}}") && members.All(it => Walk(it.Value, $"{at}.{it.Key}", visit)),
            JsonArray items => visit($"{at} []") && items.All(it => Walk(it, $"{at}[]", visit)),
            _ => visit($"{at} {Kind(node.GetValueKind())}"),
        };

        private static string Kind(JsonValueKind kind) => kind is JsonValueKind.True or JsonValueKind.False ? "bool" : kind.ToString();
    }
}
