using BtcChannels.Chain;
using NBitcoin;

namespace BtcChannels.Tests.Chain;

/// <summary>The reasons are those of Bitcoin Core's and Knots' validation, versions 24 to 29.</summary>
public class BroadcastReasonTests
{
    private static readonly CancellationToken s_ct = CancellationToken.None;

    public static TheoryData<int, string, string> Refusals => new()
    {
        { -27, "Transaction outputs already in utxo set", "InChain" },
        { -27, "Transaction already in block chain", "InChain" },
        { -27, "txn-already-in-mempool", "InMempool" },
        { -26, "txn-already-in-mempool", "InMempool" },
        { -26, "txn-same-nonwitness-data-in-mempool", "InMempool" },
        { -26, "txn-already-known", "InChain" },
        { -25, "bad-txns-inputs-missingorspent", "InputsMissing" },
        { -25, "Missing inputs", "InputsMissing" },
        { -26, "missing-inputs", "InputsMissing" },
        { -26, "non-final", "NotFinal" },
        { -26, "non-BIP68-final", "NotFinal" },
        { -26, "txn-mempool-conflict", "Conflicts" },
        { -26, "insufficient fee, rejecting replacement 6d2d (not enough additional fees to relay; 0.00 < 0.00000122)", "Conflicts" },
        { -26, "replacement-adds-unconfirmed, replacement 6d2d adds unconfirmed input", "Conflicts" },
        { -26, "too many potential replacements, rejecting replacement 6d2d", "Conflicts" },
        { -26, "bad-txns-spends-conflicting-tx", "Conflicts" },
        { -26, "min relay fee not met, 17 < 18", "FeeTooLow" },
        { -26, "mempool min fee not met, 171 < 500", "FeeTooLow" },
        { -26, "mempool full", "FeeTooLow" },
        { -26, "mempool-script-verify-flag-failed (Locktime requirement not satisfied)", "Invalid" },
        { -26, "mandatory-script-verify-flag-failed (Signature must be zero for failed CHECK(MULTI)SIG operation)", "Invalid" },
        { -26, "dust, tx with dust output must be 0-fee", "Invalid" },
        { -26, "scriptpubkey", "Invalid" },
        { -26, "a reason of a version to come", "Invalid" },
        { -26, "", "Invalid" },
        { -25, "Unspendable output exceeds maximum configured by user (maxburnamount)", "Invalid" },
        { -22, "TX decode failed. Make sure the tx has at least one input.", "Invalid" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task A_refusal_is_one_of_the_outcomes(int code, string reason, string outcome)
    {
        await using var node = FakeNode.Start();
        node.Fail("sendrawtransaction", code, reason);

        Assert.Equal(outcome, (await node.Chain().BroadcastAsync(Samples.Spend(), s_ct)).GetType().Name);
    }

    [Fact]
    public async Task The_reason_is_passed_on()
    {
        await using var node = FakeNode.Start();
        node.Fail("sendrawtransaction", -26, "dust, tx with dust output must be 0-fee");

        Assert.Equal(new BroadcastOutcome.Invalid("dust, tx with dust output must be 0-fee"), await node.Chain().BroadcastAsync(Samples.Spend(), s_ct));
    }

    [Theory]
    [InlineData(-28, "Verifying blocks…")]
    [InlineData(-31, "Error: Peer-to-peer functionality missing or disabled")]
    [InlineData(-32601, "Method not found")]
    [InlineData(-1, "something else")]
    public async Task An_error_that_is_not_about_the_transaction_is_an_outage(int code, string message)
    {
        await using var node = FakeNode.Start();
        node.Fail("sendrawtransaction", code, message);

        await Assert.ThrowsAsync<ChainUnavailableException>(() => node.Chain().BroadcastAsync(Samples.Spend(), s_ct));
    }

    [Fact]
    public async Task No_limit_on_fees_applies_but_the_networks()
    {
        await using var node = FakeNode.Start();
        var transaction = Samples.Spend();
        node.Answer("sendrawtransaction", FakeNode.Quote(transaction.GetHash().ToString()));
        node.Answer("testmempoolaccept", """[{"allowed":true}]""");
        var chain = node.Chain();

        Assert.IsType<BroadcastOutcome.InMempool>(await chain.BroadcastAsync(transaction, s_ct));
        Assert.IsType<MempoolVerdict.Acceptable>(await chain.TestAsync(transaction, s_ct));

        Assert.Equal($"[\"{transaction.ToHex()}\",0]", node.ParametersOf("sendrawtransaction"));
        Assert.Equal($"[[\"{transaction.ToHex()}\"],0]", node.ParametersOf("testmempoolaccept"));
    }

    [Theory]
    [InlineData("txn-already-in-mempool")]
    [InlineData("txn-already-known")]
    [InlineData("txn-same-nonwitness-data-in-mempool")]
    public async Task What_the_node_has_is_acceptable(string reason)
    {
        await using var node = FakeNode.Start();
        node.Answer("testmempoolaccept", $$"""[{"allowed":false,"reject-reason":"{{reason}}"}]""");

        Assert.IsType<MempoolVerdict.Acceptable>(await node.Chain().TestAsync(Samples.Spend(), s_ct));
    }

    [Theory]
    [InlineData("""[{"allowed":false,"reject-reason":"min relay fee not met"}]""", "min relay fee not met")]
    [InlineData("""[{"allowed":false,"reject-reason":"a reason of a version to come"}]""", "a reason of a version to come")]
    [InlineData("""[{"package-error":"package-not-sorted"}]""", "package-not-sorted")]
    public async Task What_the_node_would_refuse_is_unacceptable(string verdict, string reason)
    {
        await using var node = FakeNode.Start();
        node.Answer("testmempoolaccept", verdict);

        Assert.Equal(new MempoolVerdict.Unacceptable(reason), await node.Chain().TestAsync(Samples.Spend(), s_ct));
    }

    [Theory]
    [InlineData("null", false)]
    [InlineData("""{"bestblock":"00000000000000000000000000000000000000000000000000000000000000aa","confirmations":1,"value":0.1,"scriptPubKey":{"hex":"51"}}""", true)]
    public async Task Inputs_are_also_missing_for_what_is_in_the_chain_and_its_outputs_tell(string txOut, bool isAcceptable)
    {
        await using var node = FakeNode.Start();
        node.Answer("testmempoolaccept", """[{"allowed":false,"reject-reason":"missing-inputs"}]""");
        node.Answer("gettxout", txOut);
        node.Answer("getblockheader", $$"""{"hash":"{{FakeNode.TipHash}}","height":12,"confirmations":1,"mediantime":1700000000}""");
        var transaction = Samples.Spend();

        Assert.Equal(isAcceptable, await node.Chain().TestAsync(transaction, s_ct) is MempoolVerdict.Acceptable);
        // Apart from the mempool: there a transaction with these outputs is another answer.
        Assert.Equal($"[\"{transaction.GetHash()}\",0,false]", node.ParametersOf("gettxout"));
    }

    [Fact]
    public async Task A_transaction_that_does_not_decode_is_unacceptable()
    {
        await using var node = FakeNode.Start();
        node.Fail("testmempoolaccept", -22, "TX decode failed");

        Assert.Equal(new MempoolVerdict.Unacceptable("TX decode failed"), await node.Chain().TestAsync(Samples.Spend(), s_ct));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("[{}]")]
    [InlineData("""[{"allowed":false}]""")]
    public async Task A_verdict_without_a_word_is_no_answer(string verdict)
    {
        await using var node = FakeNode.Start();
        node.Answer("testmempoolaccept", verdict);

        await Assert.ThrowsAsync<ChainUnavailableException>(() => node.Chain().TestAsync(Samples.Spend(), s_ct));
    }
}
