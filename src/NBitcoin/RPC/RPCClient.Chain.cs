using System.Text.Json;

namespace NBitcoin.RPC;

public partial class RPCClient
{
    public Task<BlockchainInfo> GetBlockchainInfoAsync(CancellationToken cancellationToken = default) =>
        SendAsync("getblockchaininfo", json => new BlockchainInfo
        {
            Chain = ChainNamed(json.GetProperty("chain").GetString()),
            Blocks = json.GetProperty("blocks").GetUInt64(),
            Headers = json.GetProperty("headers").GetUInt64(),
            BestBlockHash = Hash(json.GetProperty("bestblockhash")),
            Difficulty = (ulong)json.GetProperty("difficulty").GetDouble(),
            MedianTime = json.GetProperty("mediantime").GetUInt64(),
            VerificationProgress = json.GetProperty("verificationprogress").GetSingle(),
            InitialBlockDownload = json.GetProperty("initialblockdownload").GetBoolean(),
            ChainWork = Hash(json.GetProperty("chainwork")),
            SizeOnDisk = json.GetProperty("size_on_disk").GetUInt64(),
            Pruned = json.GetProperty("pruned").GetBoolean(),
        }, cancellationToken);

    /// <summary>The height of the tip.</summary>
    public Task<int> GetBlockCountAsync(CancellationToken cancellationToken = default) =>
        SendAsync("getblockcount", json => json.GetInt32(), cancellationToken);

    public Task<uint256> GetBestBlockHashAsync(CancellationToken cancellationToken = default) =>
        SendAsync("getbestblockhash", Hash, cancellationToken);

    /// <exception cref="RPCException"><see cref="RPCErrorCode.RPC_INVALID_PARAMETER"/>: the best chain has no such height.</exception>
    public Task<uint256> GetBlockHashAsync(int height, CancellationToken cancellationToken = default) =>
        SendAsync("getblockhash", Hash, cancellationToken, height);

    /// <exception cref="RPCException"><see cref="RPCErrorCode.RPC_INVALID_ADDRESS_OR_KEY"/>: the node knows no such block.</exception>
    public Task<BlockHeader> GetBlockHeaderAsync(uint256 blockHash, CancellationToken cancellationToken = default) =>
        SendAsync("getblockheader", json => BlockHeader.Parse(json.GetString(), Network), cancellationToken, blockHash.ToString(), false);

    public async Task<BlockHeader> GetBlockHeaderAsync(int height, CancellationToken cancellationToken = default) =>
        await GetBlockHeaderAsync(await GetBlockHashAsync(height, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    /// <exception cref="RPCException"><see cref="RPCErrorCode.RPC_INVALID_ADDRESS_OR_KEY"/>: the node knows no such block.</exception>
    public Task<Block> GetBlockAsync(uint256 blockId, CancellationToken cancellationToken = default) =>
        SendAsync("getblock", json => Block.Parse(json.GetString(), Network), cancellationToken, blockId.ToString(), 0);

    public async Task<Block> GetBlockAsync(int height, CancellationToken cancellationToken = default) =>
        await GetBlockAsync(await GetBlockHashAsync(height, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    /// <returns>Null where the output is spent, or was never there.</returns>
    public Task<GetTxOutResponse> GetTxOutAsync(uint256 txid, int index, bool includeMempool = true, CancellationToken cancellationToken = default) =>
        SendAsync("gettxout", json => json.ValueKind == JsonValueKind.Null ? null : new GetTxOutResponse
        {
            BestBlock = Hash(json.GetProperty("bestblock")),
            Confirmations = json.GetProperty("confirmations").GetInt32(),
            TxOut = new TxOut(RpcAmount.Parse(json.GetProperty("value")), Script.FromHex(json.GetProperty("scriptPubKey").GetProperty("hex").GetString())),
            IsCoinBase = json.GetProperty("coinbase").GetBoolean(),
            ScriptPubKeyType = json.GetProperty("scriptPubKey").GetProperty("type").GetString(),
        }, cancellationToken, txid.ToString(), index, includeMempool);

    /// <summary>Forgets a block and all that follow it, as if they were invalid: on regtest, a reorganisation.</summary>
    public Task InvalidateBlockAsync(uint256 blockhash, CancellationToken cancellationToken = default) =>
        SendCommandAsync("invalidateblock", cancellationToken, blockhash.ToString());

    /// <summary>Mines on regtest.</summary>
    /// <returns>The blocks' hashes, oldest first.</returns>
    public Task<uint256[]> GenerateToAddressAsync(int nBlocks, BitcoinAddress address, CancellationToken cancellationToken = default) =>
        SendAsync("generatetoaddress", Hashes, cancellationToken, nBlocks, address.ToString());

    /// <summary>Mines on regtest, to a new address of the node's wallet.</summary>
    /// <inheritdoc cref="GenerateToAddressAsync" path="/returns"/>
    public async Task<uint256[]> GenerateAsync(int nBlocks, CancellationToken cancellationToken = default) =>
        await GenerateToAddressAsync(nBlocks, await GetNewAddressAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    /// <summary>Asks the node to end; it does so after it has answered.</summary>
    public Task StopAsync(CancellationToken cancellationToken = default) => SendCommandAsync("stop", cancellationToken);

    private Network ChainNamed(string name)
    {
        var known = Network.ChainName.ToString() switch { "Mainnet" => "main", "Testnet" => "test", var other => other.ToLowerInvariant() };
        return known == name ? Network : Network.GetNetwork(name);
    }

    private static uint256 Hash(JsonElement json) => uint256.Parse(json.GetString());

    private static uint256[] Hashes(JsonElement json) => [.. json.EnumerateArray().Select(Hash)];
}
