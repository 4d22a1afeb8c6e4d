using NBitcoin;

namespace BtcChannels;

/// <summary>The transaction in the chain that spent a deposit.</summary>
/// <param name="Txid">Its id, which may differ from the prepared one's: third parties can change it.</param>
/// <param name="Height">The block it stands in.</param>
/// <param name="ToMerchant">What its outputs pay the merchant, satoshi.</param>
/// <param name="ToCustomer">What its outputs pay the customer's script, satoshi.</param>
/// <param name="IsBuried">Whether it lies as deep as policy asks.</param>
public sealed record Spend(uint256 Txid, int Height, Money ToMerchant, Money ToCustomer, bool IsBuried = false)
{
    /// <summary>Reads what a spend pays whom, off its outputs.</summary>
    public static Spend Of(Transaction spend, int height, Script? merchantScript, Script customerScript)
    {
        Money PaidTo(Script? script) => script is null ? Money.Zero : spend.Outputs.Where(output => output.ScriptPubKey.Equals(script)).Select(output => output.Value).Sum();
        return new(spend.GetHash(), height, PaidTo(merchantScript), PaidTo(customerScript));
    }
}
