using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Web;
using NBitcoin;
using NBXplorer.DerivationStrategy;

namespace BtcChannels.Tests.Chain.Replay;

/// <summary>The answers of a <see cref="ReplayedServer"/>, in the recorded forms.</summary>
internal sealed class ServerAnswers(SimulatedNode node, ServerIndex index, ServerWallets wallets, IServedNode served)
{
    private static readonly (int, JsonNode?) s_nothing = (200, null);
    private static readonly (int, JsonNode?) s_unknown = (404, null);

    private int _groupsMade;

    /// <summary>Whether all commands pass (NBXPLORER_EXPOSERPC=1).</summary>
    public bool IsExposed { get; set; }

    public (int Status, JsonNode? Answer) To(string method, string path, string query, byte[] body)
    {
        var asked = HttpUtility.ParseQueryString(query);
        return (method, path.Split('/', StringSplitOptions.RemoveEmptyEntries)) switch
        {
            ("GET", ["v1", "cryptos", "BTC", "status"]) => (200, Status()),
            ("POST", ["v1", "cryptos", "BTC", "rpc"]) => Rpc(JsonNode.Parse(body)!),
            ("GET", ["v1", "cryptos", "BTC", "events"]) => (200, Events(long.Parse(asked["lastEventId"] ?? "0", CultureInfo.InvariantCulture), int.Parse(asked["limit"] ?? "100", CultureInfo.InvariantCulture))),
            ("GET", ["v1", "cryptos", "BTC", "events", "latest"]) => (200, new JsonArray([.. index.Events.TakeLast(int.Parse(asked["limit"]!, CultureInfo.InvariantCulture)).Select(it => (JsonNode)Json(it))])),
            ("POST", ["v1", "cryptos", "BTC", "addresses", var address]) => Track(address),
            ("GET", ["v1", "cryptos", "BTC", "addresses", var address, "transactions"]) => (200, Transactions(address)),
            ("GET", ["v1", "cryptos", "BTC", "addresses", var address, "utxos"]) => (200, Utxos($"ADDRESS:{address}", null)),
            ("POST", ["v1", "cryptos", "BTC", "derivations", var scheme]) => TrackWallet(Uri.UnescapeDataString(scheme), body.Length == 0 ? null : JsonNode.Parse(body)),
            ("GET", ["v1", "cryptos", "BTC", "derivations", var scheme, "utxos"]) => (200, Utxos($"DERIVATIONSCHEME:{Uri.UnescapeDataString(scheme)}", Uri.UnescapeDataString(scheme))),
            ("POST", ["v1", "cryptos", "BTC", "derivations", var scheme, "utxos", "scan"]) => Scan(Uri.UnescapeDataString(scheme), int.Parse(asked["gaplimit"]!, CultureInfo.InvariantCulture)),
            ("GET", ["v1", "cryptos", "BTC", "derivations", var scheme, "utxos", "scan"]) => ScanProgress(Uri.UnescapeDataString(scheme)),
            ("GET", ["v1", "cryptos", "BTC", "derivations", var scheme, "metadata", var name]) => wallets.Find(Uri.UnescapeDataString(scheme))?.Notes.GetValueOrDefault(name) is { } note ? (200, note) : s_unknown,
            ("POST", ["v1", "cryptos", "BTC", "derivations", var scheme, "metadata", var name]) => SetNote(Uri.UnescapeDataString(scheme), name, (string)JsonNode.Parse(body)!),
            ("POST", ["v1", "cryptos", "BTC", "transactions"]) => Broadcast(Transaction.Load(body, Network.RegTest), asked["testMempoolAccept"] == "True"),
            ("GET", ["v1", "cryptos", "BTC", "transactions", var txid]) => TransactionOf(uint256.Parse(txid)),
            ("GET", ["v1", "cryptos", "BTC", "fees", var target]) => Fees(int.Parse(target, CultureInfo.InvariantCulture)),
            ("POST", ["v1", "cryptos", "BTC", "rescan-utxos"]) => Import(JsonNode.Parse(body)!),
            ("POST", ["v1", "groups"]) => (200, Group(NewGroup())),
            ("GET", ["v1", "groups", var id]) => index.Groups.Contains(id) ? (200, Group(id)) : (404, Error(404, "group-not-found", "The group doesn't exist")),
            ("POST", ["v1", "cryptos", "BTC", "groups", var id, "addresses"]) => AddToGroup(id, JsonNode.Parse(body)!.AsArray()),
            _ => throw new InvalidOperationException($"Nobody has said what {method} {path} answers"),
        };
    }

    public JsonObject Json(ServerIndex.Event told) => told switch
    {
        ServerIndex.Event.NewBlock it => new JsonObject
        {
            ["eventId"] = it.Id, ["type"] = "newblock",
            ["data"] = new JsonObject
            {
                ["height"] = it.Block.Height, ["hash"] = it.Block.Hash.ToString(), ["previousBlockHash"] = it.Block.Previous!.ToString(), ["confirmations"] = index.Confirmations(it.Block), ["cryptoCode"] = "BTC",
            },
        },
        ServerIndex.Event.NewTransaction it => new JsonObject
        {
            ["eventId"] = it.Id, ["type"] = "newtransaction",
            ["data"] = new JsonObject
            {
                ["blockId"] = it.Block?.Hash.ToString(), ["trackedSource"] = it.Source, ["transactionData"] = Result(it.Known.Transaction, it.Block, it.Known.SeenAt, isTracked: true),
                ["inputs"] = Inputs(it.Known.Transaction, script => index.IsOf(it.Source, script)), ["outputs"] = Outputs(it.Known.Transaction, script => index.IsOf(it.Source, script)),
                ["replacing"] = new JsonArray(), ["cryptoCode"] = "BTC",
            },
        },
        _ => throw new InvalidOperationException(),
    };

    private JsonObject Status() => new()
    {
        ["bitcoinStatus"] = !node.IsUp ? null : new JsonObject
        {
            ["blocks"] = node.Tip.Height, ["headers"] = node.Tip.Height, ["verificationProgress"] = 1.0, ["isSynched"] = true, ["incrementalRelayFee"] = 1.0, ["minRelayTxFee"] = 1.0,
            ["externalAddresses"] = new JsonArray(),
            ["capabilities"] = new JsonObject { ["canScanTxoutSet"] = true, ["canSupportSegwit"] = true, ["canSupportTaproot"] = true, ["canSupportTransactionCheck"] = true },
        },
        ["isFullySynched"] = node.IsUp && node.Tip.Height - index.SyncHeight <= 2, ["chainHeight"] = node.IsUp ? node.Tip.Height : 0, ["syncHeight"] = index.SyncHeight,
        ["instanceName"] = "", ["networkType"] = "Regtest", ["cryptoCode"] = "BTC", ["supportedCryptoCodes"] = new JsonArray("BTC"), ["version"] = "2.6.7.0",
    };

    private JsonArray Events(long after, int limit) => new([.. index.Events.Where(it => it.Id > after).Take(limit).Select(it => (JsonNode)Json(it))]);

    private (int, JsonNode?) Track(string address)
    {
        index.Track(BitcoinAddress.Create(address, Network.RegTest).ScriptPubKey, $"ADDRESS:{address}");
        return s_nothing;
    }

    private (int, JsonNode?) TrackWallet(string scheme, JsonNode? request)
    {
        var more = request?["derivationOptions"]?.AsArray().ToDictionary(it => Enum.Parse<DerivationFeature>((string)it!["feature"]!), it => (int)it!["minAddresses"]!) ?? [];
        wallets.Track(scheme, more);
        return s_nothing;
    }

    private (int, JsonNode?) SetNote(string scheme, string name, string value)
    {
        if (wallets.Find(scheme) is not { } wallet) return (500, null);
        wallet.Notes[name] = value;
        return s_nothing;
    }

    private (int, JsonNode?) Scan(string scheme, int gap) =>
        !node.IsUp ? Unavailable()
        : wallets.TryScan(scheme, gap) ? s_nothing
        : (409, Error(409, "scanutxoset-in-progress", "ScanUTXOSet has already been called for this derivationScheme"));

    private (int, JsonNode?) ScanProgress(string scheme) => wallets.Progress(scheme) is not var (status, fault, queuedAt)
        ? (404, Error(404, "scanutxoset-info-not-found", "ScanUTXOSet has not been called with this derivationScheme of the result has expired"))
        : (200, new JsonObject { ["error"] = fault, ["queuedAt"] = queuedAt, ["status"] = status, ["progress"] = null });

    private JsonObject Utxos(string source, string? scheme)
    {
        var (confirmed, unconfirmed) = index.OutputsOf(source);
        var wallet = scheme is null ? null : wallets.Find(scheme);
        JsonArray List(IEnumerable<(OutPoint OutPoint, TxOut Output, ServerIndex.Known Known)> some) => new([.. some.Select(it => (JsonNode)Utxo(it.OutPoint, it.Output, it.Known, wallet))]);
        JsonObject Change(JsonArray utxos, IEnumerable<OutPoint> spent) => new()
        {
            ["utxOs"] = utxos, ["spentOutpoints"] = new JsonArray([.. spent.Select(it => (JsonNode)Convert.ToHexStringLower(it.ToBytes()))]),
        };
        var answer = new JsonObject { ["trackedSource"] = source };
        if (scheme is not null) answer["derivationStrategy"] = scheme;
        answer["currentHeight"] = index.SyncHeight;
        answer["unconfirmed"] = Change(List(unconfirmed.Where(it => !index.IsSpentUnconfirmed(it.OutPoint))), confirmed.Select(it => it.OutPoint).Where(index.IsSpentUnconfirmed));
        answer["spentUnconfirmed"] = List(unconfirmed.Where(it => index.IsSpentUnconfirmed(it.OutPoint)));
        answer["confirmed"] = Change(List(confirmed), []);
        return answer;
    }

    private JsonObject Utxo(OutPoint outPoint, TxOut output, ServerIndex.Known known, ServerWallets.Wallet? wallet)
    {
        var utxo = new JsonObject
        {
            ["outpoint"] = Convert.ToHexStringLower(outPoint.ToBytes()), ["index"] = (int)outPoint.N, ["transactionHash"] = outPoint.Hash.ToString(), ["scriptPubKey"] = output.ScriptPubKey.ToHex(),
            ["address"] = output.ScriptPubKey.GetDestinationAddress(Network.RegTest)!.ToString(), ["value"] = output.Value.Satoshi, ["timestamp"] = known.SeenAt, ["confirmations"] = index.Confirmations(known.Block), ["keyIndex"] = 0,
        };
        if (wallet is null) return utxo;
        var (feature, at) = wallet.Keys[output.ScriptPubKey];
        (utxo["feature"], utxo["keyPath"], utxo["keyIndex"]) = (feature.ToString(), string.Create(CultureInfo.InvariantCulture, $"{(int)feature}/{at}"), at);
        return utxo;
    }

    private string NewGroup()
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"Group{++_groupsMade}");
        index.Groups.Add(id);
        return id;
    }

    private static JsonObject Group(string id) => new() { ["trackedSource"] = $"GROUP:{id}", ["groupId"] = id, ["children"] = new JsonArray() };

    private (int, JsonNode?) AddToGroup(string id, JsonArray addresses)
    {
        if (!index.Groups.Contains(id)) return (500, null);
        foreach (var address in addresses) index.Track(BitcoinAddress.Create((string)address!, Network.RegTest).ScriptPubKey, $"GROUP:{id}");
        return s_nothing;
    }

    private (int, JsonNode?) Import(JsonNode body)
    {
        if (!node.IsUp) return Unavailable();
        foreach (var text in body["utxos"]!.AsArray()) index.Import(OutPoint.Parse((string)text!));
        return s_nothing;
    }

    private (int, JsonNode?) Broadcast(Transaction transaction, bool isTest)
    {
        if (!node.IsUp) return Unavailable();
        if (isTest) return (200, Refusal(served.Judge(transaction) is { } no ? (no.Code == -27 ? -25 : no.Code, no.Reason, no.Code is -25 or -27 || no.Reason == "non-final" ? null : "Transaction was rejected by network rules") : null));
        var refused = served.Send(transaction);
        if (refused is null or { Reason: "txn-already-in-mempool" })
        {
            index.Submit(transaction);
            return (200, Refusal(null));
        }
        return (200, Refusal(refused.Value.Code switch
        {
            -27 => (-27, "Transaction already in chain", "Transaction outputs already in utxo set"),
            -25 => (-25, "General error during transaction submission", refused.Value.Reason == "missing-inputs" ? "bad-txns-inputs-missingorspent" : refused.Value.Reason),
            _ => (-26, "Transaction was rejected by network rules", refused.Value.Reason),
        }));
    }

    private static JsonObject Refusal((int Code, string Word, string? Message)? no) => new()
    {
        ["success"] = no is null, ["rpcCode"] = no?.Code, ["rpcCodeMessage"] = no?.Word, ["rpcMessage"] = no?.Message,
    };

    private (int, JsonNode?) Fees(int target) =>
        !node.IsUp ? Unavailable()
        : node.Estimate is { } estimate ? (200, new JsonObject { ["feeRate"] = estimate, ["blockCount"] = target })
        : (400, Error(400, "fee-estimation-unavailable", "It is currently impossible to estimate fees, please try again later."));

    private (int, JsonNode?) TransactionOf(uint256 txid)
    {
        if (index.Find(txid) is { } known) return (200, Result(known.Transaction, known.Block, known.SeenAt, isTracked: true));
        if (!node.IsUp) return s_unknown;
        if (node.InMempool(txid) is { } waiting) return (200, Result(waiting, null, 0, isTracked: false));
        return node.InBlock(txid) is var (transaction, block) ? (200, Result(transaction, block, block.Time, isTracked: false)) : s_unknown;
    }

    private JsonObject Result(Transaction transaction, SimulatedNode.Block? block, long seenAt, bool isTracked) => new()
    {
        ["confirmations"] = index.Confirmations(block), ["blockId"] = block?.Hash.ToString(), ["transactionHash"] = isTracked ? transaction.GetHash().ToString() : null, ["transaction"] = transaction.ToHex(),
        ["height"] = block?.Height, ["timestamp"] = seenAt, ["replacedBy"] = null, ["metadata"] = isTracked ? Metadata(transaction) : null,
    };

    private JsonObject Metadata(Transaction transaction)
    {
        var (size, fees) = (transaction.GetVirtualSize(), node.FeeOf(transaction));
        return new JsonObject { ["vsize"] = size, ["fees"] = fees, ["feeRate"] = decimal.Round((decimal)fees / size, 3), ["chunk"] = null };
    }

    private JsonObject Transactions(string address)
    {
        var script = BitcoinAddress.Create(address, Network.RegTest).ScriptPubKey;
        // What is tracked by a group alone is not tracked by itself.
        var all = index.IsTracked(script, $"ADDRESS:{address}") ? index.Of(script).ToList() : [];
        JsonObject Set(IEnumerable<ServerIndex.Known> some) => new() { ["transactions"] = new JsonArray([.. some.Select(it => (JsonNode)Information(it, script))]) };
        return new JsonObject
        {
            ["height"] = index.SyncHeight,
            ["confirmedTransactions"] = Set(all.Where(it => it.Block is not null).OrderByDescending(it => it.Block!.Height)), ["unconfirmedTransactions"] = Set(all.Where(it => it.Block is null)),
            ["immatureTransactions"] = Set([]), ["replacedTransactions"] = Set([]),
        };
    }

    private JsonObject Information(ServerIndex.Known it, Script script) => new()
    {
        ["blockHash"] = it.Block?.Hash.ToString(), ["confirmations"] = index.Confirmations(it.Block), ["height"] = it.Block?.Height, ["isMature"] = true, ["transactionId"] = it.Transaction.GetHash().ToString(),
        ["transaction"] = it.Transaction.ToHex(), ["outputs"] = Outputs(it.Transaction, other => other == script), ["inputs"] = Inputs(it.Transaction, other => other == script), ["timestamp"] = it.SeenAt,
        ["balanceChange"] = it.Transaction.Outputs.Where(output => output.ScriptPubKey == script).Sum(output => output.Value.Satoshi) - index.InputsOf(it.Transaction, other => other == script).Sum(input => input.Output.Value.Satoshi),
        ["replacedBy"] = null, ["replacing"] = null, ["replaceable"] = false, ["metadata"] = Metadata(it.Transaction),
    };

    private static JsonArray Outputs(Transaction transaction, Func<Script, bool> isWanted) => new(
        [.. transaction.Outputs.Select((it, i) => (it, i)).Where(each => isWanted(each.it.ScriptPubKey)).Select(each => (JsonNode)new JsonObject
        {
            ["scriptPubKey"] = each.it.ScriptPubKey.ToHex(), ["index"] = each.i, ["keyIndex"] = 0, ["feature"] = null, ["value"] = each.it.Value.Satoshi,
            ["address"] = each.it.ScriptPubKey.GetDestinationAddress(Network.RegTest)!.ToString(),
        })]);

    private JsonArray Inputs(Transaction transaction, Func<Script, bool> isWanted) => new(
        [.. index.InputsOf(transaction, isWanted).Select(each => (JsonNode)new JsonObject
        {
            ["inputIndex"] = each.Index, ["transactionId"] = each.OutPoint.Hash.ToString(), ["scriptPubKey"] = each.Output.ScriptPubKey.ToHex(), ["index"] = (int)each.OutPoint.N, ["keyIndex"] = 0, ["feature"] = null,
            ["value"] = each.Output.Value.Satoshi, ["address"] = each.Output.ScriptPubKey.GetDestinationAddress(Network.RegTest)!.ToString(),
        })]);

    private (int, JsonNode?) Rpc(JsonNode request)
    {
        var method = (string)request["method"]!;
        if (!IsExposed && !RecordedShapes.Instance.Passes(method)) return (401, Error(401, "json-rpc-not-exposed", $"JSON-RPC is not configured to be exposed. Only the following methods are available: {method}"));
        if (!node.IsUp) return Unavailable();
        var parameters = request["params"]!.AsArray();
        try
        {
            return (200, new JsonObject { ["result"] = served.Run(method, parameters) });
        }
        catch (SimulatedCommands.RefusedException refused)
        {
            return (200, new JsonObject { ["error"] = new JsonObject { ["code"] = refused.Code, ["message"] = refused.Message } });
        }
    }

    private static (int, JsonNode?) Unavailable() => (400, Error(400, "rpc-unavailable", "The RPC interface is currently not available."));

    private static JsonObject Error(int status, string code, string message) => new() { ["httpCode"] = status, ["code"] = code, ["message"] = message, ["reason"] = null };
}
