using BtcChannels.Chain;
using BtcChannels.Storage;

namespace BtcChannels.AspNetCore;

/// <summary>
/// Channels of a store that was restored from a backup. Customers may have signed more since, and a close may be on its way that the store does not know. So the first
/// payment is taken slowly: only where the node says that the deposit is unspent, mempool included. It, or the newest one again, ends the hold.
/// </summary>
public sealed class HeldChannels(IMerchantStore store, IChain chain)
{
    /// <returns>Null where the payment is still to be judged: another write came first, or the hold is over.</returns>
    /// <exception cref="ChainUnavailableException">The node does not say whether the deposit is there.</exception>
    public async Task<PaymentOutcome?> PayAsync(ChannelId id, SignedPayment payment, MerchantPolicy policy, Moment now, CancellationToken ct)
    {
        if (await store.FindAsync(id, ct) is not { IsHeld: true } channel) return null;
        var outcome = PaymentJudge.Judge(new PayableChannel(channel), payment, now, policy);
        if (channel.State is not MerchantState.Open || outcome is PaymentOutcome.Refused) return outcome;
        if (await chain.GetUnspentAsync(channel.Deposit.OutPoint, ct) is null) return new PaymentOutcome.Refused(PaymentRejection.ChannelClosed);
        if (channel.DepositHeight is null)
        {
            // What is paid on unmined deposits is bounded where it is written: this only ends the hold.
            await WriteAsync(channel with { IsHeld = false });
            return null;
        }
        var released = channel with { Balance = outcome is PaymentOutcome.Accepted taken ? taken.Next.Balance : channel.Balance, IsHeld = false };
        return await WriteAsync(released) ? outcome : null;

        Task<bool> WriteAsync(MerchantChannel next) => store.TryWriteAsync(next, channel.Version, ChannelHistory.Between(channel, next, what: null, now), ct);
    }
}
