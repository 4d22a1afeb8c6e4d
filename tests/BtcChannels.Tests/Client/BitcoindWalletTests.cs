using BtcChannels.Chain;
using BtcChannels.Client;
using BtcChannels.Tests.Chain;
using BtcChannels.Tests.Storage;
using NBitcoin;

namespace BtcChannels.Tests.Client;

public class BitcoindWalletTests
{
    private const string Unsigned = """{"hex":"HEX","fee":0.00001000,"changepos":-1}""";

    private static readonly Transaction Funded = StoreSample.DepositTransaction("coin");
    private static readonly Script Script = StoreSample.Terms().DepositScript;

    [Fact]
    public async Task A_deposit_is_signed_with_its_coins_locked_and_not_broadcast()
    {
        await using var node = Start();
        var deposit = Assert.IsType<FundingResult.Funded>(await Wallet(node).Fund(Script, Money.Satoshis(100_346L), default)).Deposit;
        Assert.Equal(Funded.ToHex(), deposit.ToHex());
        Assert.Contains("\"lockUnspents\":true", node.ParametersOf("fundrawtransaction"), StringComparison.Ordinal);
        Assert.Contains("\"feeRate\":0.00003", node.ParametersOf("fundrawtransaction"), StringComparison.Ordinal);
        Assert.Equal(0, node.TimesAsked("sendrawtransaction"));
    }

    [Theory]
    [InlineData(-4)]
    [InlineData(-6)]
    public async Task Too_little_money_is_an_outcome(int code)
    {
        await using var node = Start();
        node.Fail("fundrawtransaction", code, "Insufficient funds");
        Assert.IsType<FundingResult.InsufficientFunds>(await Wallet(node).Fund(Script, Money.Satoshis(100_346L), default));
    }

    [Fact]
    public async Task A_wallet_that_cannot_sign_says_so_and_frees_the_coins()
    {
        await using var node = Start();
        node.Answer("signrawtransactionwithwallet", $$"""{"hex":"{{Funded.ToHex()}}","complete":false}""");
        await Assert.ThrowsAsync<WalletException>(() => Wallet(node).Fund(Script, Money.Satoshis(100_346L), default));
        Assert.Contains(Funded.Inputs[0].PrevOut.Hash.ToString(), node.ParametersOf("lockunspent"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Coins_that_are_free_already_are_no_fault()
    {
        await using var node = Start();
        node.Fail("lockunspent", -8, "Invalid parameter, expected locked output");
        await Wallet(node).Release(Funded, default);
        Assert.Equal(1, node.TimesAsked("lockunspent"));
    }

    [Theory]
    [InlineData(-13)]
    [InlineData(-18)]
    [InlineData(-19)]
    public async Task A_wallet_that_cannot_be_used_is_told_as_one(int code)
    {
        await using var node = Start();
        node.Fail("getnewaddress", code, "no");
        await Assert.ThrowsAsync<WalletException>(() => Wallet(node).NewScript(default));
    }

    [Fact]
    public async Task A_node_that_starts_is_an_outage()
    {
        await using var node = Start();
        node.Fail("getnewaddress", -28, "Loading block index");
        await Assert.ThrowsAsync<ChainUnavailableException>(() => Wallet(node).NewScript(default));
    }

    [Fact]
    public async Task A_node_that_is_not_there_is_an_outage()
    {
        var node = Start();
        var wallet = Wallet(node);
        await node.DisposeAsync();
        await Assert.ThrowsAsync<ChainUnavailableException>(() => wallet.NewScript(default));
    }

    [Fact]
    public async Task A_node_that_hangs_is_an_outage()
    {
        await using var node = Start();
        node.Hang("getnewaddress");
        await Assert.ThrowsAsync<ChainUnavailableException>(() => Wallet(node, TimeSpan.FromMilliseconds(100)).NewScript(default));
    }

    private static FakeNode Start()
    {
        var node = FakeNode.Start();
        node.Answer("estimatesmartfee", """{"errors":["Insufficient data or no feerate found"],"blocks":2}""");
        node.Answer("fundrawtransaction", Unsigned.Replace("HEX", Funded.ToHex(), StringComparison.Ordinal));
        node.Answer("signrawtransactionwithwallet", $$"""{"hex":"{{Funded.ToHex()}}","complete":true}""");
        node.Answer("lockunspent", "true");
        return node;
    }

    private static DepositFunding Wallet(FakeNode node, TimeSpan? timeout = null) =>
        new BitcoindWallet(new BitcoindOptions(node.Uri, User: FakeNode.User, Password: FakeNode.Password, Timeout: timeout), Network.RegTest).Funding;
}
