using NBitcoin;
using NBitcoin.Policy;
using static BtcChannels.Tests.Curve.Hex;

namespace BtcChannels.Tests.Bitcoin;

public class StandardTransactionPolicyTests
{
    private const string Hash20 = "0x14 0x0101010101010101010101010101010101010101";
    private const string KeyOne = "0x21 0x0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
    private const string LongKeyOne =
        "0x41 0x0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";

    private static readonly Key s_key = new(Bytes(Two));

    [Fact]
    public void A_clone_changes_alone()
    {
        var policy = new StandardTransactionPolicy { CheckFee = false };
        var clone = policy.Clone();
        clone.MinRelayTxFee = new FeeRate(5m);
        clone.CheckFee = true;
        Assert.False(policy.CheckFee);
        Assert.Equal(1m, policy.MinRelayTxFee.SatoshiPerByte);
    }

    [Fact]
    public void A_usual_payment_is_standard()
    {
        Assert.Empty(Check(Payment()));
        Assert.Empty(Check(Payment(version: 1)));
        Assert.Empty(Check(Payment(version: 3)));
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(4u)]
    [InlineData(0xffffffffu)]
    public void Versions_are_1_to_3(uint version) => Assert.Contains("Version", Assert.Single(Check(Payment(version: version))).ToString(), StringComparison.Ordinal);

    [Theory]
    [InlineData(109, 0)]
    [InlineData(108, 1)]
    public void The_fee_is_at_least_the_rate_for_the_size_rounded_up(long fee, int errors)
    {
        var payment = Payment(fee: fee);
        Assert.Equal(110, payment.Transaction.GetVirtualSize());
        var policy = new StandardTransactionPolicy { MinRelayTxFee = new FeeRate(Money.Satoshis(982L)) };   // 108.02 sat
        var found = policy.Check(payment.Transaction, payment.Coins);
        Assert.Equal(errors, found.Length);
        if (errors > 0) Assert.Equal(109, Assert.IsType<FeeTooLowPolicyError>(found[0]).ExpectedMinFee.Satoshi);
    }

    [Fact]
    public void The_fee_is_bounded_on_both_sides_and_not_negative()
    {
        Assert.Equal(109, Assert.IsType<FeeTooLowPolicyError>(Assert.Single(Check(Payment(fee: 109)))).Fee.Satoshi);
        Assert.Equal(1_100_000, Assert.IsType<FeeTooHighPolicyError>(Assert.Single(Check(Payment(fee: 1_100_001)))).ExpectedMaxFee.Satoshi);
        Assert.Equal(Money.Satoshis(1L), Assert.IsType<NotEnoughFundsPolicyError>(Assert.Single(Check(Payment(fee: -1)))).Missing);
        Assert.Empty(Check(Payment(fee: 0), new() { CheckFee = false }));
        Assert.Equal(1_000, Assert.IsType<FeeTooLowPolicyError>(Assert.Single(Check(Payment(fee: 999), new() { MinFee = Money.Satoshis(1_000L) }))).ExpectedMinFee.Satoshi);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(21_000_000 * Money.COIN + 1)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    public void What_no_coin_can_be_worth_is_told_and_not_reckoned_with(long value)
    {
        var (transaction, coins) = Payment();
        coins[0].Amount = Money.Satoshis(value);
        Assert.Contains("more than there can be", Assert.Single(new StandardTransactionPolicy { ScriptVerify = null }.Check(transaction, coins)).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Coins_that_are_worth_more_together_than_there_can_be_are_told()
    {
        var (transaction, coins) = Payment();
        transaction.Inputs.Add(new OutPoint(uint256.One, 7));
        coins[0].Amount = Money.Coins(21_000_000m);
        var second = new Coin(transaction.Inputs[1].PrevOut, new TxOut(Money.Satoshis(1L), coins[0].ScriptPubKey));
        var policy = new StandardTransactionPolicy { ScriptVerify = null, CheckScriptPubKey = false };
        Assert.Contains(policy.Check(transaction, [coins[0], second]), it => it.ToString().Contains("more than there can be", StringComparison.Ordinal));
    }

    [Fact]
    public void Scripts_are_verified_by_the_flags_that_are_given()
    {
        var payment = Payment();
        payment.Transaction.LockTime = 1;
        var error = Assert.IsType<ScriptPolicyError>(Assert.Single(Check(payment)));
        Assert.Equal((ScriptError.NullFail, 0u, payment.Coins[0].Outpoint), (error.ScriptError, error.InputIndex, error.OutPoint));
        Assert.Equal(ScriptError.EvalFalse, Assert.IsType<ScriptPolicyError>(Assert.Single(Check(payment, new() { ScriptVerify = ScriptVerify.Consensus }))).ScriptError);
        Assert.Empty(Check(payment, new() { ScriptVerify = null }));
    }

    [Fact]
    public void Dust_is_refused_whatever_the_fee()
    {
        var error = Assert.IsType<DustPolicyError>(Assert.Single(Check(Payment(output: s_key.PubKey.Hash.ScriptPubKey, value: 545))));
        Assert.Equal((545, 546), (error.Value.Satoshi, error.DustThreshold.Satoshi));
        Assert.Empty(Check(Payment(output: s_key.PubKey.Hash.ScriptPubKey, value: 546)));
        Assert.Empty(Check(Payment(output: s_key.PubKey.Hash.ScriptPubKey, value: 545), new() { CheckDust = false }));
    }

    [Theory]
    [InlineData(KeyOne + " CHECKSIG", true)]
    [InlineData(LongKeyOne + " CHECKSIG", true)]
    [InlineData("DUP HASH160 " + Hash20 + " EQUALVERIFY CHECKSIG", true)]
    [InlineData("HASH160 " + Hash20 + " EQUAL", true)]
    [InlineData("0 " + Hash20, true)]
    [InlineData("0 0x20 0x0101010101010101010101010101010101010101010101010101010101010101", true)]
    [InlineData("1 0x20 0x0101010101010101010101010101010101010101010101010101010101010101", true)]
    [InlineData("1 0x02 0x4e73", true)]
    [InlineData("16 0x02 0x0101", true)]
    [InlineData("0 0x03 0x010101", false)]
    [InlineData("1 " + KeyOne + " 1 CHECKMULTISIG", true)]
    [InlineData("2 " + KeyOne + " " + KeyOne + " " + KeyOne + " 3 CHECKMULTISIG", true)]
    [InlineData("2 " + KeyOne + " " + KeyOne + " " + KeyOne + " " + KeyOne + " 4 CHECKMULTISIG", false)]
    [InlineData("2 " + KeyOne + " 1 CHECKMULTISIG", false)]
    [InlineData("1 " + KeyOne + " 2 CHECKMULTISIG", false)]
    [InlineData("0 " + KeyOne + " 1 CHECKMULTISIG", false)]
    [InlineData("1 0x02 0x0279 1 CHECKMULTISIG", false)]
    [InlineData("1 " + KeyOne + " 1 CHECKMULTISIG NOP", false)]
    [InlineData("RETURN", true)]
    [InlineData("RETURN 1 2 0x02 0x0102", true)]
    [InlineData("RETURN DUP", false)]
    [InlineData("1", false)]
    [InlineData("", false)]
    [InlineData("0x22 0x0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f8179800 CHECKSIG", false)]
    public void Outputs_have_a_standard_form(string text, bool standard)
    {
        var script = ScriptAssembler.Assemble(text);
        Assert.Equal(standard, StandardTransactionPolicyStrategy.Instance.IsStandardOutput(new TxOut(Money.Coins(1), script)));
        var payment = Payment(output: script, value: 10_000, fee: 20_000, sign: false);
        payment.Transaction.Outputs.Add(Money.Satoshis(10_000L), s_key.PubKey.WitHash.ScriptPubKey);
        var errors = Check(Signed(payment));
        if (standard) Assert.Empty(errors);
        else Assert.Equal(0, Assert.IsType<OutputPolicyError>(Assert.Single(errors)).OutputIndex);
        Assert.Empty(Check(payment, new() { CheckScriptPubKey = false }));
    }

    [Theory]
    [InlineData(80, true)]
    [InlineData(81, false)]
    public void Data_has_at_most_80_bytes(int size, bool standard) =>
        Assert.Equal(standard, StandardTransactionPolicyStrategy.Instance.IsStandardOutput(
            new TxOut(Money.Zero, new Script(OpcodeType.OP_RETURN, Op.GetPushOp([.. Enumerable.Repeat((byte)0xaa, size)])))));

    [Fact]
    public void A_transaction_has_one_output_of_data()
    {
        var payment = Payment(sign: false);
        payment.Transaction.Outputs.Add(Money.Zero, ScriptAssembler.Assemble("RETURN 1"));
        Assert.Empty(Check(Signed(payment)));
        payment.Transaction.Outputs.Add(Money.Zero, ScriptAssembler.Assemble("RETURN 2"));
        Assert.Single(Check(Signed(payment)));
    }

    [Theory]
    [InlineData(1650, 0)]
    [InlineData(1651, 1)]
    public void A_scriptSig_has_at_most_1650_bytes(int size, int errors)
    {
        // Pushes that the redeem script drops.
        var redeem = ScriptAssembler.Assemble("2DROP 2DROP 1");
        var filler = size - 3 * 523 - (redeem.Length + 1) - 2;
        var scriptSig = new Script((byte[])
            [.. ScriptAssembler.Push(new byte[520]), .. ScriptAssembler.Push(new byte[520]), .. ScriptAssembler.Push(new byte[520]),
                0x4c, (byte)filler, .. new byte[filler], .. ScriptAssembler.Push(redeem.ToBytes())]);
        Assert.Equal(size, scriptSig.Length);
        var spend = Spend(redeem.PaymentScript, scriptSig);
        Assert.Equal(errors, Check(spend, new() { ScriptVerify = ScriptVerify.Consensus }).Length);
    }

    [Fact]
    public void A_scriptSig_does_nothing_but_push()
    {
        var error = Assert.IsType<InputPolicyError>(Assert.Single(Check(Spend(ScriptAssembler.Assemble($"{KeyOne} CHECKSIG"), ScriptAssembler.Assemble("1 NOP")), Unverified)));
        Assert.Contains("push", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1", 1)]
    [InlineData("2 0x02 0x0101", 1)]
    [InlineData("1 0x02 0x4e73", 0)]
    public void What_is_spent_has_a_form_that_is_known(string scriptPubKey, int errors) =>
        Assert.Equal(errors, Check(Spend(ScriptAssembler.Assemble(scriptPubKey), Script.Empty), Unverified).Length);

    [Theory]
    [InlineData(15, 0)]
    [InlineData(16, 1)]
    public void A_redeem_script_checks_at_most_15_signatures(int checks, int errors)
    {
        var redeem = ScriptAssembler.Assemble(string.Join(' ', Enumerable.Repeat("CHECKSIG", checks)));
        Assert.Equal(errors, Check(Spend(redeem.PaymentScript, new Script(ScriptAssembler.Push(redeem.ToBytes()))), Unverified).Length);
    }

    [Theory]
    [InlineData(80, 3_600, 100, 0)]
    [InlineData(81, 3_600, 100, 1)]
    [InlineData(80, 3_601, 100, 1)]
    [InlineData(80, 3_600, 101, 1)]
    public void A_witness_is_bounded(int element, int script, int elements, int errors)
    {
        var witnessScript = new byte[script];
        var spend = Spend(new Script(witnessScript).WitHash.ScriptPubKey, Script.Empty);
        spend.Transaction.Inputs[0].WitScript = new WitScript([.. Enumerable.Repeat(new byte[element], elements), witnessScript]);
        Assert.Equal(errors, Check(spend, Unverified).Length);
    }

    [Theory]
    [InlineData("1 0x02 0x4e73")]
    [InlineData(KeyOne + " CHECKSIG")]
    public void A_witness_stands_only_where_one_is_taken(string scriptPubKey)
    {
        var spend = Spend(ScriptAssembler.Assemble(scriptPubKey), Script.Empty);
        spend.Transaction.Inputs[0].WitScript = new WitScript([[1]]);
        Assert.Contains("witness", Assert.IsType<InputPolicyError>(Assert.Single(Check(spend, Unverified))).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(65, 0)]
    [InlineData(64, 1)]
    public void A_transaction_has_at_least_65_bytes_without_witnesses(int size, int errors)
    {
        var output = new Script((byte[])[(byte)OpcodeType.OP_RETURN, .. Enumerable.Repeat((byte)OpcodeType.OP_1, size - 61)]);
        var payment = Payment(output, value: 0, fee: 1_000);
        Assert.Equal(size, payment.Transaction.GetSerializedSize(TransactionOptions.None));
        Assert.Equal(errors, Check(payment).Length);
    }

    [Fact]
    public void A_transaction_has_at_most_100_000_virtual_bytes_and_of_version_3_10_000()
    {
        var big = Payment(sign: false, outputs: 400, version: 3);
        Assert.Equal(10_000, Assert.IsType<TransactionSizePolicyError>(Assert.Single(Check(big, Unverified))).MaximumSize);
        big.Transaction.Version = 2;
        Assert.Empty(Check(big, Unverified));
        var bigger = Payment(sign: false, outputs: 4_000);
        Assert.Equal(bigger.Transaction.GetVirtualSize(), Assert.IsType<TransactionSizePolicyError>(Assert.Single(Check(bigger, Unverified))).ActualSize);
        Assert.Empty(Check(bigger, new() { ScriptVerify = null, CheckFee = false, MaxTransactionSize = null }));
    }

    [Fact]
    public void Two_inputs_that_spend_the_same_are_told()
    {
        var payment = Payment();
        payment.Transaction.Inputs.Add(payment.Coins[0].Outpoint);
        Assert.Equal([0u, 1u], Assert.IsType<DuplicateInputPolicyError>(Assert.Single(Check(payment))).InputIndices);
    }

    [Fact]
    public void An_input_without_its_coin_counts_against_the_transaction()
    {
        var payment = Payment();
        Assert.IsType<InputPolicyError>(Assert.Single(new StandardTransactionPolicy().Check(payment.Transaction, [])));
    }

    [Fact]
    public void What_breaks_consensus_is_not_looked_at_further()
    {
        var payment = Payment();
        payment.Transaction.Outputs.Clear();
        Assert.Contains("NoOutput", Assert.Single(Check(payment)).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CHECKSIG CHECKSIGVERIFY CHECKMULTISIG", 22u, 22u)]
    [InlineData("3 CHECKMULTISIG 16 CHECKMULTISIGVERIFY", 40u, 19u)]
    [InlineData("0 CHECKMULTISIG", 20u, 20u)]
    [InlineData("0x02 0xacac CHECKSIG 0x4c", 1u, 1u)]
    public void Signature_checks_are_counted_as_blocks_count_them(string script, uint legacy, uint accurate)
    {
        var counted = ScriptAssembler.Assemble(script);
        Assert.Equal(legacy, counted.GetSigOpCount(false));
        Assert.Equal(accurate, counted.GetSigOpCount(true));
        Assert.Equal(accurate, counted.PaymentScript.GetSigOpCount(new Script(ScriptAssembler.Push(counted.ToBytes()))));
        Assert.Equal(0u, counted.PaymentScript.GetSigOpCount(ScriptAssembler.Assemble("1 NOP")));
    }

    [Fact]
    public void Too_many_signature_checks_are_refused_and_some_make_the_transaction_larger()
    {
        var script = ScriptAssembler.Assemble(string.Join(' ', Enumerable.Repeat("CHECKMULTISIG", 201)));   // 4,020 at four each
        var payment = Payment(output: script, value: 100_000);
        var policy = new StandardTransactionPolicy { CheckScriptPubKey = false, CheckFee = false };
        Assert.Contains("16081", Assert.Single(Check(payment, policy)).ToString(), StringComparison.Ordinal);
        var fewer = Payment(output: ScriptAssembler.Assemble("CHECKMULTISIG CHECKMULTISIG NOP NOP NOP"), value: 100_000, fee: 804);
        var error = Assert.IsType<FeeTooLowPolicyError>(Assert.Single(Check(fewer, new() { CheckScriptPubKey = false })));
        Assert.Equal(805, error.ExpectedMinFee.Satoshi);   // 161 at 20 weight each
    }

    private static StandardTransactionPolicy Unverified => new() { ScriptVerify = null, CheckFee = false };

    private static TransactionPolicyError[] Check((Transaction Transaction, Coin[] Coins) spend, StandardTransactionPolicy? policy = null) =>
        (policy ?? new()).Check(spend.Transaction, spend.Coins);

    private static (Transaction Transaction, Coin[] Coins) Spend(Script scriptPubKey, Script scriptSig)
    {
        var coin = new Coin(uint256.One, 0, Money.Satoshis(100_000L), scriptPubKey);
        var transaction = Transaction.Create(Network.RegTest);
        transaction.Inputs.Add(coin.Outpoint, scriptSig);
        transaction.Outputs.Add(Money.Satoshis(90_000L), s_key.PubKey.WitHash.ScriptPubKey);
        return (transaction, [coin]);
    }

    /// <summary>A P2WPKH coin that pays to one script; what its value leaves is the fee.</summary>
    private static (Transaction Transaction, Coin[] Coins) Payment(
        Script? output = null, long value = 2_000_000, long fee = 10_000, uint version = 2, int outputs = 1, bool sign = true)
    {
        var coin = new Coin(uint256.One, 0, Money.Satoshis(value * outputs + fee), s_key.PubKey.WitHash.ScriptPubKey);
        var transaction = Transaction.Create(Network.RegTest);
        transaction.Version = version;
        transaction.Inputs.Add(coin.Outpoint);
        for (var i = 0; i < outputs; i++) transaction.Outputs.Add(Money.Satoshis(value), output ?? s_key.PubKey.WitHash.ScriptPubKey);
        return sign ? Signed((transaction, [coin])) : (transaction, [coin]);
    }

    private static (Transaction Transaction, Coin[] Coins) Signed((Transaction Transaction, Coin[] Coins) unsigned)
    {
        var signature = unsigned.Transaction.Inputs.FindIndexedInput(0).Sign(s_key, unsigned.Coins[0]);
        unsigned.Transaction.Inputs[0].WitScript = new WitScript([signature.ToBytes(), s_key.PubKey.ToBytes()]);
        return unsigned;
    }
}
