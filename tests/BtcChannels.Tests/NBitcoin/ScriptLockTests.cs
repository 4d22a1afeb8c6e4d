using NBitcoin;

namespace BtcChannels.Tests.Bitcoin;

/// <summary>BIP65 and BIP112: each of their conditions, at its edge.</summary>
public class ScriptLockTests
{
    private const ScriptVerify Locks = ScriptVerify.CheckLockTimeVerify | ScriptVerify.CheckSequenceVerify;

    [Theory]
    [InlineData("0", 0u, true)]
    [InlineData("499999999", 499_999_999u, true)]
    [InlineData("499999999", 499_999_998u, false)]
    [InlineData("500000000", 500_000_000u, true)]
    [InlineData("500000000", 499_999_999u, false)]     // a height does not satisfy a time
    [InlineData("499999999", 500_000_000u, false)]     // nor a time a height
    [InlineData("1700000000", 1_700_000_000u, true)]
    [InlineData("1700000001", 1_700_000_000u, false)]
    [InlineData("4294967295", 4_294_967_295u, true)]   // five bytes
    [InlineData("4294967296", 4_294_967_295u, false)]
    [InlineData("0x05 0xffffffff7f", 4_294_967_295u, false)]
    public void A_lock_time_is_of_the_kind_and_not_before(string asked, uint lockTime, bool satisfied) =>
        Assert.Equal(satisfied ? ScriptError.OK : ScriptError.UnsatisfiedLockTime, ScriptSpend.Of("", $"{asked} CHECKLOCKTIMEVERIFY DROP 1").Locked(lockTime, 0xfffffffe).Verify(Locks));

    [Theory]
    [InlineData(0xfffffffeu, ScriptError.OK)]
    [InlineData(0u, ScriptError.OK)]
    [InlineData(0xffffffffu, ScriptError.UnsatisfiedLockTime)]
    public void A_final_input_satisfies_no_lock_time(uint sequence, ScriptError expected) =>
        Assert.Equal(expected, ScriptSpend.Of("", "5 CHECKLOCKTIMEVERIFY").Locked(5, sequence).Verify(Locks));

    [Theory]
    [InlineData("0", 0u, true)]
    [InlineData("10", 10u, true)]
    [InlineData("11", 10u, false)]
    [InlineData("4194304", 4_194_304u, true)]          // time
    [InlineData("4194305", 4_194_304u, false)]
    [InlineData("1", 4_194_305u, false)]               // a time does not satisfy a number of blocks
    [InlineData("4194305", 1u, false)]
    [InlineData("65546", 10u, true)]                   // bits that mean nothing are not compared
    [InlineData("10", 0x8000000au, false)]             // the input has no relative lock
    [InlineData("2147483648", 0xffffffffu, true)]      // the script asks for none
    public void A_relative_lock_is_of_the_kind_and_not_shorter(string asked, uint sequence, bool satisfied) =>
        Assert.Equal(satisfied ? ScriptError.OK : ScriptError.UnsatisfiedLockTime, ScriptSpend.Of("", $"{asked} CHECKSEQUENCEVERIFY DROP 1").Locked(0, sequence).Verify(Locks));

    [Theory]
    [InlineData(0u, ScriptError.UnsatisfiedLockTime)]
    [InlineData(1u, ScriptError.UnsatisfiedLockTime)]
    [InlineData(2u, ScriptError.OK)]
    [InlineData(3u, ScriptError.OK)]
    [InlineData(0xffffffffu, ScriptError.OK)]
    public void Relative_locks_begin_with_version_2(uint version, ScriptError expected) =>
        Assert.Equal(expected, ScriptSpend.Of("", "1 CHECKSEQUENCEVERIFY").Locked(0, 1, version).Verify(Locks));

    [Theory]
    [InlineData("", "CHECKLOCKTIMEVERIFY 1", ScriptError.InvalidStackOperation)]
    [InlineData("", "CHECKSEQUENCEVERIFY 1", ScriptError.InvalidStackOperation)]
    [InlineData("-1", "CHECKSEQUENCEVERIFY", ScriptError.NegativeLockTime)]
    [InlineData("0x06 0x000000000001", "CHECKLOCKTIMEVERIFY", ScriptError.UnknownError)]
    [InlineData("0x06 0x000000000001", "CHECKSEQUENCEVERIFY", ScriptError.UnknownError)]
    public void What_is_asked_is_a_number_of_at_most_5_bytes_that_is_not_negative(string scriptSig, string scriptPubKey, ScriptError expected)
    {
        Assert.Equal(expected, ScriptSpend.Of(scriptSig, scriptPubKey).Locked(1, 1).Verify(Locks));
        Assert.Equal(ScriptError.OK, ScriptSpend.Of(scriptSig + " 1", scriptPubKey).Verify(ScriptVerify.None));
    }
}
