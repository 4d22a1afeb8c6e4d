using NBitcoin;

namespace BtcChannels.Tests.Domain;

public class CloseCheckTests
{
    private const long Paid = 28_000;

    private static readonly MerchantChannel s_channel = Sample.Channel(paid: Paid);
    private static readonly Transaction s_close = Sample.Keys.Countersign(s_channel, s_channel.Balance.Newest!);

    private static readonly Expiry[] s_expiries = [new(1_000), new(499_999_999), Sample.Expiry, new(2_147_483_648), new(uint.MaxValue)];

    private static IReadOnlyList<CloseFaultKind> KindsOf(Transaction close, MerchantChannel? channel = null) =>
        [.. CloseCheck.FaultsOf(channel ?? s_channel, close)?.Select(fault => fault.Kind) ?? []];

    /// <summary>A spend of the deposit as a test wants it, signed by both.</summary>
    private static Transaction Signed(Action<Transaction> change, MerchantChannel? channel = null)
    {
        channel ??= s_channel;
        var close = channel.PaymentOf(Money.Satoshis(Paid));
        change(close);
        var hash = ChannelTransactions.SignatureHash(close, channel.Terms);
        return ChannelTransactions.Close(close, channel.Terms, ChannelSigning.Sign(Sample.Customer, hash), MerchantSignature(hash));
    }

    private static Secp256k1.Signature MerchantSignature(uint256 hash) => ChannelSigning.Sign(s_merchant, hash);

    // A merchant whose secret a test has: the sample's derives it and keeps it.
    private static readonly Key s_merchant = Sample.KeyOf(0x55);

    private static MerchantChannel OfKnownMerchant(long closeFee = Sample.CloseFee, long deposit = Sample.Deposit, Script? payout = null)
    {
        var terms = new ChannelTerms(ChannelKind.P2sh, s_merchant.PubKey, Sample.Customer.PubKey, Sample.Expiry, Money.Satoshis(closeFee));
        return s_channel with { Terms = terms, Deposit = s_channel.Deposit with { Value = Money.Satoshis(deposit) }, PayoutScript = payout ?? Sample.Payout };
    }

    [Fact]
    public void Nothing_speaks_against_a_close() => Assert.Null(CloseCheck.FaultsOf(s_channel, s_close));

    [Theory, MemberData(nameof(StandardScripts.Names), MemberType = typeof(StandardScripts))]
    public void However_a_channel_is_split_and_wherever_it_pays_its_close_is_relayed_at_the_least_fee_there_is(string customerScript)
    {
        var (script, dust) = StandardScripts.Named(customerScript);
        var fee = new MerchantPolicy { MinFeeRate = 1 }.CloseFee(FeeRate.Zero).Satoshi;
        foreach (var expiry in s_expiries)
        {
            var terms = new ChannelTerms(ChannelKind.P2sh, Sample.Keys.KeyFor(Sample.OfferId), Sample.Customer.PubKey, expiry, Money.Satoshis(fee));
            var channel = s_channel with { Terms = terms, CustomerScript = script, Balance = Balance.Nothing };
            var capacity = channel.Capacity.Satoshi;
            foreach (var total in (long[])[0, 294, 295, 1_000, capacity / 2, capacity - dust - 1, capacity - dust, capacity - dust + 1, capacity - 1, capacity])
            {
                var close = Sample.Keys.Countersign(channel, Sample.Pay(channel, total));
                Assert.True(CloseCheck.FaultsOf(channel, close) is null, $"{expiry}, {total} sat: {string.Join(", ", CloseCheck.FaultsOf(channel, close) ?? [])}");
                Assert.InRange(close.GetVirtualSize(), 1, ChannelTransactions.LargestCloseVirtualSize);
            }
        }
    }

    [Fact]
    public void The_largest_close_is_as_large_as_is_said()
    {
        var channel = s_channel with
        {
            Terms = Sample.Terms(new Expiry(uint.MaxValue)), CustomerScript = StandardScripts.Named("P2WSH").Script, Balance = Balance.Nothing,
        };
        var largest = Enumerable.Range(1_000, 64).Max(total => Sample.Keys.Countersign(channel, Sample.Pay(channel, total)).GetVirtualSize());
        Assert.Equal(ChannelTransactions.LargestCloseVirtualSize, largest);
    }

    [Fact]
    public void A_payment_that_is_not_countersigned_is_no_close() => Assert.Equal(
        [CloseFaultKind.Script],
        KindsOf(ChannelTransactions.HalfSigned(s_channel.PaymentOf(Money.Satoshis(Paid)), s_channel.Terms, s_channel.Balance.Newest!.Signature)));

    [Fact]
    public void A_signature_of_somebody_else_is_found() =>
        Assert.Equal([CloseFaultKind.Script], KindsOf(Sample.Keys.Countersign(s_channel, Sample.Pay(s_channel, Paid, by: Sample.Stranger))));

    [Fact]
    public void A_signature_over_another_total_is_found() =>
        Assert.Equal([CloseFaultKind.Script], KindsOf(Sample.Keys.Countersign(s_channel, Sample.Pay(s_channel, Paid + 1) with { Total = Money.Satoshis(Paid) })));

    [Fact]
    public void A_signature_with_a_high_s_is_found_which_is_valid_and_not_relayed()
    {
        var payment = s_channel.Balance.Newest!;
        Assert.Equal([CloseFaultKind.Script], KindsOf(Sample.Keys.Countersign(s_channel, payment with { Signature = Sample.HighS(payment.Signature) })));
    }

    [Fact]
    public void The_key_of_another_offer_is_found()
    {
        var other = s_channel with { Offer = new OfferId(7) };
        Assert.Equal([CloseFaultKind.Script], KindsOf(Sample.Keys.Countersign(other, other.Balance.Newest!)));
    }

    [Fact]
    public void A_selector_that_is_not_pushed_minimally_is_found()
    {
        var close = s_close.Clone();
        var pushes = SignedInput.Elements(close).Select(op => op.ToBytes()).ToArray();
        pushes[2] = [1, 1];   // a one-byte push of what OP_1 says
        close.Inputs[0].ScriptSig = new Script([.. pushes.SelectMany(it => it)]);
        Assert.Equal([CloseFaultKind.Script], KindsOf(close));
    }

    [Fact]
    public void Another_selector_which_third_parties_may_write_is_relayed()
    {
        var close = s_close.Clone();
        close.Inputs[0].ScriptSig = new Script(SignedInput.Elements(close).Select(op => op.Code == OpcodeType.OP_1 ? Op.GetPushOp([1, 0]) : op));
        Assert.NotEqual(s_close.GetHash(), close.GetHash());
        Assert.Empty(KindsOf(close));
    }

    [Fact]
    public void A_scriptSig_that_does_more_than_push_is_found()
    {
        var close = s_close.Clone();
        close.Inputs[0].ScriptSig = new Script((byte[])[(byte)OpcodeType.OP_NOP, .. close.Inputs[0].ScriptSig.ToBytes()]);
        Assert.Contains(CloseFaultKind.Input, KindsOf(close));
    }

    [Fact]
    public void A_spend_of_something_else_is_found()
    {
        var close = s_close.Clone();
        close.Inputs[0].PrevOut = new OutPoint(Sample.Id(0x12), 1);
        Assert.Contains(CloseFaultKind.Input, KindsOf(close));
    }

    [Fact]
    public void The_close_of_another_channel_is_found()
    {
        var other = Sample.Channel(paid: Paid, offer: new OfferId(7));
        Assert.Contains(CloseFaultKind.Input, KindsOf(Sample.Keys.Countersign(other, other.Balance.Newest!)));
    }

    [Fact]
    public void An_output_that_is_not_standard_is_found()
    {
        var channel = OfKnownMerchant(payout: new Script(OpcodeType.OP_1, OpcodeType.OP_ADD));
        Assert.Equal([CloseFaultKind.Output], KindsOf(Signed(_ => { }, channel), channel));
    }

    [Fact]
    public void Dust_is_found()
    {
        var channel = OfKnownMerchant();
        Assert.Equal([CloseFaultKind.Dust], KindsOf(Signed(close => close.Outputs[0].Value = Money.Satoshis(293L), channel), channel));
        Assert.Empty(KindsOf(Signed(close => close.Outputs[0].Value = Money.Satoshis(294L), channel), channel));
    }

    [Fact]
    public void More_than_there_is_is_found()
    {
        var channel = OfKnownMerchant();
        Assert.Equal([CloseFaultKind.Overspent], KindsOf(Signed(close => close.Outputs[0].Value = channel.Deposit.Value, channel), channel));
    }

    [Fact]
    public void A_fee_below_what_is_relayed_is_found_to_the_satoshi()
    {
        var size = Signed(_ => { }, OfKnownMerchant()).GetVirtualSize();
        var (enough, little) = (OfKnownMerchant(closeFee: size, deposit: Sample.Capacity + size), OfKnownMerchant(closeFee: size - 1, deposit: Sample.Capacity + size - 1));
        Assert.Equal(size, Signed(_ => { }, enough).GetVirtualSize());
        Assert.Equal(size, Signed(_ => { }, little).GetVirtualSize());
        Assert.Empty(KindsOf(Signed(_ => { }, enough), enough));
        Assert.Equal([CloseFaultKind.FeeTooLow], KindsOf(Signed(_ => { }, little), little));
    }

    [Fact]
    public void A_fee_that_nobody_means_is_found()
    {
        var channel = OfKnownMerchant(closeFee: 4_000_000, deposit: 4_100_000);
        Assert.Equal([CloseFaultKind.FeeTooHigh], KindsOf(Signed(_ => { }, channel), channel));
    }

    [Fact]
    public void The_highest_fee_that_is_ever_offered_is_none_of_these()
    {
        var fee = new MerchantPolicy { MinFeeRate = 5_000 }.CloseFee(FeeRate.Zero).Satoshi;
        var channel = OfKnownMerchant(closeFee: fee, deposit: fee + Paid);
        var smallest = Signed(_ => { }, channel);
        Assert.Single(smallest.Outputs);
        Assert.Empty(KindsOf(smallest, channel));
    }

    [Fact]
    public void A_transaction_that_is_too_large_is_found()
    {
        var channel = OfKnownMerchant(closeFee: 1_000_000, deposit: 5_000_000);
        var large = Signed(close =>
        {
            for (var i = 0; i < 4_000; i++) close.Outputs.Add(new TxOut(Money.Satoshis(600L), Sample.Change));
        }, channel);
        Assert.Contains(CloseFaultKind.Size, KindsOf(large, channel));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void A_version_that_is_not_relayed_is_found(int version)
    {
        var channel = OfKnownMerchant();
        Assert.Equal([CloseFaultKind.Form], KindsOf(Signed(close => close.Version = (uint)version, channel), channel));
    }

    [Fact]
    public void A_transaction_without_outputs_is_found()
    {
        var channel = OfKnownMerchant();
        Assert.Equal([CloseFaultKind.Form], KindsOf(Signed(close => close.Outputs.Clear(), channel), channel));
    }

    [Fact]
    public void All_faults_are_told_not_just_the_first()
    {
        var close = Signed(spend => spend.Version = 4, OfKnownMerchant());   // and its merchant is not the channel's
        Assert.Equal([CloseFaultKind.Form, CloseFaultKind.Script], KindsOf(close).Order().Reverse());
    }

    [Fact]
    public void The_words_hold_no_signature()
    {
        var close = Sample.Keys.Countersign(s_channel, Sample.Pay(s_channel, Paid, by: Sample.Stranger));
        var words = string.Join(", ", CloseCheck.FaultsOf(s_channel, close)!);
        foreach (var push in SignedInput.Elements(close).Take(2))
            Assert.DoesNotContain(Hex.Write(push.PushData.AsSpan(0, 8)), words, StringComparison.OrdinalIgnoreCase);
    }
}
