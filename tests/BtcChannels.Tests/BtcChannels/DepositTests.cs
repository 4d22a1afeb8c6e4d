using NBitcoin;

namespace BtcChannels.Tests.Domain;

public class DepositTests
{
    private static readonly ChannelTerms s_terms = Sample.Terms();
    private static readonly Script s_keyHash = new KeyId(s_terms.RedeemScript.Hash.ToBytes()).ScriptPubKey;

    private static Transaction Paying(params Script[] scripts)
    {
        var transaction = Transaction.Create(Network.RegTest);
        transaction.Inputs.Add(new OutPoint(uint256.One, 0));
        for (var i = 0; i < scripts.Length; i++) transaction.Outputs.Add(new TxOut(Money.Satoshis(20_000L + i), scripts[i]));
        return transaction;
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    public void It_is_found_by_script_whatever_the_index(int index)
    {
        var scripts = Enumerable.Repeat(Sample.Change, 5).ToArray();
        scripts[index] = s_terms.DepositScript;
        var transaction = Paying(scripts);
        Assert.Equal(
            new DepositSearch.Found(new Deposit(new OutPoint(transaction.GetHash(), index), Money.Satoshis(20_000L + index))), Deposit.Find(transaction, s_terms));
    }

    [Fact]
    public void Where_no_output_pays_the_script_it_is_missing() =>
        Assert.IsType<DepositSearch.Missing>(Deposit.Find(Paying(Sample.Change, Sample.Payout, s_terms.RedeemScript), s_terms));

    [Fact]
    public void The_script_of_other_terms_is_another_script() =>
        Assert.IsType<DepositSearch.Missing>(Deposit.Find(Paying(s_terms.DepositScript), Sample.Terms(new Expiry(Sample.Expiry.Value + 1))));

    [Fact]
    public void Paid_to_the_scripts_hash_as_a_keys_it_could_never_be_spent() =>
        Assert.IsType<DepositSearch.PaysKeyHash>(Deposit.Find(Paying(Sample.Change, s_keyHash), s_terms));

    [Fact]
    public void An_output_that_pays_the_script_counts_even_beside_one_to_the_keys_hash() =>
        Assert.IsType<DepositSearch.Found>(Deposit.Find(Paying(s_keyHash, s_terms.DepositScript), s_terms));

    [Fact]
    public void Two_outputs_to_the_script_are_ambiguous() =>
        Assert.IsType<DepositSearch.Several>(Deposit.Find(Paying(s_terms.DepositScript, Sample.Change, s_terms.DepositScript), s_terms));
}
