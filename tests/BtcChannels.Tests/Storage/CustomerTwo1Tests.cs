using BtcChannels.Client;
using BtcChannels.Storage;
using BtcChannels.Tests.Client;
using NBitcoin;

namespace BtcChannels.Tests.Storage;

public class CustomerTwo1Tests
{
    private const int Most = 10;

    private static readonly SpendingBudget s_none = new(null, null, null);
    private static readonly Two1Request s_request = new("GET", "https://shop.example/buy?what=this");

    private static uint256 Id(byte number) => new([.. Enumerable.Repeat(number, 32)]);

    private static Task<T> UseAsync<T>(Rig rig, Func<CustomerStore, Task<T>> action) => rig.Customer.Runtime.Book.UseAsync(action, default);

    private static Task<IReadOnlyList<Two1Token>> TokensAsync(Rig rig, CustomerChannel channel) => UseAsync(rig, store => store.TokensAsync(channel.KeyIndex, Most, default));

    private static CustomerChannel Paid(Rig rig, CustomerChannel channel) =>
        channel with { Newest = rig.Customer.Runtime.Keys.Pay(channel, channel.Authorized + 500L, ((CustomerState.Active)channel.State).PayoutScript) };

    [Fact]
    public async Task A_token_is_written_with_its_payment_or_not_at_all()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        var token = new Two1Token(Id(1), channel.KeyIndex, Money.Satoshis(500L), s_request);
        var next = Paid(rig, channel);
        Assert.False(await UseAsync(rig, store => store.TryWritePaymentAsync(next, channel.Version + 1, default, token)));
        Assert.Equal(SpendOutcome.OverTotal, await UseAsync(rig, store => store.TrySpendAsync(next, channel.Version, token.Amount, 1, new(null, null, Money.Satoshis(499L)), default, token)));
        Assert.Equal(SpendOutcome.Stale, await UseAsync(rig, store => store.TrySpendAsync(next, channel.Version + 1, token.Amount, 1, s_none, default, token)));
        Assert.Empty(await TokensAsync(rig, channel));
        Assert.True(await UseAsync(rig, store => store.TryWritePaymentAsync(next, channel.Version, default, token)));
        Assert.Equal([token], await TokensAsync(rig, channel));
    }

    [Fact]
    public async Task Tokens_are_listed_newest_first_and_those_for_requests_apart_until_they_are_forgotten()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        Two1Token[] tokens = [
            new(Id(3), channel.KeyIndex, Money.Satoshis(500L), s_request), new(Id(2), channel.KeyIndex, Money.Satoshis(500L), null), new(Id(1), channel.KeyIndex, Money.Satoshis(500L), s_request)];
        foreach (var token in tokens)
        {
            var now = await rig.ReadAsync(channel);
            Assert.Equal(SpendOutcome.Written, await UseAsync(rig, store => store.TrySpendAsync(Paid(rig, now), now.Version, token.Amount, 1, s_none, default, token)));
        }
        Assert.Equal(tokens.Reverse(), await TokensAsync(rig, channel));
        Assert.Equal([tokens[2], tokens[1]], await UseAsync(rig, store => store.TokensAsync(channel.KeyIndex, 2, default)));
        Assert.Equal([tokens[0], tokens[2]], await UseAsync(rig, store => store.BoughtTokensAsync(channel.KeyIndex, default)));
        Assert.Empty(await UseAsync(rig, store => store.BoughtTokensAsync(channel.KeyIndex + 1, default)));
        await UseAsync(rig, async store =>
        {
            await store.ForgetTokenAsync(tokens[0].Token, default);
            await store.ForgetTokenAsync(tokens[0].Token, default);
            return true;
        });
        Assert.Equal([tokens[2]], await UseAsync(rig, store => store.BoughtTokensAsync(channel.KeyIndex, default)));
    }
}
