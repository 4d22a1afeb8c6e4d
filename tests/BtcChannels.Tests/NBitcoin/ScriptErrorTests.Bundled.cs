using NBitcoin;

namespace BtcChannels.Tests.Bitcoin;

/// <summary>Where the bundled implementation decides more than the package tells, or otherwise.</summary>
public partial class ScriptErrorTests
{
    [Fact]
    public void Every_reason_that_there_is_is_given_to_some_spend() => Assert.Equal(Enum.GetValues<ScriptError>().Order(), s_spends.Keys.Order());

    [Theory]
    [InlineData("", "CODESEPARATOR 1")]
    [InlineData("1", "0 IF CODESEPARATOR ENDIF")]
    [InlineData("0x03 0x300000", "DUP 0x03 0x300000 EQUALVERIFY 0x21 0x0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798 CHECKSIG NOT")]
    public void A_script_code_that_is_not_constant_is_refused_where_it_is_to_be(string scriptSig, string scriptPubKey)
    {
        Assert.Equal(ScriptError.UnknownError, ScriptSpend.Of(scriptSig, scriptPubKey).Verify(ScriptVerify.ConstScriptCode));
        Assert.Equal(ScriptError.OK, ScriptSpend.Of(scriptSig, scriptPubKey).Verify(ScriptVerify.None));
    }

    [Fact]
    public void A_taproot_spend_is_refused_where_it_is_to_be_verified_and_passes_as_unknown_where_not()
    {
        var spend = ScriptSpend.Of("", $"1 0x20 0x{new string('2', 64)}");
        Assert.Equal(ScriptError.DiscourageUpgradableTaprootVersion, spend.Verify(ScriptVerify.Consensus | ScriptVerify.Taproot));
        Assert.Equal(ScriptError.OK, spend.Verify(ScriptVerify.Consensus));
    }

    [Fact]
    public void A_taproot_program_within_P2SH_is_one_of_a_version_to_come()
    {
        var program = ScriptAssembler.Assemble($"1 0x20 0x{new string('2', 64)}");
        var spend = ScriptSpend.Of(Script.FromBytesUnsafe(ScriptAssembler.Push(program.ToBytes())), program.PaymentScript);
        Assert.Equal(ScriptError.DiscourageUpgradableWitnessProgram, spend.Verify(ScriptVerify.Standard));
        Assert.Equal(ScriptError.OK, spend.Verify(ScriptVerify.Consensus | ScriptVerify.Taproot));
    }

    [Fact]
    public void Anyone_spends_an_anchor() => Assert.Equal(ScriptError.OK, ScriptSpend.Of("", "1 0x02 0x4e73").Verify(ScriptVerify.Standard));
}
