using System.Text.RegularExpressions;
using NBitcoin;

namespace BtcChannels.RegtestTests.Judge;

/// <summary>The classes of what a node answers. The texts are Bitcoin Core's and Bitcoin Knots'.</summary>
internal static partial class NodeVerdict
{
    private static readonly Dictionary<string, Fault> s_reasons = new()
    {
        ["bad-txns-vin-empty"] = Fault.Consensus,
        ["bad-txns-vout-empty"] = Fault.Consensus,
        ["bad-txns-oversize"] = Fault.Consensus,
        ["bad-txns-vout-negative"] = Fault.Consensus,
        ["bad-txns-vout-toolarge"] = Fault.Consensus,
        ["bad-txns-txouttotal-toolarge"] = Fault.Consensus,
        ["bad-txns-inputs-duplicate"] = Fault.Consensus,
        ["bad-txns-prevout-null"] = Fault.Consensus,
        ["bad-cb-length"] = Fault.Consensus,
        ["coinbase"] = Fault.CoinBase,
        ["version"] = Fault.Version,
        ["tx-size"] = Fault.Size,
        ["scriptsig-size"] = Fault.ScriptSig,
        ["scriptsig-not-pushonly"] = Fault.ScriptSig,
        ["scriptpubkey"] = Fault.OutputForm,
        ["bare-multisig"] = Fault.OutputForm,
        ["multi-op-return"] = Fault.DataOutputs,
        ["tx-size-small"] = Fault.TooSmall,
        ["non-final"] = Fault.NotFinal,
        ["missing-inputs"] = Fault.MissingInputs,
        ["bad-txns-inputs-missingorspent"] = Fault.MissingInputs,
        ["non-BIP68-final"] = Fault.RelativeLock,
        ["bad-txns-in-belowout"] = Fault.NotEnoughFunds,
        ["bad-txns-nonstandard-inputs"] = Fault.SpentForm,
        ["bad-txns-input-script-unknown"] = Fault.SpentForm,
        ["bad-txns-input-witness-unknown"] = Fault.SpentForm,
        ["bad-txns-input-scriptsig-failure"] = Fault.SpentForm,
        ["bad-txns-input-scriptcheck-missing"] = Fault.SpentForm,
        ["bad-txns-input-scriptcheck-sigops"] = Fault.SpentForm,
        ["bad-txns-too-many-sigops"] = Fault.SignatureChecks,
        ["dust"] = Fault.Dust,
        ["min relay fee not met"] = Fault.FeeTooLow,
        ["mempool min fee not met"] = Fault.FeeTooLow,
        ["TRUC-violation"] = Fault.RestrictedSize,
        ["truc-vsize-toobig"] = Fault.RestrictedSize,
        ["max-fee-exceeded"] = Fault.FeeTooHigh,
    };

    private static readonly Dictionary<string, ScriptError> s_scriptErrors = new()
    {
        ["unknown error"] = ScriptError.UnknownError,
        ["Using OP_CODESEPARATOR in non-witness script"] = ScriptError.UnknownError,
        ["Signature is found in scriptCode"] = ScriptError.UnknownError,
        ["Script evaluated without error but finished with a false/empty top stack element"] = ScriptError.EvalFalse,
        ["OP_RETURN was encountered"] = ScriptError.OpReturn,
        ["Script is too big"] = ScriptError.ScriptSize,
        ["Push value size limit exceeded"] = ScriptError.PushSize,
        ["Operation limit exceeded"] = ScriptError.OpCount,
        ["Stack size limit exceeded"] = ScriptError.StackSize,
        ["Signature count negative or greater than pubkey count"] = ScriptError.SigCount,
        ["Pubkey count negative or limit exceeded"] = ScriptError.PubkeyCount,
        ["Script failed an OP_VERIFY operation"] = ScriptError.Verify,
        ["Script failed an OP_EQUALVERIFY operation"] = ScriptError.EqualVerify,
        ["Script failed an OP_CHECKMULTISIGVERIFY operation"] = ScriptError.CheckMultiSigVerify,
        ["Script failed an OP_CHECKSIGVERIFY operation"] = ScriptError.CheckSigVerify,
        ["Script failed an OP_NUMEQUALVERIFY operation"] = ScriptError.NumEqualVerify,
        ["Opcode missing or not understood"] = ScriptError.BadOpCode,
        ["Attempted to use a disabled opcode"] = ScriptError.DisabledOpCode,
        ["Operation not valid with the current stack size"] = ScriptError.InvalidStackOperation,
        ["Operation not valid with the current altstack size"] = ScriptError.InvalidAltStackOperation,
        ["Invalid OP_IF construction"] = ScriptError.UnbalancedConditional,
        ["Negative locktime"] = ScriptError.NegativeLockTime,
        ["Locktime requirement not satisfied"] = ScriptError.UnsatisfiedLockTime,
        ["Signature hash type missing or not understood"] = ScriptError.SigHashType,
        ["Signature opts in to the hardfork, which is not active here"] = ScriptError.SigHashType,   // What Bitcoin Knots says of the bit 40.
        ["Non-canonical DER signature"] = ScriptError.SigDer,
        ["Data push larger than necessary"] = ScriptError.MinimalData,
        ["Only push operators allowed in signatures"] = ScriptError.SigPushOnly,
        ["Non-canonical signature: S value is unnecessarily high"] = ScriptError.SigHighS,
        ["Dummy CHECKMULTISIG argument must be zero"] = ScriptError.SigNullDummy,
        ["Public key is neither compressed or uncompressed"] = ScriptError.PubKeyType,
        ["Stack size must be exactly one after execution"] = ScriptError.CleanStack,
        ["NOPx reserved for soft-fork upgrades"] = ScriptError.DiscourageUpgradableNops,
        ["Witness requires empty scriptSig"] = ScriptError.WitnessMalleated,
        ["Witness requires only-redeemscript scriptSig"] = ScriptError.WitnessMalleatedP2SH,
        ["Witness program was passed an empty witness"] = ScriptError.WitnessProgramEmpty,
        ["Witness program hash mismatch"] = ScriptError.WitnessProgramMissmatch,
        ["Witness version reserved for soft-fork upgrades"] = ScriptError.DiscourageUpgradableWitnessProgram,
        ["Witness program has incorrect length"] = ScriptError.WitnessProgramWrongLength,
        ["Witness provided for non-witness script"] = ScriptError.WitnessUnexpected,
        ["Signature must be zero for failed CHECK(MULTI)SIG operation"] = ScriptError.NullFail,
        ["OP_IF/NOTIF argument must be minimal"] = ScriptError.MinimalIf,
        ["Using non-compressed keys in segwit"] = ScriptError.WitnessPubkeyType,
    };

    /// <param name="reason">The reject-reason; null of a transaction that is allowed.</param>
    /// <returns>Null for a reason that is not known: what it means is to be written here.</returns>
    public static Verdict? Read(string? reason) =>
        reason is null ? new Verdict(Fault.None)
        : s_reasons.TryGetValue(reason, out var fault) ? new Verdict(fault)
        : reason.StartsWith("bad-witness-", StringComparison.Ordinal) ? new Verdict(Fault.Witness)   // Knots says what of it: one word of many
        : ScriptFailure().Match(reason) is { Success: true } match && s_scriptErrors.TryGetValue(match.Groups["error"].Value, out var error) ? new Verdict(Fault.Script, error)
        : null;

    // The words before differ between versions.
    [GeneratedRegex(@"^[a-z-]*script-verify-flag[a-z-]*(-failed)? \((?<error>.*)\)$")]
    private static partial Regex ScriptFailure();
}
