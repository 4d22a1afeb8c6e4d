using System.Text.Json;

namespace NBitcoin.RPC;

public partial class RPCClient
{
    /// <returns>The transaction's id.</returns>
    /// <exception cref="RPCException">
    /// <see cref="RPCErrorCode.RPC_VERIFY_REJECTED"/> or <see cref="RPCErrorCode.RPC_VERIFY_ERROR"/>: refused, the message says why.
    /// <see cref="RPCErrorCode.RPC_VERIFY_ALREADY_IN_CHAIN"/>: confirmed already. One that is in the mempool already is no error.
    /// </exception>
    public Task<uint256> SendRawTransactionAsync(Transaction tx, CancellationToken cancellationToken = default) =>
        SendRawAsync(tx.ToHex(), cancellationToken);

    /// <inheritdoc cref="SendRawTransactionAsync(Transaction, CancellationToken)"/>
    public Task<uint256> SendRawTransactionAsync(byte[] bytes, CancellationToken cancellationToken = default) =>
        SendRawAsync(Convert.ToHexStringLower(bytes), cancellationToken);

    public Task<MempoolAcceptResult> TestMempoolAcceptAsync(Transaction transaction, CancellationToken cancellationToken = default) =>
        TestMempoolAcceptAsync(transaction, new TestMempoolParameters(), cancellationToken);

    /// <summary>Asks without sending. A transaction that is in the mempool already is not allowed a second time: its reason says so.</summary>
    public Task<MempoolAcceptResult> TestMempoolAcceptAsync(Transaction transaction, TestMempoolParameters parameters, CancellationToken cancellationToken = default)
    {
        var hex = new[] { transaction.ToHex() };
        return SendAsync("testmempoolaccept", json =>
        {
            var verdict = json.EnumerateArray().Single();
            var allowed = verdict.TryGetProperty("allowed", out var flag) && flag.GetBoolean();
            return new MempoolAcceptResult
            {
                TxId = Hash(verdict.GetProperty("txid")),
                IsAllowed = allowed,
                RejectReason = allowed ? null
                    : verdict.TryGetProperty("reject-reason", out var reason) || verdict.TryGetProperty("package-error", out reason) ? reason.GetString()
                    : "",
            };
        }, cancellationToken, parameters?.MaxFeeRate is { } most ? [hex, RpcAmount.ToBitcoins(most.FeePerK)] : [hex]);
    }

    /// <returns>The ids of all transactions in the mempool.</returns>
    public Task<uint256[]> GetRawMempoolAsync(CancellationToken cancellationToken = default) =>
        SendAsync("getrawmempool", Hashes, cancellationToken);

    /// <summary>A transaction of the mempool; of a block only where the node keeps an index of all.</summary>
    /// <returns>Null where it is not found and <paramref name="throwIfNotFound"/> is false.</returns>
    /// <exception cref="RPCException"><see cref="RPCErrorCode.RPC_INVALID_ADDRESS_OR_KEY"/>: not found.</exception>
    public Task<Transaction> GetRawTransactionAsync(uint256 txid, bool throwIfNotFound = true, CancellationToken cancellationToken = default) =>
        GetRawAsync(throwIfNotFound, cancellationToken, txid.ToString(), false);

    /// <summary>A transaction of that block.</summary>
    /// <inheritdoc cref="GetRawTransactionAsync(uint256, bool, CancellationToken)"/>
    public Task<Transaction> GetRawTransactionAsync(uint256 txid, uint256 blockId, bool throwIfNotFound = true, CancellationToken cancellationToken = default) =>
        blockId is null
            ? GetRawTransactionAsync(txid, throwIfNotFound, cancellationToken)
            : GetRawAsync(throwIfNotFound, cancellationToken, txid.ToString(), false, blockId.ToString());

    /// <param name="confirmationTarget">In blocks, from 1 to 1,008.</param>
    /// <exception cref="NoEstimationException">The node has no estimate.</exception>
    public async Task<EstimateSmartFeeResponse> EstimateSmartFeeAsync(int confirmationTarget, EstimateSmartFeeMode? estimateMode = null, CancellationToken cancellationToken = default) =>
        await TryEstimateSmartFeeAsync(confirmationTarget, estimateMode, cancellationToken).ConfigureAwait(false) ?? throw new NoEstimationException(confirmationTarget);

    /// <inheritdoc cref="EstimateSmartFeeAsync" path="/param"/>
    /// <returns>Null where the node has no estimate.</returns>
    public Task<EstimateSmartFeeResponse> TryEstimateSmartFeeAsync(int confirmationTarget, EstimateSmartFeeMode? estimateMode = null, CancellationToken cancellationToken = default) =>
        SendAsync("estimatesmartfee", json => !json.TryGetProperty("feerate", out var rate) ? null : new EstimateSmartFeeResponse
        {
            FeeRate = new FeeRate(RpcAmount.Parse(rate)),
            Blocks = json.GetProperty("blocks").GetInt32(),
        }, cancellationToken, estimateMode is { } mode ? [confirmationTarget, ModeName(mode)] : [confirmationTarget]);

    private Task<uint256> SendRawAsync(string hex, CancellationToken cancellationToken) =>
        SendAsync("sendrawtransaction", Hash, cancellationToken, hex);

    private async Task<Transaction> GetRawAsync(bool throwIfNotFound, CancellationToken cancellationToken, params object[] parameters)
    {
        try
        {
            return await SendAsync("getrawtransaction", json => Transaction.Parse(json.GetString(), Network), cancellationToken, parameters).ConfigureAwait(false);
        }
        catch (RPCException e) when (e.RPCCode == RPCErrorCode.RPC_INVALID_ADDRESS_OR_KEY && !throwIfNotFound)
        {
            return null;
        }
    }

    private static string ModeName(EstimateSmartFeeMode mode) => mode == EstimateSmartFeeMode.Conservative ? "CONSERVATIVE" : "ECONOMICAL";
}
