using NBitcoin;

namespace BtcChannels;

/// <summary>The output that a channel spends.</summary>
/// <param name="OutPoint">Where it stands.</param>
/// <param name="Value">Read from the transaction itself, satoshi: capacity and close fee.</param>
public sealed record Deposit(OutPoint OutPoint, Money Value)
{
    /// <summary>Looks for the output by script, never by its index.</summary>
    public static DepositSearch Find(Transaction transaction, ChannelTerms terms)
    {
        var (wanted, redeem) = (terms.DepositScript, terms.RedeemScript);
        var txid = transaction.GetHash();
        var found = transaction.Outputs
            .Select((output, index) => (output, index))
            .Where(it => it.output.ScriptPubKey == wanted)
            .Select(it => new Deposit(new OutPoint(txid, it.index), it.output.Value))
            .ToList();
        return found switch
        {
            [var only] => new DepositSearch.Found(only),
            [] when transaction.Outputs.Any(output => output.ScriptPubKey == new KeyId(redeem.Hash.ToBytes()).ScriptPubKey) => new DepositSearch.PaysKeyHash(),
            [] => new DepositSearch.Missing(),
            _ => new DepositSearch.Several(),
        };
    }
}

/// <summary>What a look for the deposit in a transaction found.</summary>
public abstract record DepositSearch
{
    private DepositSearch() { }

    public sealed record Found(Deposit Deposit) : DepositSearch;

    /// <summary>No output pays the channel's script.</summary>
    public sealed record Missing : DepositSearch;

    /// <summary>An output pays the script's hash as if it were a key's (P2PKH): nobody could ever spend it.</summary>
    public sealed record PaysKeyHash : DepositSearch;

    /// <summary>More than one output pays the script: only one could be the channel's, the other would lie still until expiry.</summary>
    public sealed record Several : DepositSearch;
}
