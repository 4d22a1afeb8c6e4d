using BtcChannels.Client;
using BtcChannels.Storage;
using BtcChannels.Tests.Client;
using NBitcoin;

namespace BtcChannels.Tests.Storage;

public class CustomerSpendingTests
{
    private const long Day = 20_000;

    private static readonly SpendingBudget s_none = new(null, null, null);

    private static CustomerChannel Paid(CustomerChannel channel, Customer customer, long total) => channel with
    {
        Newest = customer.Runtime.Keys.Pay(channel, Money.Satoshis(total), ((CustomerState.Active)channel.State).PayoutScript),
    };

    private static Task<SpendOutcome> SpendAsync(Customer customer, CustomerChannel next, long from, long raise, long day, SpendingBudget budget) =>
        customer.Runtime.Book.UseAsync(store => store.TrySpendAsync(next, from, Money.Satoshis(raise), day, budget, default), default);

    private static Task<SpendingTotals> TotalsAsync(Customer customer, string merchant, long day) =>
        customer.Runtime.Book.UseAsync(store => store.SpendingAsync(merchant, day, default), default);

    [Fact]
    public async Task A_payment_and_its_count_are_written_together_or_not_at_all()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        var next = Paid(channel, rig.Customer, 500);
        Assert.Equal(SpendOutcome.Stale, await SpendAsync(rig.Customer, next, channel.Version + 1, 500, Day, s_none));
        Assert.Equal(new(Money.Zero, Money.Zero, Money.Zero), await TotalsAsync(rig.Customer, channel.Merchant, Day));
        Assert.Equal(SpendOutcome.Written, await SpendAsync(rig.Customer, next, channel.Version, 500, Day, s_none));
        Assert.Equal(new(Money.Satoshis(500L), Money.Satoshis(500L), Money.Satoshis(500L)), await TotalsAsync(rig.Customer, channel.Merchant, Day));
        Assert.Equal((500, channel.Version + 1), ((await rig.ReadAsync(channel)).Authorized.Satoshi, (await rig.ReadAsync(channel)).Version));
    }

    [Theory]
    [InlineData(999, null, null, SpendOutcome.OverMerchant)]
    [InlineData(null, 999, null, SpendOutcome.OverDay)]
    [InlineData(null, null, 999, SpendOutcome.OverTotal)]
    [InlineData(999, 999, 999, SpendOutcome.OverMerchant)]
    [InlineData(1_000, 1_000, 1_000, SpendOutcome.Written)]
    public async Task A_budget_holds_to_the_satoshi(int? merchant, int? day, int? total, SpendOutcome expected)
    {
        static Money? Of(int? amount) => amount is { } it ? Money.Satoshis((long)it) : null;
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        await SpendAsync(rig.Customer, Paid(channel, rig.Customer, 600), channel.Version, 600, Day, s_none);
        channel = await rig.ReadAsync(channel);
        Assert.Equal(expected, await SpendAsync(rig.Customer, Paid(channel, rig.Customer, 1_000), channel.Version, 400, Day, new(Of(merchant), Of(day), Of(total))));
        Assert.Equal(expected == SpendOutcome.Written ? 1_000 : 600, (await rig.ReadAsync(channel)).Authorized.Satoshi);
    }

    [Fact]
    public async Task Each_day_has_its_own_budget()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        var budget = new SpendingBudget(null, Money.Satoshis(600L), null);
        Assert.Equal(SpendOutcome.Written, await SpendAsync(rig.Customer, Paid(channel, rig.Customer, 600), channel.Version, 600, Day, budget));
        channel = await rig.ReadAsync(channel);
        Assert.Equal(SpendOutcome.OverDay, await SpendAsync(rig.Customer, Paid(channel, rig.Customer, 601), channel.Version, 1, Day, budget));
        Assert.Equal(SpendOutcome.Written, await SpendAsync(rig.Customer, Paid(channel, rig.Customer, 601), channel.Version, 1, Day + 1, budget));
        Assert.Equal(new(Money.Zero, Money.Satoshis(1L), Money.Satoshis(601L)), await TotalsAsync(rig.Customer, "https://other.example", Day + 1));
    }
}
