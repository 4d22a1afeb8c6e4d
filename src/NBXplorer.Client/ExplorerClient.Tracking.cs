using System.Globalization;
using NBitcoin;
using NBXplorer.DerivationStrategy;
using NBXplorer.Models;

namespace NBXplorer;

public partial class ExplorerClient
{
    /// <summary>From now on. What is in the mempool already is not seen, and not when it is mined either.</summary>
    public Task TrackAsync(TrackedSource trackedSource, TrackWalletRequest trackDerivationRequest = null, CancellationToken cancellation = default) =>
        PostAsync<object>(PathOf(trackedSource), trackDerivationRequest, cancellation);

    /// <inheritdoc cref="TrackAsync(TrackedSource, TrackWalletRequest, CancellationToken)"/>
    public Task TrackAsync(DerivationStrategyBase strategy, CancellationToken cancellation = default) => TrackAsync(strategy, null, cancellation);

    /// <inheritdoc cref="TrackAsync(TrackedSource, TrackWalletRequest, CancellationToken)"/>
    public Task TrackAsync(DerivationStrategyBase strategy, TrackWalletRequest trackDerivationRequest, CancellationToken cancellation = default) =>
        TrackAsync(new DerivationSchemeTrackedSource(strategy), trackDerivationRequest, cancellation);

    public async Task<bool> IsTrackedAsync(TrackedSource trackedSource, CancellationToken cancellation = default)
    {
        using var answer = await SendOnceAgainAsync(WithOptions(Of(PathOf(trackedSource))), cancellation).ConfigureAwait(false);
        await ReadAsync<object>(answer, cancellation).ConfigureAwait(false);
        return answer.IsSuccessStatusCode;
    }

    public Task<UTXOChanges> GetUTXOsAsync(TrackedSource trackedSource, CancellationToken cancellation = default) =>
        GetAsync<UTXOChanges>($"{PathOf(trackedSource)}/utxos", cancellation);

    public Task<UTXOChanges> GetUTXOsAsync(DerivationStrategyBase extKey, CancellationToken cancellation = default) =>
        GetUTXOsAsync(new DerivationSchemeTrackedSource(extKey), cancellation);

    public Task<GetBalanceResponse> GetBalanceAsync(TrackedSource trackedSource, CancellationToken cancellation = default) =>
        GetAsync<GetBalanceResponse>($"{PathOf(trackedSource)}/balance", cancellation);

    public Task<GetBalanceResponse> GetBalanceAsync(DerivationStrategyBase userDerivationScheme, CancellationToken cancellation = default) =>
        GetBalanceAsync(new DerivationSchemeTrackedSource(userDerivationScheme), cancellation);

    public Task<GetBalanceResponse> GetBalanceAsync(BitcoinAddress address, CancellationToken cancellation = default) =>
        GetBalanceAsync(new AddressTrackedSource(address), cancellation);

    public Task<GetTransactionsResponse> GetTransactionsAsync(TrackedSource trackedSource, DateTimeOffset? from = null, DateTimeOffset? to = null, CancellationToken cancellation = default) =>
        GetAsync<GetTransactionsResponse>($"{PathOf(trackedSource)}/transactions?from={Seconds(from)}&to={Seconds(to)}", cancellation);

    public Task<GetTransactionsResponse> GetTransactionsAsync(DerivationStrategyBase strategy, DateTimeOffset? from = null, DateTimeOffset? to = null, CancellationToken cancellation = default) =>
        GetTransactionsAsync(new DerivationSchemeTrackedSource(strategy), from, to, cancellation);

    /// <returns>Null where the source has no such transaction.</returns>
    public Task<TransactionInformation> GetTransactionAsync(TrackedSource trackedSource, uint256 txId, CancellationToken cancellation = default) =>
        GetAsync<TransactionInformation>($"{PathOf(trackedSource)}/transactions/{txId}", cancellation);

    /// <returns>Null where the source has no such transaction.</returns>
    public Task<TransactionInformation> GetTransactionAsync(DerivationStrategyBase strategy, uint256 txId, CancellationToken cancellation = default) =>
        GetTransactionAsync(new DerivationSchemeTrackedSource(strategy), txId, cancellation);

    /// <summary>The next address of a wallet that nothing has paid yet.</summary>
    /// <returns>Null where the wallet is not tracked.</returns>
    public Task<KeyPathInformation> GetUnusedAsync(DerivationStrategyBase strategy, DerivationFeature feature, int skip = 0, bool reserve = false, CancellationToken cancellation = default) =>
        GetAsync<KeyPathInformation>(
            string.Create(CultureInfo.InvariantCulture, $"{PathOf(new DerivationSchemeTrackedSource(strategy))}/addresses/unused?feature={feature}&skip={skip}&reserve={reserve}"), cancellation);

    /// <summary>All that tracks a script.</summary>
    public Task<KeyPathInformation[]> GetKeyInformationsAsync(Script script, CancellationToken cancellation = default) =>
        GetAsync<KeyPathInformation[]>($"scripts/{script.ToHex()}", cancellation);

    /// <summary>Has the wallet's unspent outputs looked for at the node, which takes a minute or some on the main network; returns when that is queued.</summary>
    /// <param name="batchSize">So many addresses of each branch at once.</param>
    /// <param name="gapLimit">Ends after so many addresses in a row without any.</param>
    /// <param name="fromIndex">The first address.</param>
    /// <exception cref="NBXplorerException"><c>scanutxoset-in-progress</c>: it is being done.</exception>
    public Task ScanUTXOSetAsync(DerivationStrategyBase extKey, int? batchSize = null, int? gapLimit = null, int? fromIndex = null, CancellationToken cancellation = default)
    {
        (string Name, int? Value)[] options = [("batchsize", batchSize), ("gaplimit", gapLimit), ("from", fromIndex)];
        var query = string.Join('&', options.Where(it => it.Value is not null).Select(it => string.Create(CultureInfo.InvariantCulture, $"{it.Name}={it.Value}")));
        return PostAsync<object>($"{PathOf(new DerivationSchemeTrackedSource(extKey))}/utxos/scan{(query.Length > 0 ? "?" : "")}{query}", null, cancellation);
    }

    /// <returns>Null where it was not asked for, or is forgotten.</returns>
    public Task<ScanUTXOInformation> GetScanUTXOSetInformationAsync(DerivationStrategyBase extKey, CancellationToken cancellation = default) =>
        GetAsync<ScanUTXOInformation>($"{PathOf(new DerivationSchemeTrackedSource(extKey))}/utxos/scan", cancellation);

    /// <summary>What a tracked wallet's user noted there; default where that is nothing.</summary>
    public Task<TMetadata> GetMetadataAsync<TMetadata>(DerivationStrategyBase derivationScheme, string key, CancellationToken cancellation = default) =>
        GetAsync<TMetadata>(MetadataPath(derivationScheme, key), cancellation);

    /// <summary>Notes something with a tracked wallet.</summary>
    public Task SetMetadataAsync<TMetadata>(DerivationStrategyBase derivationScheme, string key, TMetadata value, CancellationToken cancellation = default) =>
        PostAsync<object>(MetadataPath(derivationScheme, key), value, cancellation);

    private static string MetadataPath(DerivationStrategyBase wallet, string key) => $"{PathOf(new DerivationSchemeTrackedSource(wallet))}/metadata/{Uri.EscapeDataString(key)}";

    private async Task<HttpResponseMessage> SendOnceAgainAsync(Uri uri, CancellationToken ct)
    {
        var answer = await SendOnceAsync(HttpMethod.Get, uri, null, ct).ConfigureAwait(false);
        if (answer.StatusCode != System.Net.HttpStatusCode.Unauthorized || !_auth.RefreshCache()) return answer;
        answer.Dispose();
        return await SendOnceAsync(HttpMethod.Get, uri, null, ct).ConfigureAwait(false);
    }

    private static string PathOf(TrackedSource source) => source switch
    {
        AddressTrackedSource address => $"addresses/{address.Address}",
        DerivationSchemeTrackedSource wallet => $"derivations/{Uri.EscapeDataString(wallet.DerivationStrategy.ToString())}",
        GroupTrackedSource group => $"groups/{Uri.EscapeDataString(group.GroupId)}",
        _ => throw new ArgumentException("Nothing that is tracked", nameof(source)),
    };

    private static string Seconds(DateTimeOffset? time) => time?.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture) ?? "";
}
