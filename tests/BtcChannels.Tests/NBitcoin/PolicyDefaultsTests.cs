using NBitcoin;
using NBitcoin.Policy;

namespace BtcChannels.Tests.Bitcoin;

public class PolicyDefaultsTests
{
    [Fact]
    public void A_policy_starts_with_the_limits_that_callers_rely_on()
    {
        var policy = new StandardTransactionPolicy();
        Assert.Equal(100_000, policy.MaxTransactionSize);
        Assert.Equal(10_000m, policy.MaxTxFee.SatoshiPerByte);
        Assert.Equal(1m, policy.MinRelayTxFee.SatoshiPerByte);
        Assert.Equal(ScriptVerify.Standard, policy.ScriptVerify);
        Assert.True(policy.CheckFee);
        Assert.Equal(1650, StandardTransactionPolicy.MaxScriptSigLength);
    }

    [Fact]
    public void The_sets_of_flags_are_fixed()
    {
        Assert.Equal(1_998_815u, (uint)ScriptVerify.Standard);
        Assert.Equal(3_605u, (uint)ScriptVerify.Consensus);
        Assert.Equal(1u, (uint)ScriptVerify.Mandatory);
    }
}
