using System.Net;
using BtcChannels.Chain;
using NBitcoin;
using NBitcoin.RPC;

namespace BtcChannels.Client;

/// <summary>Funds deposits from a wallet of a bitcoind.</summary>
/// <param name="node">How to reach it.</param>
/// <param name="network">Its network.</param>
/// <param name="wallet">The wallet's name; null where the node has only one.</param>
/// <param name="feeRate">What deposits pay; null for the node's estimate.</param>
/// <param name="clock">For time limits.</param>
public sealed class BitcoindWallet(BitcoindOptions node, Network network, string? wallet = null, FeeRate? feeRate = null, TimeProvider? clock = null)
{
    // A deposit that is not mined within hours is given up by the merchant.
    private const int FeeTargetBlocks = 3;
    private const int NotLocked = (int)RPCErrorCode.RPC_INVALID_PARAMETER;

    // Choosing among many coins takes a wallet its time.
    private static readonly TimeSpan s_defaultTimeout = TimeSpan.FromSeconds(30);

    // Estimates do not exist there.
    private static readonly FeeRate s_regtestRate = new(Money.Satoshis(3_000));

    private readonly TimeSpan _timeout = node.Timeout ?? s_defaultTimeout;

    public DepositFunding Funding => new(FundAsync, NewScriptAsync, ReleaseAsync);

    private Task<FundingResult> FundAsync(Script script, Money amount, CancellationToken ct) => RunAsync<FundingResult>(
        async (rpc, limit) =>
        {
            var wanted = Transaction.Create(network);
            wanted.Outputs.Add(new TxOut(amount, script));
            FundRawTransactionResponse funded;
            try
            {
                var options = new FundRawTransactionOptions { LockUnspents = true };
                if (await RateAsync(rpc, limit) is { } rate) options.FeeRate = rate;
                funded = await rpc.FundRawTransactionAsync(wanted, options, limit);
            }
            catch (RPCException refused) when (IsInsufficient(refused))
            {
                return new FundingResult.InsufficientFunds($"The wallet has not enough for {amount.Satoshi} sat and the fee: {refused.Message}");
            }
            var signed = await rpc.SignRawTransactionWithWalletAsync(new SignRawTransactionRequest { Transaction = funded.Transaction }, limit);
            if (signed.Complete) return new FundingResult.Funded(signed.SignedTransaction);
            await UnlockAsync(rpc, funded.Transaction);
            throw new WalletException("The wallet cannot sign for its coins: it has to hold their keys");
        }, ct);

    private Task<Script> NewScriptAsync(CancellationToken ct) => RunAsync(
        async (rpc, limit) => (await rpc.GetNewAddressAsync(new GetNewAddressRequest { AddressType = AddressType.Bech32 }, limit)).ScriptPubKey, ct);

    private Task<bool> ReleaseAsync(Transaction deposit, CancellationToken ct) => RunAsync(
        async (rpc, _) =>
        {
            await UnlockAsync(rpc, deposit);
            return true;
        }, ct);

    /// <summary>One by one: a coin that is not locked any more must not keep the others locked.</summary>
    private static async Task UnlockAsync(RPCClient rpc, Transaction deposit)
    {
        foreach (var input in deposit.Inputs)
        {
            try
            {
                await rpc.UnlockUnspentAsync(input.PrevOut);
            }
            catch (RPCException notLocked) when ((int)notLocked.RPCCode == NotLocked)
            {
                // Released before, or spent: nothing holds it.
            }
        }
    }

    private async Task<FeeRate?> RateAsync(RPCClient rpc, CancellationToken ct)
    {
        if (feeRate is not null) return feeRate;
        var estimate = await rpc.TryEstimateSmartFeeAsync(FeeTargetBlocks, cancellationToken: ct);
        return estimate?.FeeRate ?? (network.ChainName == ChainName.Regtest ? s_regtestRate : null);
    }

    private async Task<T> RunAsync<T>(Func<RPCClient, CancellationToken, Task<T>> commands, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(_timeout, clock ?? TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            var rpc = Connect();
            try
            {
                return await commands(rpc, either.Token);
            }
            catch (RPCException missing) when (missing.RPCCode == RPCErrorCode.RPC_WALLET_NOT_FOUND && wallet is not null)
            {
                // Known to the node, perhaps, and only not loaded since its last start.
                await LoadAsync(rpc, wallet, either.Token);
                return await commands(rpc, either.Token);
            }
        }
        catch (OperationCanceledException late) when (!ct.IsCancellationRequested)
        {
            throw new ChainUnavailableException($"The wallet at {Address} did not answer within {_timeout.TotalSeconds:0.###} seconds", late);
        }
        catch (Exception away) when (ConnectionLoss.Is(away))
        {
            throw new ChainUnavailableException($"The wallet at {Address} cannot be reached: {away.Message}", away);
        }
        catch (RPCException starting) when (starting.RPCCode == RPCErrorCode.RPC_IN_WARMUP)
        {
            throw new ChainUnavailableException($"The node at {Address} is starting: {starting.Message}", starting);
        }
        catch (RPCException refused)
        {
            throw new WalletException(WordsFor(refused), refused);
        }
    }

    private static async Task LoadAsync(RPCClient rpc, string name, CancellationToken ct)
    {
        try
        {
            await rpc.LoadWalletAsync(name, cancellationToken: ct);
        }
        catch (RPCException already) when (already.RPCCode == RPCErrorCode.RPC_WALLET_ALREADY_LOADED)
        {
            // Someone else was faster.
        }
    }

    private RPCClient Connect()
    {
        var credentials = node.CookieFile is { } cookie
            ? new RPCCredentialString { CookieFile = cookie }
            : new RPCCredentialString { UserPassword = new NetworkCredential(node.User, node.Password) };
        try
        {
            var rpc = new RPCClient(credentials, node.RpcUri, network);
            return wallet is null ? rpc : rpc.SetWalletContext(wallet);
        }
        catch (ArgumentException missing)
        {
            throw new ChainUnavailableException($"The wallet's node at {Address} cannot be reached: {missing.Message}", missing);
        }
    }

    private string Address => node.RpcUri.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);

    private static bool IsInsufficient(RPCException refused) =>
        refused.RPCCode == RPCErrorCode.RPC_WALLET_INSUFFICIENT_FUNDS
        || (refused.RPCCode == RPCErrorCode.RPC_WALLET_ERROR && refused.Message.Contains("nsufficient funds", StringComparison.Ordinal));

    private string WordsFor(RPCException refused) => refused.RPCCode switch
    {
        RPCErrorCode.RPC_WALLET_NOT_FOUND => $"The node has no wallet '{wallet}': name another, or create it (bitcoin-cli createwallet)",
        RPCErrorCode.RPC_WALLET_NOT_SPECIFIED => "The node has several wallets: name the one that pays",
        RPCErrorCode.RPC_WALLET_UNLOCK_NEEDED => "The wallet is locked: unlock it (bitcoin-cli walletpassphrase) and try again",
        RPCErrorCode.RPC_METHOD_NOT_FOUND => "The node has no wallet: it was started or built without",
        _ => $"The wallet refused: {refused.Message}",
    };
}
