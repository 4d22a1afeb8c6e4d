using NBitcoin;

namespace BtcChannels.Tests.Domain;

public class CloseProbeTests
{
    private static readonly MerchantChannel s_fresh = Sample.Channel(new MerchantState.Pending(Sample.Now + 7_200));

    [Theory, MemberData(nameof(StandardScripts.Names), MemberType = typeof(StandardScripts))]
    public void It_passes_where_the_channels_own_closes_will(string customerScript) =>
        Assert.Null(CloseProbe.Of(s_fresh with { CustomerScript = StandardScripts.Named(customerScript).Script }, Sample.Keys).Faults);

    [Fact]
    public void It_differs_from_the_channel_in_the_customers_key_alone()
    {
        var probe = CloseProbe.Of(s_fresh, Sample.Keys).Channel;
        var (own, its) = (s_fresh.Terms, probe.Terms);
        Assert.Equal(s_fresh with { Terms = its }, probe);
        Assert.Equal((own.Kind, own.MerchantKey, own.Expiry, own.CloseFee), (its.Kind, its.MerchantKey, its.Expiry, its.CloseFee));
        Assert.NotEqual(own.CustomerKey, its.CustomerKey);
    }

    [Fact]
    public void No_two_have_the_same_stand_in() => Assert.NotEqual(
        CloseProbe.Of(s_fresh, Sample.Keys).Channel.Terms.CustomerKey, CloseProbe.Of(s_fresh, Sample.Keys).Channel.Terms.CustomerKey);

    [Fact]
    public void It_has_both_outputs_and_the_merchants_is_the_least_that_can_be_claimed()
    {
        var close = CloseProbe.Of(s_fresh, Sample.Keys).Close;
        Assert.Equal([(294L, Sample.Payout), (Sample.Capacity - 294, Sample.Change)], close.Outputs.Select(it => (it.Value.Satoshi, it.ScriptPubKey)));
    }

    [Fact]
    public void It_does_not_spend_the_deposit() =>
        Assert.Contains(CloseCheck.FaultsOf(s_fresh, CloseProbe.Of(s_fresh, Sample.Keys).Close)!, fault => fault.Kind == CloseFaultKind.Script);

    [Fact]
    public void The_merchants_signature_in_it_completes_no_payment_of_the_customer()
    {
        var probe = CloseProbe.Of(s_fresh, Sample.Keys).Close;
        var merchant = SignedInput.SignatureOf(SignedInput.Elements(probe)[1]);
        var same = s_fresh.PaymentOf(Money.Satoshis(294L));
        Assert.Equal(same.Outputs.Select(it => (it.Value, it.ScriptPubKey)), probe.Outputs.Select(it => (it.Value, it.ScriptPubKey)));
        var stolen = ChannelTransactions.Close(same, s_fresh.Terms, Sample.Pay(s_fresh, 294).Signature, merchant);
        Assert.Equal(CloseFaultKind.Script, Assert.Single(CloseCheck.FaultsOf(s_fresh, stolen)!).Kind);
    }

    [Fact]
    public void A_key_that_is_not_the_merchants_is_found()
    {
        var other = new MerchantKeys([.. Sample.Seed.Reverse()], Network.RegTest);
        Assert.Equal(CloseFaultKind.Script, Assert.Single(CloseProbe.Of(s_fresh, other).Faults!).Kind);
        Assert.Equal(CloseFaultKind.Script, Assert.Single(CloseProbe.Of(s_fresh with { Offer = new OfferId(7) }, Sample.Keys).Faults!).Kind);
    }

    [Fact]
    public void A_fee_that_is_not_relayed_is_found()
    {
        var terms = new ChannelTerms(ChannelKind.P2sh, s_fresh.Terms.MerchantKey, s_fresh.Terms.CustomerKey, s_fresh.Terms.Expiry, Money.Satoshis(300L));
        Assert.Equal(CloseFaultKind.FeeTooLow, Assert.Single(CloseProbe.Of(s_fresh with { Terms = terms }, Sample.Keys).Faults!).Kind);
    }

    [Fact]
    public void A_script_that_is_not_relayed_to_is_found() => Assert.Equal(
        CloseFaultKind.Output, Assert.Single(CloseProbe.Of(s_fresh with { CustomerScript = new Script(OpcodeType.OP_1, OpcodeType.OP_ADD) }, Sample.Keys).Faults!).Kind);
}
