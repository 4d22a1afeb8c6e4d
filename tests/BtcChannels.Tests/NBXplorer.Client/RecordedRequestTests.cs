using System.Net;
using BtcChannels.Tests.Chain.Replay;
using global::NBitcoin;
using NBXplorer;
using NBXplorer.DerivationStrategy;
using NBXplorer.Models;

namespace BtcChannels.Tests.NBXplorerApi;

/// <summary>What the client sends is what the real one was seen to send for the same call.</summary>
public class RecordedRequestTests
{
    private static readonly NBXplorerNetwork s_network = new NBXplorerNetworkProvider(ChainName.Regtest).GetBTC();
    private static readonly TrackedSource s_address = TrackedSource.Create(BitcoinAddress.Create("mkTVoacevb1zvonKkf4nbKQ8o5FduRhPYE", Network.RegTest));
    private static readonly uint256 s_txid = uint256.Parse("b0586da18538ca56c0b05c439bcf2ccc174dc5d5f9d657d38ddfb35c92ebe081");

    private static readonly DerivationStrategyBase s_wallet = s_network.DerivationStrategyFactory.CreateDirectDerivationStrategy(
        new BitcoinExtPubKey("tpubD6NzVbkrYhZ4XpTS3t9ThsMxNpEH6i5vjzDVjCLjdbyQxKWk1V8HBbBKNHWPpoG3SgVjLKZ7JMwC3F1YS2zJT9Bn1irN6Zuv69YzDrw9FUA", Network.RegTest),
        new DerivationStrategyOptions { ScriptPubKeyType = ScriptPubKeyType.Legacy });

    private const string Group = "2WpSBvwMnawLBstjUb";

    private static readonly Transaction s_transaction = Network.RegTest.CreateTransaction();

    private static readonly Dictionary<string, Func<ExplorerClient, Task>> s_calls = new()
    {
        ["GetStatusAsync()"] = it => it.GetStatusAsync(),
        ["IsTrackedAsync(TrackedSource)"] = it => it.IsTrackedAsync(s_address),
        ["TrackAsync(TrackedSource)"] = it => it.TrackAsync(s_address),
        ["IsTrackedAsync(TrackedSource) after"] = it => it.IsTrackedAsync(s_address),
        ["LongPollingNotificationSession.NextEventAsync()"] = it => it.CreateLongPollingNotificationSession(197).NextEventAsync(),
        ["GetEventsAsync(lastEventId, limit, longPolling)"] = it => it.CreateLongPollingNotificationSession().GetEventsAsync(197, 10),
        ["GetLatestEventsAsync(3)"] = it => it.CreateLongPollingNotificationSession().GetLatestEventsAsync(3),
        ["GetTransactionAsync(txid)"] = it => it.GetTransactionAsync(s_txid),
        ["GetTransactionAsync(unknown)"] = it => it.GetTransactionAsync(uint256.Parse(new string('3', 64))),
        ["GetUTXOsAsync(TrackedSource)"] = it => it.GetUTXOsAsync(s_address),
        ["GetUTXOsAsync(TrackedSource).GetUnspentCoins(minConf 1)"] = it => it.GetUTXOsAsync(s_address),
        ["GetUTXOsAsync(TrackedSource).GetUnspentCoins()"] = it => it.GetUTXOsAsync(s_address),
        ["GetTransactionsAsync(TrackedSource)"] = it => it.GetTransactionsAsync(s_address),
        ["GetTransactionAsync(TrackedSource, txid)"] = it => it.GetTransactionAsync(s_address, s_txid),
        ["GetTransactionAsync(TrackedSource, unknown)"] = it => it.GetTransactionAsync(s_address, uint256.One),
        ["GetBalanceAsync(BitcoinAddress)"] = it => it.GetBalanceAsync(((AddressTrackedSource)s_address).Address),
        ["BroadcastAsync(tx, testMempoolAccept: true)"] = it => it.BroadcastAsync(s_transaction, true),
        ["BroadcastAsync(tx)"] = it => it.BroadcastAsync(s_transaction),
        ["BroadcastAsync(missing inputs)"] = it => it.BroadcastAsync(s_transaction),
        ["GetFeeRateAsync(6)"] = it => it.GetFeeRateAsync(6),
        ["GetFeeRateAsync(6, fallback)"] = it => it.GetFeeRateAsync(6, new FeeRate(7m)),
        ["CreateGroupAsync()"] = it => it.CreateGroupAsync(),
        ["AddGroupAddressAsync(cryptoCode, groupId, string[])"] = it => it.AddGroupAddressAsync("BTC", Group, ["mkTVoacevb1zvonKkf4nbKQ8o5FduRhPYE"]),
        ["AddGroupChildrenAsync(groupId, GroupChild[])"] = it => it.AddGroupChildrenAsync(Group, [new GroupChild { CryptoCode = "BTC", TrackedSource = s_address.ToString()! }]),
        ["GetGroupAsync(groupId)"] = it => it.GetGroupAsync(Group),
        ["GetGroupAsync(unknown)"] = it => it.GetGroupAsync("nope"),
        ["GetUTXOsAsync(GroupTrackedSource)"] = it => it.GetUTXOsAsync(new GroupTrackedSource(Group)),
        ["TrackAsync(DerivationStrategyBase)"] = it => it.TrackAsync(s_wallet),
        ["TrackAsync(DerivationStrategyBase, TrackWalletRequest{Wait=true})"] = it => it.TrackAsync(s_wallet, new TrackWalletRequest { Wait = true }),
        ["GetUnusedAsync(ds, Deposit, skip 0, reserve true)"] = it => it.GetUnusedAsync(s_wallet, DerivationFeature.Deposit, 0, true),
        ["GetUTXOsAsync(DerivationStrategyBase)"] = it => it.GetUTXOsAsync(s_wallet),
        ["GetKeyInformationsAsync(script)"] = it => it.GetKeyInformationsAsync(((AddressTrackedSource)s_address).ScriptPubKey),
        ["RescanAsync(RescanRequest)"] = it => it.RescanAsync(new RescanRequest { Transactions = [new() { TransactionId = uint256.One }] }),
        ["TrackAsync with LTC client"] = it => it.GetStatusAsync(),
        ["IncludeTransaction=false; GetTransactionAsync(txid)"] = it =>
        {
            it.IncludeTransaction = false;
            return it.GetTransactionAsync(s_txid);
        },
    };

    public static TheoryData<string> Calls => SharedFolder.Path is null ? [] : [.. Trace.ClientCalls("client-method-map").Where(it => it.Requests.Count > 0 && !it.Call.Contains("LTC", StringComparison.Ordinal)).Select(it => it.Call)];

    [SharedTheory, MemberData(nameof(Calls))]
    public async Task A_call_sends_what_the_real_client_sent(string call)
    {
        var recorded = Trace.ClientCalls("client-method-map").Single(it => it.Call == call).Requests.Single();
        // An event ends a long poll; all others can do with an answer that says nothing.
        var body = recorded.Contains("longPolling", StringComparison.Ordinal) ? Trace.Named("events-longpolling-with-backlog").Answer!.ToJsonString() : recorded.Contains("/events", StringComparison.Ordinal) ? "[]" : "null";
        using var server = new AnsweringHandler(_ => (HttpStatusCode.OK, body));

        await s_calls[call](Client(server));

        Assert.Equal(recorded[..recorded.LastIndexOf(" -> ", StringComparison.Ordinal)], Assert.Single(server.Requests).Recorded);
    }

    [SharedFact]
    public async Task Outputs_to_import_are_named_as_the_recorded_request_names_them()
    {
        var recorded = Trace.Named("late3-rescan-utxos");
        using var server = new AnsweringHandler(_ => (HttpStatusCode.OK, ""));
        await Client(server).ImportUTXOs("BTC", new ImportUTXORequest { Utxos = [OutPoint.Parse((string)recorded.Body!["utxos"]![0]!)] });
        var sent = Assert.Single(server.Requests);
        Assert.Equal((recorded.Method, recorded.Path, recorded.Body.ToJsonString()), (sent.Method, sent.Path, sent.Text));
    }

    [Fact]
    public async Task A_look_through_all_unspent_outputs_is_asked_for_as_documented()
    {
        var documented = Documented.Named("scan");
        using var server = new AnsweringHandler(_ => (HttpStatusCode.OK, ""));
        await Client(server).ScanUTXOSetAsync(s_network.DerivationStrategyFactory.Parse(documented.Path.Split('/')[5]), 1_000, 10_000, 0);
        await Client(server).GetScanUTXOSetInformationAsync(s_network.DerivationStrategyFactory.Parse(documented.Path.Split('/')[5]));
        Assert.Equal([("POST", $"{documented.Path}?{documented.Query}", (byte[]?)null), ("GET", documented.Path, null)], server.Requests.Select(it => (it.Method, it.Path, it.Body)));
    }

    [Fact]
    public async Task More_addresses_of_a_wallet_are_asked_for_as_documented()
    {
        var documented = Documented.Named("track-more");
        using var server = new AnsweringHandler(_ => (HttpStatusCode.OK, ""));
        var option = new TrackDerivationOption { Feature = DerivationFeature.Deposit, MinAddresses = 30 };
        await Client(server).TrackAsync(s_network.DerivationStrategyFactory.Parse(documented.Path.Split('/')[5]), new TrackWalletRequest { DerivationOptions = [option], Wait = true });
        var sent = Assert.Single(server.Requests);
        Assert.Equal((documented.Path, documented.Body!.ToJsonString()), (sent.Path, sent.Text));
    }

    [SharedTheory]
    [InlineData("derivation-segwit-metadata-get", "v")]
    [InlineData("derivation-segwit-metadata-missing", null)]
    public async Task A_note_of_a_wallet_is_asked_for_as_recorded(string name, string? value)
    {
        var recorded = Trace.Named(name);
        using var server = new AnsweringHandler(_ => ((HttpStatusCode)recorded.Status!.Value, recorded.Answer?.ToJsonString() ?? ""));
        Assert.Equal(value, await Client(server).GetMetadataAsync<string>(s_network.DerivationStrategyFactory.Parse(recorded.Path.Split('/')[5]), recorded.Path.Split('/')[^1]));
        Assert.Equal((recorded.Method, recorded.Path), (server.Requests[0].Method, server.Requests[0].Path));
    }

    [SharedFact]
    public async Task A_note_of_a_wallet_is_made_as_recorded()
    {
        var recorded = Trace.Named("derivation-segwit-metadata-set");
        using var server = new AnsweringHandler(_ => (HttpStatusCode.OK, ""));
        await Client(server).SetMetadataAsync(s_network.DerivationStrategyFactory.Parse(recorded.Path.Split('/')[5]), "k", (string)recorded.Body!);
        var sent = Assert.Single(server.Requests);
        Assert.Equal((recorded.Method, recorded.Path, recorded.Body!.ToJsonString()), (sent.Method, sent.Path, sent.Text));
    }

    [SharedFact]
    public async Task Children_are_removed_as_the_recorded_request_does()
    {
        var recorded = Trace.Named("group-remove-children");
        using var server = new AnsweringHandler(_ => (HttpStatusCode.OK, recorded.Answer!.ToJsonString()));
        await Client(server).RemoveGroupChildrenAsync("KL79w5WoVAvi44qBgi", [new GroupChild { CryptoCode = "BTC", TrackedSource = (string)recorded.Body![0]!["trackedSource"]! }]);
        var sent = Assert.Single(server.Requests);
        Assert.Equal((recorded.Method, recorded.Path, recorded.Body.ToJsonString()), (sent.Method, sent.Path, sent.Text));
    }

    [SharedFact]
    public async Task A_transaction_goes_out_as_bytes()
    {
        var recorded = Trace.Named("broadcast-ok");
        using var server = new AnsweringHandler(_ => (HttpStatusCode.OK, recorded.Answer!.ToJsonString()));
        var result = await Client(server).BroadcastAsync(Transaction.Parse(recorded.BodyHex!, Network.RegTest));
        var sent = Assert.Single(server.Requests);
        Assert.Equal(($"{recorded.Path}?{recorded.Query}", recorded.BodyHex), (sent.Path, Convert.ToHexStringLower(sent.Body!)));
        Assert.True(result.Success);
    }

    private static ExplorerClient Client(AnsweringHandler server)
    {
        var client = new ExplorerClient(s_network, new Uri("http://127.0.0.1:1/"));
        client.SetNoAuth();
        client.SetClient(new HttpClient(server));
        return client;
    }

}
