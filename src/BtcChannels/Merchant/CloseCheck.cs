using NBitcoin;
using NBitcoin.Policy;

namespace BtcChannels;

/// <summary>What nodes can have against a close.</summary>
public enum CloseFaultKind
{
    /// <summary>The deposit's script does not let it pass: a signature is missing or wrong, or has a form that is not relayed.</summary>
    Script,

    /// <summary>It spends something else than the deposit, or in a form that is not relayed.</summary>
    Input,

    /// <summary>An output has a form that is not relayed.</summary>
    Output,

    /// <summary>An output is worth less than it costs to spend.</summary>
    Dust,

    /// <summary>It pays more than the deposit is worth.</summary>
    Overspent,

    /// <summary>It pays the miners less than <see cref="MerchantPolicy.MinRelayFeeRate"/>.</summary>
    FeeTooLow,

    /// <summary>It pays the miners more than <see cref="MerchantPolicy.MaxSaneFeeRate"/>: nodes may take that, but nobody means it.</summary>
    FeeTooHigh,

    /// <summary>It is too large.</summary>
    Size,

    /// <summary>Anything else of its form: version, number of outputs, what breaks consensus.</summary>
    Form,
}

/// <summary>Something that speaks against a close.</summary>
/// <param name="Kind">What to tell faults apart by.</param>
/// <param name="Words">For people; their wording may change. Holds neither signature nor key.</param>
public sealed record CloseFault(CloseFaultKind Kind, string Words)
{
    public override string ToString() => $"{Kind} ({Words})";
}

/// <summary>
/// Checks closes as nodes with the usual settings do before they relay a transaction, without asking one: scripts and signatures, sizes, forms of
/// inputs and outputs, dust, fee. Whether the deposit is there and unspent is not looked at. Pure.
/// </summary>
public static class CloseCheck
{
    /// <summary>The rules of scripts that Bitcoin Core relays by: two of them are not in <see cref="ScriptVerify.Standard"/>.</summary>
    public const ScriptVerify ScriptRules = ScriptVerify.Standard | ScriptVerify.WitnessPubkeyType | ScriptVerify.ConstScriptCode;

    /// <summary>All that speaks against a close of this channel with both signatures; null if nothing does.</summary>
    public static IReadOnlyList<CloseFault>? FaultsOf(MerchantChannel channel, Transaction close)
    {
        var policy = new StandardTransactionPolicy
        {
            ScriptVerify = ScriptRules, MinRelayTxFee = MerchantPolicy.MinRelayFeeRate, MaxTxFee = MerchantPolicy.MaxSaneFeeRate,
        };
        var deposit = new Coin(channel.Deposit.OutPoint, new TxOut(channel.Deposit.Value, channel.Terms.DepositScript));
        var errors = policy.Check(close, [deposit]);
        return errors.Length == 0 ? null : [.. errors.Select(error => new CloseFault(KindOf(error), error.ToString()!))];
    }

    private static CloseFaultKind KindOf(TransactionPolicyError error) => error switch
    {
        ScriptPolicyError => CloseFaultKind.Script,
        InputPolicyError or DuplicateInputPolicyError => CloseFaultKind.Input,
        OutputPolicyError => CloseFaultKind.Output,
        DustPolicyError => CloseFaultKind.Dust,
        NotEnoughFundsPolicyError => CloseFaultKind.Overspent,
        FeeTooLowPolicyError => CloseFaultKind.FeeTooLow,
        FeeTooHighPolicyError => CloseFaultKind.FeeTooHigh,
        TransactionSizePolicyError => CloseFaultKind.Size,
        _ => CloseFaultKind.Form,
    };
}
