using BtcChannels.Storage;
using BtcChannels.Two1;
using NBitcoin;

namespace BtcChannels.Tests.Storage;

/// <summary>Channels of the two1 door: their fee and tokens, which are written with the payments.</summary>
public abstract class MerchantTokensContract : MerchantStoreContract
{
    private static PaymentToken Token(string name, long amount = 100, long at = 1_800_000_000, bool isRedeemed = false) => new(StoreSample.Hash(name), Money.Satoshis(amount), at, isRedeemed);

    private Task<MerchantChannel> AddOpenAsync(string coin, int? depositHeight = 7, bool isPaid = true) => AddAsync(
        it => it with { State = new MerchantState.Open(), DepositHeight = depositHeight, Balance = isPaid ? StoreSample.Paid(1_000) : Balance.Nothing, Two1 = new Two1Part(379, 0) }, coin);

    private static PayableChannel Pay(PayableChannel channel, long total, long fee, int unredeemed)
    {
        var terms = channel.Two1!.Terms;
        return channel.With(
            StoreSample.Paid(total, channel.Balance.Spent.Value),
            channel.Two1 with { Terms = new ChannelTerms(terms.Kind, terms.MerchantKey, terms.CustomerKey, terms.Expiry, Money.Satoshis(fee)), Unredeemed = unredeemed });
    }

    private async Task<PaymentToken?> FoundAsync(string name) => (await Store.FindTokenAsync(StoreSample.Hash(name), Ct))?.Token;

    [ContractFact]
    public async Task What_a_channel_of_the_two1_door_has_besides_comes_back()
    {
        var added = await AddOpenAsync("coin");
        Assert.Equal(new Two1Part(379, 0), (await ReadAsync(added.Id)).Two1);
        Assert.Null((await ReadAsync((await AddAsync(it => it, "other")).Id)).Two1);
        Assert.True(await Store.TryWriteAsync(added with { Two1 = new Two1Part(379, 3), Terms = StoreSample.Terms(closeFee: 777) }, 1, Ct));
        Assert.Equal((new Two1Part(379, 3), 777L), ((await ReadAsync(added.Id)).Two1, (await ReadAsync(added.Id)).Terms.CloseFee.Satoshi));
    }

    [ContractTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_payment_writes_its_fee_and_token_and_builds_on_the_one_before(bool isPaid)
    {
        var added = await AddOpenAsync("coin", isPaid: isPaid);
        var first = Pay(new PayableChannel(added), 1_100, 5_000, 1);
        var second = Pay(first, 1_300, 6_000, 2);
        var writes = new[] { Store.TryWriteTokenAsync(first, Token("a"), null, Ct), Store.TryWriteTokenAsync(second, Token("b", 200), null, Ct) };
        Assert.Equal([UnminedPayment.Written, UnminedPayment.Written], await Task.WhenAll(writes));

        var read = await ReadAsync(added.Id);
        Assert.Equal((1_300L, 6_000L, new Two1Part(379, 2), 3L), (read.Balance.Authorized.Satoshi, read.Terms.CloseFee.Satoshi, read.Two1, read.Version));
        Assert.Equal((added.Id, Token("a")), (await Store.FindTokenAsync(StoreSample.Hash("a"), Ct) is var (id, token) ? (id, token) : default));
        Assert.Equal(Token("b", 200), await FoundAsync("b"));
        Assert.Null(await FoundAsync("c"));
        var payable = new List<PayableChannel>();
        await foreach (var one in Store.PayableAsync(Ct)) payable.Add(one);
        Assert.Equal((6_000L, 2), (Assert.Single(payable).Two1!.Terms.CloseFee.Satoshi, payable[0].Two1!.Unredeemed));
    }

    [ContractFact]
    public async Task A_stale_payment_leaves_no_token()
    {
        var added = await AddOpenAsync("coin");
        var first = Pay(new PayableChannel(added), 1_100, 5_000, 1);
        Assert.Equal(UnminedPayment.Written, await Store.TryWriteTokenAsync(first, Token("a"), null, Ct));
        Assert.Equal(UnminedPayment.Behind, await Store.TryWriteTokenAsync(Pay(new PayableChannel(added), 1_200, 9_000, 1), Token("b"), null, Ct));
        Assert.False(await Store.TryWriteAsync(added, 1, [], Ct, Token("c")));
        Assert.Null(await FoundAsync("b"));
        Assert.Null(await FoundAsync("c"));
        Assert.Equal(5_000, (await ReadAsync(added.Id)).Terms.CloseFee.Satoshi);
    }

    [ContractFact]
    public async Task A_payment_by_another_door_leaves_fee_and_tokens_alone()
    {
        var added = await AddOpenAsync("coin");
        var paid = Pay(new PayableChannel(added), 1_100, 5_000, 1);
        Assert.Equal(UnminedPayment.Written, await Store.TryWriteTokenAsync(paid, Token("a"), null, Ct));
        Assert.True(await Store.TryWritePaymentAsync(paid.With(StoreSample.Paid(1_200)), Ct));
        Assert.Equal((5_000L, new Two1Part(379, 1)), ((await ReadAsync(added.Id)).Terms.CloseFee.Satoshi, (await ReadAsync(added.Id)).Two1));
    }

    [ContractFact]
    public async Task A_token_is_redeemed_with_what_is_spent_for_it_on_open_channels_and_others()
    {
        var added = await AddOpenAsync("coin");
        var paid = Pay(new PayableChannel(added), 1_300, 5_000, 2);
        Assert.Equal(UnminedPayment.Written, await Store.TryWriteTokenAsync(paid, Token("a"), null, Ct));
        Assert.Equal(UnminedPayment.Written, await Store.TryWriteTokenAsync(Pay(paid, 1_400, 5_000, 3), Token("b"), null, Ct));
        var read = await ReadAsync(added.Id);

        var settled = new PayableChannel(read).With(StoreSample.Paid(1_400, 50_000), new PayableChannel(read).Two1! with { Unredeemed = 1 });
        Assert.Equal(UnminedPayment.Written, await Store.TryWriteTokenAsync(settled, Token("a", isRedeemed: true), null, Ct));
        Assert.Equal(Token("a", isRedeemed: true), await FoundAsync("a"));
        Assert.Equal(Token("b"), await FoundAsync("b"));

        read = await ReadAsync(added.Id);
        Assert.True(await Store.TryWriteAsync(read with { State = new MerchantState.Closing(StoreSample.Close) }, read.Version, [], Ct, Token("b", isRedeemed: true)));
        Assert.True((await FoundAsync("b"))!.IsRedeemed);
        Assert.IsType<MerchantState.Closing>((await ReadAsync(added.Id)).State);
    }

    [ContractFact]
    public async Task Payments_on_unmined_deposits_are_bounded()
    {
        var added = await AddOpenAsync("coin", depositHeight: null);
        var over = Pay(new PayableChannel(added), 2_001, 5_000, 1);
        Assert.Equal(UnminedPayment.OverBound, await Store.TryWriteTokenAsync(over, Token("a"), Money.Satoshis(2_000L), Ct));
        Assert.Null(await FoundAsync("a"));
        Assert.Equal(UnminedPayment.Written, await Store.TryWriteTokenAsync(over, Token("a"), Money.Satoshis(2_001L), Ct));
        Assert.NotNull(await FoundAsync("a"));
        Assert.Equal(UnminedPayment.Behind, await Store.TryWriteTokenAsync(over, Token("b"), Money.Satoshis(9_000L), Ct));
    }

    [ContractFact]
    public async Task Tokens_are_forgotten_oldest_first()
    {
        var channel = new PayableChannel(await AddOpenAsync("coin"));
        for (var i = 1; i <= 5; i++)
        {
            channel = Pay(channel, 1_000 + i, 5_000, i);
            Assert.Equal(UnminedPayment.Written, await Store.TryWriteTokenAsync(channel, Token($"{i}", at: i), null, Ct));
        }
        Assert.Equal(2, await Store.ForgetTokensAsync(4, 2, Ct));
        Assert.Equal(1, await Store.ForgetTokensAsync(4, 2, Ct));
        Assert.Equal(0, await Store.ForgetTokensAsync(4, 2, Ct));
        for (var i = 1; i <= 5; i++) Assert.Equal(i < 4, await FoundAsync($"{i}") is null);
    }
}
