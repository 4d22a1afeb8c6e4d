using BtcChannels.AspNetCore;
using BtcChannels.Storage;
using BtcChannels.Tests.Domain;
using Microsoft.Extensions.Logging.Abstractions;
using NBitcoin;

namespace BtcChannels.Tests.AspNetCore;

/// <summary>What of an instance charges, over a store: its memory, its view of the chain, and its hand on closes.</summary>
internal sealed class ChargeRig
{
    public ChargeRig(IMerchantStore store, MerchantPolicy? policy = null)
    {
        policy ??= Sample.Policy;
        Store = store;
        Clock.AdvanceTo(Sample.Now);
        View = new ChainView(Clock);
        View.Saw(Sample.At().Tip);
        var (chain, raises) = (new FakeChain(Clock), new RaisedTotals());
        var held = new HeldChannels(store, chain);
        Channels = new OpenChannels(store, held, raises, policy);
        Charges = new Charges(store, Channels, held, raises, View, policy, Clock, NullLogger<Charges>.Instance);
        Worker = new MerchantWorker(store, Channels, chain, Sample.Keys, new WatchDuty(null, Clock), View, policy, NullLogger<MerchantWorker>.Instance);
    }

    private static CancellationToken Ct => CancellationToken.None;

    public IMerchantStore Store { get; }

    public ManualClock Clock { get; } = new();

    public ChainView View { get; }

    public OpenChannels Channels { get; }

    public Charges Charges { get; }

    public MerchantWorker Worker { get; }

    public static async Task<MerchantChannel> AddAsync(IMerchantStore store)
    {
        var channel = Sample.Channel() with { PayoutIndex = 0 };
        return Assert.IsType<AddOutcome.Added>(await store.AddAsync(_ => channel, Sample.DepositTransaction(channel.Terms), Ct)).Channel;
    }

    public ValueTask<ChargeOutcome> TakeAsync(MerchantChannel channel, long total, long? costMsat, RequestKey? key = null) =>
        Charges.TakeAsync(channel.Id, Sample.Pay(channel, total), costMsat is { } cost ? Cost(cost, key) : null, Ct);

    public Reservation Cost(long msat, RequestKey? key = null) => Charges.Reserve(new MilliSatoshi(msat), key);

    public async Task<(long Authorized, long Spent, string? Reserved)> SumsAsync(MerchantChannel channel)
    {
        var balance = (await RowAsync(channel)).Balance;
        return (balance.Authorized.Satoshi, balance.Spent.Value, balance.Reserved.Text);
    }

    public async Task<MerchantChannel> RowAsync(MerchantChannel channel) => (await Store.FindAsync(channel.Id, Ct))!;

    /// <summary>As <see cref="Merchant.CloseAsync"/> does it, at the least that the customer may sign.</summary>
    public async Task<MerchantChannel> CloseAtLeastAsync(MerchantChannel channel)
    {
        using var turn = Worker.TurnOf(channel.Id);
        for (; ; await turn.AgainAsync())
        {
            var row = await RowAsync(channel);
            var counted = row with { Balance = row.Balance.Of(Store.IsLive) };
            var least = Money.Max(counted.Balance.Taken.RoundedUp, Money.Satoshis(294L));
            if (CloseJudge.Judge(counted, Sample.Pay(channel, least.Satoshi)) is not CloseOutcome.Granted granted) throw new InvalidOperationException("It cannot be closed");
            if (await Worker.ApplyAsync(row, new MerchantEvent.CloseGranted(granted.Payment), Ct) is { } closed) return closed;
        }
    }
}

internal static class ChargesAtOnce
{
    /// <summary>A step that is served at once.</summary>
    public static async ValueTask<ChargeOutcome> ChargeAsync(this Charges charges, ChannelId id, MilliSatoshi amount, CancellationToken ct)
    {
        var step = charges.Reserve(amount);
        var outcome = await charges.StepAsync(id, null, step, ct);
        if (outcome is ChargeOutcome.Granted) await charges.SettleAsync(id, step, amount, null);
        return outcome;
    }
}
