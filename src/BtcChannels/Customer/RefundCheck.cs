using NBitcoin;

namespace BtcChannels;

/// <summary>Checks refunds as nodes do, without asking one; pure.</summary>
public static class RefundCheck
{
    /// <summary>Whether a refund may spend the deposit once its time has come: its own lock time is held against the script's expiry, not against the chain.</summary>
    /// <returns>What is wrong with it, in words; null if nothing is.</returns>
    public static string? FaultOf(Transaction refund, Deposit deposit, ChannelTerms terms)
    {
        if (refund.Inputs.Count != 1 || refund.Inputs[0].PrevOut != deposit.OutPoint) return "It does not spend the deposit alone";
        var input = refund.Inputs.AsIndexedInputs().First();
        return input.VerifyScript(new TxOut(deposit.Value, terms.DepositScript), CloseCheck.ScriptRules, out var error) ? null : error.ToString();
    }
}
