using NBitcoin;

namespace BtcChannels.Tests.Bitcoin;

/// <summary>Where the bundled implementation decides more than the package tells, or otherwise.</summary>
public partial class ScriptSignatureTests
{
    [Fact]
    public void A_witness_script_that_calls_for_an_amount_that_is_not_known_is_a_mistake_of_the_caller()
    {
        var spend = ScriptSpend.OfWitness(s_key.PubKey.ScriptPubKey, new TransactionSignature(s_key.Sign(uint256.One)).ToBytes());
        var unknown = new TxOut { ScriptPubKey = spend.Spent.ScriptPubKey };
        Assert.Throws<InvalidOperationException>(() => spend.Transaction.Inputs.FindIndexedInput(0).VerifyScript(unknown, ScriptVerify.Consensus));
    }
}
