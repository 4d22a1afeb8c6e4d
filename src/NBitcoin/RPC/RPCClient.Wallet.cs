namespace NBitcoin.RPC;

public partial class RPCClient
{
    /// <returns>A client whose wallet commands go to the new wallet.</returns>
    /// <exception cref="RPCException"><see cref="RPCErrorCode.RPC_WALLET_ERROR"/>: there is one of that name.</exception>
    public async Task<RPCClient> CreateWalletAsync(string walletNameOrPath, CreateWalletOptions options = null, CancellationToken cancellationToken = default)
    {
        var parameters = new Dictionary<string, object> { ["wallet_name"] = walletNameOrPath };
        AddIfSet(parameters, "disable_private_keys", options?.DisablePrivateKeys);
        AddIfSet(parameters, "blank", options?.Blank);
        AddIfSet(parameters, "passphrase", options?.Passphrase);
        AddIfSet(parameters, "avoid_reuse", options?.AvoidReuse);
        AddIfSet(parameters, "descriptors", options?.Descriptors);
        AddIfSet(parameters, "load_on_startup", options?.LoadOnStartup);
        await SendCommandWithNamedArgsAsync("createwallet", parameters, cancellationToken).ConfigureAwait(false);
        return SetWalletContext(walletNameOrPath);
    }

    /// <returns>A client whose wallet commands go to that wallet.</returns>
    /// <exception cref="RPCException">
    /// <see cref="RPCErrorCode.RPC_WALLET_NOT_FOUND"/> or <see cref="RPCErrorCode.RPC_WALLET_ALREADY_LOADED"/>.
    /// </exception>
    public async Task<RPCClient> LoadWalletAsync(string walletName, bool? loadOnStartup = null, CancellationToken cancellationToken = default)
    {
        await SendCommandAsync("loadwallet", cancellationToken, loadOnStartup is { } onStartup ? [walletName, onStartup] : [walletName]).ConfigureAwait(false);
        return SetWalletContext(walletName);
    }

    public Task<BitcoinAddress> GetNewAddressAsync(CancellationToken cancellationToken = default) =>
        GetNewAddressAsync(new GetNewAddressRequest(), cancellationToken);

    public async Task<BitcoinAddress> GetNewAddressAsync(GetNewAddressRequest request, CancellationToken cancellationToken = default)
    {
        var parameters = new Dictionary<string, object>();
        AddIfSet(parameters, "label", request?.Label);
        AddIfSet(parameters, "address_type", request?.AddressType switch
        {
            null => null,
            AddressType.Legacy => "legacy",
            AddressType.P2SHSegwit => "p2sh-segwit",
            AddressType.Bech32 => "bech32",
            var other => throw new ArgumentOutOfRangeException(nameof(request), other, "No such type of address"),
        });
        var response = await SendCommandWithNamedArgsAsync("getnewaddress", parameters, cancellationToken).ConfigureAwait(false);
        return Read("getnewaddress", response, json => BitcoinAddress.Create(json.GetString(), Network));
    }

    /// <summary>What the wallet can spend: confirmed, or its own change.</summary>
    public Task<Money> GetBalanceAsync() => SendAsync("getbalance", RpcAmount.Parse, CancellationToken.None);

    public Task<uint256> SendToAddressAsync(BitcoinAddress address, Money amount, CancellationToken cancellationToken = default) =>
        SendToAddressAsync(address, amount, new SendToAddressParameters(), cancellationToken);

    /// <returns>The id of the transaction, which is broadcast.</returns>
    /// <exception cref="RPCException"><see cref="RPCErrorCode.RPC_WALLET_INSUFFICIENT_FUNDS"/>.</exception>
    public async Task<uint256> SendToAddressAsync(BitcoinAddress address, Money amount, SendToAddressParameters parameters, CancellationToken cancellationToken = default)
    {
        var named = new Dictionary<string, object> { ["address"] = address.ToString(), ["amount"] = RpcAmount.ToBitcoins(amount) };
        AddIfSet(named, "comment", parameters?.Comment);
        AddIfSet(named, "comment_to", parameters?.CommentTo);
        AddIfSet(named, "subtractfeefromamount", parameters?.SubstractFeeFromAmount);
        AddIfSet(named, "replaceable", parameters?.Replaceable);
        AddIfSet(named, "conf_target", parameters?.ConfTarget);
        AddIfSet(named, "estimate_mode", parameters?.EstimateMode is { } mode ? ModeName(mode) : null);
        AddIfSet(named, "fee_rate", parameters?.FeeRate?.SatoshiPerByte);
        var response = await SendCommandWithNamedArgsAsync("sendtoaddress", named, cancellationToken).ConfigureAwait(false);
        return Read("sendtoaddress", response, Hash);
    }

    /// <summary>Adds inputs and change from the wallet, unsigned.</summary>
    /// <exception cref="RPCException"><see cref="RPCErrorCode.RPC_WALLET_ERROR"/> or <see cref="RPCErrorCode.RPC_WALLET_INSUFFICIENT_FUNDS"/>: the wallet has too little.</exception>
    public Task<FundRawTransactionResponse> FundRawTransactionAsync(Transaction transaction, FundRawTransactionOptions options = null, CancellationToken cancellationToken = default)
    {
        var named = new Dictionary<string, object>();
        AddIfSet(named, "changeAddress", options?.ChangeAddress?.ToString());
        AddIfSet(named, "changePosition", options?.ChangePosition);
        AddIfSet(named, "includeWatching", options is { IncludeWatching: true } ? true : null);
        AddIfSet(named, "lockUnspents", options is { LockUnspents: true } ? true : null);
        AddIfSet(named, "feeRate", options?.FeeRate is { } rate ? RpcAmount.ToBitcoins(rate.FeePerK) : null);
        AddIfSet(named, "subtractFeeFromOutputs", options?.SubtractFeeFromOutputs);
        // Without inputs the count of inputs, zero, reads like the marker of a witness: say which it is.
        object[] parameters = transaction.Inputs.Count == 0 ? [transaction.ToHex(), named, false] : [transaction.ToHex(), named];
        return SendAsync("fundrawtransaction", json => new FundRawTransactionResponse
        {
            Transaction = Transaction.Parse(json.GetProperty("hex").GetString(), Network),
            Fee = RpcAmount.Parse(json.GetProperty("fee")),
            ChangePos = json.GetProperty("changepos").GetInt32(),
        }, cancellationToken, parameters);
    }

    /// <summary>Signs what the wallet has keys for.</summary>
    public Task<SignRawTransactionResponse> SignRawTransactionWithWalletAsync(SignRawTransactionRequest request, CancellationToken cancellationToken = default) =>
        SendAsync("signrawtransactionwithwallet", json => new SignRawTransactionResponse
        {
            SignedTransaction = Transaction.Parse(json.GetProperty("hex").GetString(), Network),
            Complete = json.GetProperty("complete").GetBoolean(),
        }, cancellationToken, request.Transaction.ToHex());

    /// <summary>Keeps the wallet from choosing these coins, until they are unlocked or the node restarts.</summary>
    public Task LockUnspentAsync(params OutPoint[] outpoints) => LockAsync(unlock: false, outpoints);

    public Task UnlockUnspentAsync(params OutPoint[] outpoints) => LockAsync(unlock: true, outpoints);

    private Task<RPCResponse> LockAsync(bool unlock, OutPoint[] outpoints) =>
        SendCommandAsync("lockunspent", unlock, outpoints.Select(outpoint => new Dictionary<string, object> { ["txid"] = outpoint.Hash, ["vout"] = outpoint.N }).ToArray());

    private static void AddIfSet(Dictionary<string, object> parameters, string name, object value)
    {
        if (value is not null) parameters[name] = value;
    }
}
