using NBitcoin;

namespace BtcChannels.Tests.Domain;

/// <summary>The transactions of 21's README, byte for byte.</summary>
public class Two1ReadmeTests
{
    private static readonly System.Text.Json.JsonElement Readme = Vectors.Read("two1-readme.json");

    private static readonly Script Redeem = Script.FromHex(Readme.Text("redeemScript"));
    private static readonly Transaction DepositTransaction = Read("deposit");
    private static readonly Transaction Refund = Read("refund");
    private static readonly Transaction HalfSigned = Read("halfSigned");
    private static readonly Transaction FullySigned = Read("fullySigned");

    private static readonly Money CloseFee = Money.Satoshis(10_000L);
    private static readonly Money ToMerchant = Money.Satoshis(28_000L);

    private static Transaction Read(string name) => Transaction.Parse(Readme.Text(name), Network.Main);

    private static ChannelTerms Terms()
    {
        Assert.True(RedeemScript.TryParse(Redeem, out var merchant, out var customer, out var expiry));
        return new(ChannelKind.P2sh, merchant, customer, expiry, CloseFee);
    }

    private static Deposit Deposit() => Assert.IsType<DepositSearch.Found>(BtcChannels.Deposit.Find(DepositTransaction, Terms())).Deposit;

    private static Transaction Payment()
    {
        var (merchantScript, customerScript) = (Terms().MerchantKey.Hash.ScriptPubKey, Terms().CustomerKey.Hash.ScriptPubKey);
        return ChannelTransactions.Payment(Deposit(), CloseSplit.Of(Deposit().Value, CloseFee, ToMerchant, merchantScript, customerScript), merchantScript, customerScript);
    }

    [Fact]
    public void The_redeem_script_follows_from_keys_and_expiry()
    {
        var terms = Terms();
        Assert.Equal(Readme.Text("merchantKey"), terms.MerchantKey.ToHex());
        Assert.Equal("03a5c2c5fe32a8ae5a8f67a314042cdd9eb33be822c6214d46109654ee269519fa", terms.CustomerKey.ToHex());
        Assert.Equal(new Expiry(1_450_302_052), terms.Expiry);
        Assert.Equal(Readme.Text("redeemScript"), RedeemScript.Build(terms.MerchantKey, terms.CustomerKey, terms.Expiry).ToHex());
    }

    [Fact]
    public void The_deposit_script_has_the_published_address() =>
        Assert.Equal(Readme.Text("redeemScriptAddress"), Terms().DepositScript.GetDestinationAddress(Network.Main).ToString());

    [Fact]
    public void The_deposit_is_found_behind_the_change() =>
        Assert.Equal(new Deposit(new OutPoint(DepositTransaction.GetHash(), 1), Money.Satoshis(111_000L)), Deposit());

    [Fact]
    public void The_half_signed_payment_is_built_from_deposit_split_and_signature()
    {
        var customer = SignedInput.SignatureOf(SignedInput.Elements(HalfSigned)[0]);
        Assert.Equal(Readme.Text("halfSigned"), ChannelTransactions.HalfSigned(Payment(), Terms(), customer).ToHex());
    }

    [Fact]
    public void The_close_is_built_from_deposit_split_and_both_signatures()
    {
        var elements = SignedInput.Elements(FullySigned);
        var close = ChannelTransactions.Close(Payment(), Terms(), SignedInput.SignatureOf(elements[0]), SignedInput.SignatureOf(elements[1]));
        Assert.Equal(Readme.Text("fullySigned"), close.ToHex());
    }

    [Theory]
    [InlineData("deposit")]
    [InlineData("refund")]
    [InlineData("halfSigned")]
    [InlineData("fullySigned")]
    public void What_was_read_is_written_back_byte_for_byte(string name) => Assert.Equal(Readme.Text(name), Read(name).ToHex());

    [Fact]
    public void Every_signature_verifies()
    {
        SignedInput.HoldsKeyHashSignatures(DepositTransaction);
        SignedInput.HoldsAllSignatures(Refund);
        SignedInput.HoldsAllSignatures(HalfSigned);
        SignedInput.HoldsAllSignatures(FullySigned);
    }

    [Fact]
    public void The_old_refund_selects_its_branch_with_a_pushed_zero_byte_and_a_sequence_of_zero()
    {
        var selector = SignedInput.Elements(Refund)[1];
        Assert.Equal("0100", Convert.ToHexStringLower(selector.ToBytes()));
        Assert.Equal(0u, Refund.Inputs[0].Sequence.Value);
        Assert.Equal(Terms().Expiry.LockTime, Refund.LockTime);
        Assert.True(ChannelTransactions.IsRefund(Refund, Deposit(), Terms()));
    }

    [Fact]
    public void The_close_is_no_refund() => Assert.False(ChannelTransactions.IsRefund(FullySigned, Deposit(), Terms()));

    [Fact]
    public void Our_refund_of_the_same_deposit_differs_in_sequence_and_selector_only()
    {
        var ours = ChannelTransactions.UnsignedRefund(Deposit(), Terms(), CloseFee, Terms().CustomerKey.Hash.ScriptPubKey);
        Assert.Equal(0xffff_fffeu, ours.Inputs[0].Sequence.Value);
        var older = ours.Clone();
        older.Inputs[0].Sequence = new Sequence(0u);
        older.Inputs[0].ScriptSig = Refund.Inputs[0].ScriptSig;
        Assert.Equal(Readme.Text("refund"), older.ToHex());
    }

    /// <summary>The README's prose gives the merchant 73,000 and the customer 28,000; what its hex pays is the other way round, and the hex is what is signed.</summary>
    [Fact]
    public void The_prose_has_the_two_shares_swapped()
    {
        var shares = FullySigned.Outputs.ToDictionary(output => output.ScriptPubKey, output => output.Value.Satoshi);
        Assert.Equal(28_000, shares[Terms().MerchantKey.Hash.ScriptPubKey]);
        Assert.Equal(73_000, shares[Terms().CustomerKey.Hash.ScriptPubKey]);
        Assert.Equal((73_000, 28_000), (Readme.Number("proseToMerchantSat"), Readme.Number("proseToCustomerSat")));
    }
}
