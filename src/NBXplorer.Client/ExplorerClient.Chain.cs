using System.Globalization;
using NBitcoin;
using NBXplorer.Models;

namespace NBXplorer;

public partial class ExplorerClient
{
    private static readonly TimeSpan s_startPause = TimeSpan.FromSeconds(1);

    /// <returns>Null where the server does not serve the currency.</returns>
    public Task<StatusResult> GetStatusAsync(CancellationToken cancellation = default) => GetAsync<StatusResult>("status", cancellation);

    /// <summary>Waits until the server answers and is synchronized.</summary>
    public async Task WaitServerStartedAsync(CancellationToken cancellation = default)
    {
        while (true)
        {
            try
            {
                if (await GetStatusAsync(cancellation).ConfigureAwait(false) is { IsFullySynched: true }) return;
            }
            catch (HttpRequestException)
            {
                // Not there yet.
            }
            await Task.Delay(s_startPause, cancellation).ConfigureAwait(false);
        }
    }

    /// <returns>Null where neither server nor node know it.</returns>
    public Task<TransactionResult> GetTransactionAsync(uint256 txId, CancellationToken cancellation = default) =>
        GetAsync<TransactionResult>($"transactions/{txId}", cancellation);

    /// <returns>The node's verdict; a refusal is no exception.</returns>
    public Task<BroadcastResult> BroadcastAsync(Transaction tx, CancellationToken cancellation = default) => BroadcastAsync(tx, false, cancellation);

    /// <param name="testMempoolAccept">Only asks.</param>
    /// <inheritdoc cref="BroadcastAsync(Transaction, CancellationToken)"/>
    public Task<BroadcastResult> BroadcastAsync(Transaction tx, bool testMempoolAccept, CancellationToken cancellation = default) =>
        PostAsync<BroadcastResult>($"transactions?testMempoolAccept={testMempoolAccept}", tx.ToBytes(), cancellation);

    /// <exception cref="NBXplorerException"><c>fee-estimation-unavailable</c>: the node has no estimate.</exception>
    public Task<GetFeeRateResult> GetFeeRateAsync(int blockCount, CancellationToken cancellation = default) =>
        GetAsync<GetFeeRateResult>(string.Create(CultureInfo.InvariantCulture, $"fees/{blockCount}"), cancellation);

    /// <param name="fallbackFeeRate">The answer where the node has no estimate; where it cannot be reached, that is an exception all the same.</param>
    public async Task<GetFeeRateResult> GetFeeRateAsync(int blockCount, FeeRate fallbackFeeRate, CancellationToken cancellation = default)
    {
        try
        {
            return await GetFeeRateAsync(blockCount, cancellation).ConfigureAwait(false);
        }
        catch (NBXplorerException e) when (e.Error.Code == "fee-estimation-unavailable")
        {
            return new GetFeeRateResult { BlockCount = blockCount, FeeRate = fallbackFeeRate };
        }
    }

    /// <summary>Has transactions that are in blocks dealt with again, since they concern what was not tracked when they came.</summary>
    public Task RescanAsync(RescanRequest rescanRequest, CancellationToken cancellation = default) => PostAsync<object>("rescan", rescanRequest, cancellation);

    /// <summary>Has outputs that are in blocks looked for, since they pay what was not tracked when they came.</summary>
    public Task ImportUTXOs(string cryptoCode, ImportUTXORequest request, CancellationToken cancellation = default) =>
        SendAsync<object>(HttpMethod.Post, OfAllCryptos($"cryptos/{cryptoCode}/rescan-utxos"), request, cancellation);

    public Task<GroupInformation> CreateGroupAsync(CancellationToken cancellationToken = default) =>
        SendAsync<GroupInformation>(HttpMethod.Post, OfAllCryptos("groups"), null, cancellationToken);

    /// <returns>Null where there is none.</returns>
    public Task<GroupInformation> GetGroupAsync(string groupId, CancellationToken cancellationToken = default) =>
        SendAsync<GroupInformation>(HttpMethod.Get, OfAllCryptos(GroupPath(groupId)), null, cancellationToken);

    public Task<GroupInformation> AddGroupChildrenAsync(string groupId, GroupChild[] children, CancellationToken cancellationToken = default) =>
        SendAsync<GroupInformation>(HttpMethod.Post, OfAllCryptos($"{GroupPath(groupId)}/children"), children, cancellationToken);

    public Task<GroupInformation> RemoveGroupChildrenAsync(string groupId, GroupChild[] children, CancellationToken cancellationToken = default) =>
        SendAsync<GroupInformation>(HttpMethod.Delete, OfAllCryptos($"{GroupPath(groupId)}/children"), children, cancellationToken);

    /// <summary>Tracks addresses as part of the group alone.</summary>
    public Task AddGroupAddressAsync(string cryptoCode, string groupId, string[] addresses, CancellationToken cancellationToken = default) =>
        SendAsync<object>(HttpMethod.Post, OfAllCryptos($"cryptos/{cryptoCode}/{GroupPath(groupId)}/addresses"), addresses, cancellationToken);

    /// <param name="lastEventId">The last event that is known: those after it are told.</param>
    public LongPollingNotificationSession CreateLongPollingNotificationSession(long lastEventId = 0) => new(lastEventId, this);

    /// <summary>All events of the currency as they come, without those that came before.</summary>
    public Task<WebsocketNotificationSession> CreateWebsocketNotificationSessionAsync(CancellationToken cancellation = default) =>
        WebsocketNotificationSession.ConnectAsync(this, cancellation);

    /// <summary>Those events as they come that are asked for.</summary>
    public Task<WebsocketNotificationSessionLegacy> CreateWebsocketNotificationSessionLegacyAsync(CancellationToken cancellation = default) =>
        WebsocketNotificationSessionLegacy.ConnectAsync(this, cancellation);

    private static string GroupPath(string groupId) => $"groups/{Uri.EscapeDataString(groupId)}";
}
