using NBitcoin;

namespace BtcChannels.Tests.Bitcoin;

/// <summary>Each reason for which a script is refused, by a spend that breaks that rule alone.</summary>
public partial class ScriptErrorTests
{
    private const string Key = "0x21 0x0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
    private const string LongKey =
        "0x41 0x0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";
    private const string HybridKey =
        "0x41 0x0679be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";
    private const string Signature = "0x09 0x300602010102010101";
    private const string HighSignature = "0x29 0x30260201010221 0x00fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140 0x01";
    private const ScriptVerify WithWitness = ScriptVerify.P2SH | ScriptVerify.Witness;

    private static readonly Dictionary<ScriptError, (ScriptVerify Flags, ScriptSpend Spend)> s_spends = new()
    {
        [ScriptError.OK] = (ScriptVerify.Standard, ScriptSpend.Of("1", "1 EQUAL")),
        [ScriptError.UnknownError] = (ScriptVerify.None, ScriptSpend.Of("0x05 0x0100000000", "1ADD")),
        [ScriptError.EvalFalse] = (ScriptVerify.None, ScriptSpend.Of("1", "NOT")),
        [ScriptError.OpReturn] = (ScriptVerify.None, ScriptSpend.Of("1", "RETURN")),
        [ScriptError.ScriptSize] = (ScriptVerify.None, ScriptSpend.Of(Script.Empty, Script.FromBytesUnsafe([.. Enumerable.Repeat((byte)OpcodeType.OP_1, 10_001)]))),
        [ScriptError.PushSize] = (ScriptVerify.None, ScriptSpend.Of(Script.Empty, Script.FromBytesUnsafe(ScriptAssembler.Push(new byte[521])))),
        [ScriptError.OpCount] = (ScriptVerify.None, ScriptSpend.Of("1", Repeat("NOP", 202))),
        [ScriptError.StackSize] = (ScriptVerify.None, ScriptSpend.Of("", Repeat("1", 1_001))),
        [ScriptError.SigCount] = (ScriptVerify.None, ScriptSpend.Of("0 0 0", $"2 {Key} 1 CHECKMULTISIG")),
        [ScriptError.PubkeyCount] = (ScriptVerify.None, ScriptSpend.Of("0", "0 21 CHECKMULTISIG")),
        [ScriptError.Verify] = (ScriptVerify.None, ScriptSpend.Of("0", "VERIFY 1")),
        [ScriptError.EqualVerify] = (ScriptVerify.None, ScriptSpend.Of("2", "3 EQUALVERIFY 1")),
        [ScriptError.CheckMultiSigVerify] = (ScriptVerify.None, ScriptSpend.Of("0 0", $"1 {Key} 1 CHECKMULTISIGVERIFY 1")),
        [ScriptError.CheckSigVerify] = (ScriptVerify.None, ScriptSpend.Of("0", $"{Key} CHECKSIGVERIFY 1")),
        [ScriptError.NumEqualVerify] = (ScriptVerify.None, ScriptSpend.Of("2", "3 NUMEQUALVERIFY 1")),
        [ScriptError.BadOpCode] = (ScriptVerify.None, ScriptSpend.Of("1", "0xff")),
        [ScriptError.DisabledOpCode] = (ScriptVerify.None, ScriptSpend.Of("1", "0 IF CAT ENDIF")),
        [ScriptError.InvalidStackOperation] = (ScriptVerify.None, ScriptSpend.Of("1", "ADD")),
        [ScriptError.InvalidAltStackOperation] = (ScriptVerify.None, ScriptSpend.Of("1", "FROMALTSTACK")),
        [ScriptError.UnbalancedConditional] = (ScriptVerify.None, ScriptSpend.Of("1", "1 IF")),
        [ScriptError.NegativeLockTime] = (ScriptVerify.CheckLockTimeVerify, ScriptSpend.Of("-1", "CHECKLOCKTIMEVERIFY").Locked(1, 0)),
        [ScriptError.UnsatisfiedLockTime] = (ScriptVerify.CheckLockTimeVerify, ScriptSpend.Of("2", "CHECKLOCKTIMEVERIFY").Locked(1, 0)),
        [ScriptError.SigHashType] = (ScriptVerify.StrictEnc, ScriptSpend.Of("0x09 0x300602010102010105", $"{Key} CHECKSIG NOT")),
        [ScriptError.SigDer] = (ScriptVerify.DerSig, ScriptSpend.Of("0x09 0x310602010102010101", $"{Key} CHECKSIG NOT")),
        [ScriptError.MinimalData] = (ScriptVerify.MinimalData, ScriptSpend.Of("0x01 0x05", "")),
        [ScriptError.SigPushOnly] = (ScriptVerify.SigPushOnly, ScriptSpend.Of("1 NOP", "")),
        [ScriptError.SigHighS] = (ScriptVerify.LowS, ScriptSpend.Of(HighSignature, $"{Key} CHECKSIG NOT")),
        [ScriptError.SigNullDummy] = (ScriptVerify.NullDummy, ScriptSpend.Of("1", "0 0 CHECKMULTISIG")),
        [ScriptError.PubKeyType] = (ScriptVerify.StrictEnc, ScriptSpend.Of("0", $"{HybridKey} CHECKSIG NOT")),
        [ScriptError.CleanStack] = (ScriptVerify.CleanStack | WithWitness, ScriptSpend.Of("1", "1")),
        [ScriptError.DiscourageUpgradableNops] = (ScriptVerify.DiscourageUpgradableNops, ScriptSpend.Of("1", "NOP4")),
        [ScriptError.WitnessMalleated] = (WithWitness, ScriptSpend.Of(ScriptAssembler.Assemble("1"), True.WitHash.ScriptPubKey, new WitScript([True.ToBytes()]))),
        [ScriptError.WitnessMalleatedP2SH] = (WithWitness, ScriptSpend.Of(
            Script.FromBytesUnsafe([0x51, .. ScriptAssembler.Push(True.WitHash.ScriptPubKey.ToBytes())]), True.WitHash.ScriptPubKey.PaymentScript, new WitScript([True.ToBytes()]))),
        [ScriptError.WitnessProgramEmpty] = (WithWitness, ScriptSpend.Of(Script.Empty, True.WitHash.ScriptPubKey)),
        [ScriptError.WitnessProgramMissmatch] = (WithWitness, ScriptSpend.Of(Script.Empty, True.WitHash.ScriptPubKey, new WitScript([[0x52]]))),
        [ScriptError.DiscourageUpgradableWitnessProgram] = (WithWitness | ScriptVerify.DiscourageUpgradableWitnessProgram, ScriptSpend.Of("", "2 0x02 0x0102")),
        [ScriptError.WitnessProgramWrongLength] = (WithWitness, ScriptSpend.Of("", "0 0x03 0x010203")),
        [ScriptError.WitnessUnexpected] = (WithWitness, ScriptSpend.Of(Script.Empty, True, new WitScript([[1]]))),
        [ScriptError.NullFail] = (ScriptVerify.NullFail, ScriptSpend.Of(Signature, $"{Key} CHECKSIG NOT")),
        [ScriptError.MinimalIf] = (WithWitness | ScriptVerify.MinimalIf, ScriptSpend.OfWitness(ScriptAssembler.Assemble("IF 1 ELSE 0 ENDIF"), [2])),
        [ScriptError.WitnessPubkeyType] = (WithWitness | ScriptVerify.WitnessPubkeyType, ScriptSpend.OfWitness(ScriptAssembler.Assemble($"{LongKey} CHECKSIG NOT"), [[]])),
        [ScriptError.DiscourageUpgradableTaprootVersion] = (ScriptVerify.Standard, ScriptSpend.Of("", $"1 0x20 0x{new string('2', 64)}")),
    };

    private static Script True => ScriptAssembler.Assemble("1");

    public static TheoryData<ScriptError> Errors => [.. s_spends.Keys];

    [Theory, MemberData(nameof(Errors))]
    public void A_spend_that_breaks_one_rule_is_refused_for_it(ScriptError error)
    {
        var (flags, spend) = s_spends[error];
        Assert.Equal(error, spend.Verify(flags));
    }

    public static TheoryData<ScriptError> FlaggedErrors => [.. s_spends.Where(it => it.Value.Flags is not (ScriptVerify.None or WithWitness or ScriptVerify.Standard)).Select(it => it.Key)];

    [Theory, MemberData(nameof(FlaggedErrors))]
    public void Without_the_flag_of_the_rule_it_passes(ScriptError error) =>
        Assert.Equal(ScriptError.OK, s_spends[error].Spend.Verify(s_spends[error].Flags & WithWitness));

    private static string Repeat(string token, int count) => string.Join(' ', Enumerable.Repeat(token, count));
}
