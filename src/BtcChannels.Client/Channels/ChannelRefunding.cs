using BtcChannels.Chain;
using NBitcoin;

namespace BtcChannels.Client;

/// <summary>Takes deposits back by hand; after expiry the follower of the chain does it by itself.</summary>
internal sealed class ChannelRefunding(CustomerRuntime run)
{
    public async Task<RefundResult> RefundAsync(ChannelId id, FeeRate? feeRate, CancellationToken ct)
    {
        using var alone = await run.LockAsync(id, ct);
        if (await run.Book.FindAsync(id, ct) is not { } channel) return new RefundResult.ChannelUnknown();
        await run.Follower.SyncAsync(ct);
        channel = await run.Book.RereadAsync(channel, ct);
        if (channel.State is CustomerState.Closed or CustomerState.Refunded) return new RefundResult.AlreadySpent(channel);
        var tip = await run.Options.Chain.GetTipAsync(ct);
        if (channel.DepositHeight is null)
        {
            // The merchant may have broadcast it after the channel was given up and no longer watched.
            if (await run.Options.Chain.GetUnspentAsync(channel.Deposit.OutPoint, ct) is not { Height: { } height }) return new RefundResult.NoDeposit(channel);
            channel = (await run.Updater.ApplyAsync(channel, new CustomerEvent.DepositMined(channel.DepositTransaction, height), tip, ct)).Channel;
        }
        var expiry = channel.Terms.Expiry;
        if (!expiry.IsRefundableAfter(tip)) return new RefundResult.NotYet(expiry, expiry.Left(new Moment(tip.MedianTime, tip, tip.MedianTime)));

        if (feeRate is not null)
        {
            var fee = RefundFee.At(feeRate, channel.CustomerScript);
            if (fee <= Money.Zero || channel.Deposit.Value - fee < StandardScript.DustThreshold(channel.CustomerScript))
                return new RefundResult.FeeTooHigh(fee, channel.Deposit.Value);
            if (fee != RefundFee.Of(channel)) channel = await run.Updater.ResignRefundAsync(channel, fee, ct);
        }
        var applied = await run.Updater.ApplyAsync(channel, new CustomerEvent.TipMoved(), tip, ct);
        return applied.Outcome switch
        {
            { IsKnown: true } => new RefundResult.Sent(applied.Channel, applied.Channel.Refund.GetHash(), applied.Channel.Refund.TotalOut),
            { } outcome => new RefundResult.NotTaken(applied.Channel, outcome),
            null => throw new ChainUnavailableException("The node went away before the refund was broadcast; it is stored, and sent at the next block"),
        };
    }
}
