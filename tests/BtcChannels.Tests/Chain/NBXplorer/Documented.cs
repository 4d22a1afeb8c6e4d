using System.Text.Json.Nodes;
using BtcChannels.Tests.NBXplorerApi;

namespace BtcChannels.Tests.Chain.Replay;

/// <summary>Exchanges that nobody recorded, as the server's own documentation has them (docs/API.md of dgarage/NBXplorer): a wallet with more addresses, and the look through all unspent outputs.</summary>
internal static class Documented
{
    private const string Wallet = "/v1/cryptos/BTC/derivations/tpubDC4TWnNj5kD1ztYyYmFqW3hUb7vRk6tafa9bgtcaVkZpwPGhsoqZcbXy2xkL4McqimfEkeCLmCY3pxmtRTQa75Gk2uM55Kf4XETt5e1BGKg";

    public static IReadOnlyList<Trace.Exchange> All { get; } =
    [
        Entry("track-more", "POST", Wallet, "", """{"derivationOptions":[{"feature":"Deposit","minAddresses":30,"maxAddresses":null}],"wait":true}""", 200, null),
        Entry("scan", "POST", Wallet + "/utxos/scan", "batchsize=1000&gaplimit=10000&from=0", null, 200, null),
        Entry("scan-twice", "POST", Wallet + "/utxos/scan", "batchsize=1000&gaplimit=10000&from=0", null, 409,
            """{"httpCode":409,"code":"scanutxoset-in-progress","message":"ScanUTXOSet has already been called for this derivationScheme","reason":null}"""),
        Entry("scan-queued", "GET", Wallet + "/utxos/scan", "", null, 200, """{"error":null,"queuedAt":1540439841,"status":"Queued","progress":null}"""),
        Entry("scan-pending", "GET", Wallet + "/utxos/scan", "", null, 200, """
            {"error":null,"queuedAt":1540439841,"status":"Pending","progress":{"startedAt":1540439841,"completedAt":null,"found":2,"batchNumber":9,"remainingBatches":1,"currentBatchProgress":50,
            "remainingSeconds":10,"overallProgress":91,"from":900,"count":100,"totalSearched":2700,"totalSizeOfUTXOSet":null,"highestKeyIndexFound":{"change":null,"deposit":51,"direct":null}}}
            """),
        Entry("scan-failed", "GET", Wallet + "/utxos/scan", "", null, 200, """{"error":"Scan already in progress","queuedAt":1540439841,"status":"Error","progress":null}"""),
        Entry("scan-unknown", "GET", Wallet + "/utxos/scan", "", null, 404,
            """{"httpCode":404,"code":"scanutxoset-info-not-found","message":"ScanUTXOSet has not been called with this derivationScheme of the result has expired","reason":null}"""),
    ];

    public static Trace.Exchange Named(string name) => All.Single(it => it.Name == name);

    private static Trace.Exchange Entry(string name, string method, string path, string query, string? body, int status, string? answer) =>
        new(name, method, path, query, body is null ? null : JsonNode.Parse(body), null, status, answer is null ? null : JsonNode.Parse(answer), [], []);
}
