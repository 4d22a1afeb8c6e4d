using System.Diagnostics;
using BtcChannels.Chain;
using NBitcoin;

namespace BtcChannels.Client;

/// <summary>What became of an event.</summary>
/// <param name="Channel">As it stands afterwards.</param>
/// <param name="Outcome">Of the last broadcast; null where there was none, or the node was away.</param>
/// <param name="IsDone">Whether every effect was carried out. What was not is done at the next block.</param>
internal sealed record Applied(CustomerChannel Channel, BroadcastOutcome? Outcome, bool IsDone);

/// <summary>Applies events to stored channels: the pure transition decides, the store is written by compare-and-swap, and only then something is done.</summary>
internal sealed class ChannelUpdater(ChannelBook book, CustomerOptions options, Func<CancellationToken, Task<DepositFunding?>> funding)
{
    public async Task<Applied> ApplyAsync(CustomerChannel channel, CustomerEvent what, ChainTip tip, CancellationToken ct)
    {
        var context = new CustomerContext(tip, options.BuriedAt, SignRefund);
        while (true)
        {
            var (next, effects) = CustomerTransitions.Apply(channel, what, context);
            if (await TryWriteAsync(channel, next, ct) is { } written) return await RunAsync(written, effects, ct);
            channel = await book.RereadAsync(channel, ct);
        }
    }

    /// <summary>Signs the refund anew and stores it before anything else happens.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The fee leaves nothing that would be relayed.</exception>
    public async Task<CustomerChannel> ResignRefundAsync(CustomerChannel channel, Money fee, CancellationToken ct)
    {
        while (true)
        {
            var next = channel with { Refund = book.Keys.Refund(channel.KeyIndex, channel.Deposit, channel.Terms, fee, channel.CustomerScript, channel.Door) };
            if (await TryWriteAsync(channel, next, ct) is { } written) return written;
            channel = await book.RereadAsync(channel, ct);
        }
    }

    /// <returns>Null where the node is away.</returns>
    public async Task<BroadcastOutcome?> BroadcastAsync(CustomerChannel channel, Transaction transaction, CancellationToken ct)
    {
        try
        {
            var outcome = await options.Chain.BroadcastAsync(transaction, ct);
            Tell(new CustomerNotice.Broadcast(channel, transaction, outcome));
            return outcome;
        }
        catch (ChainUnavailableException away)
        {
            Tell(new CustomerNotice.Trouble($"{transaction.GetHash()} of channel {channel.Id} is not broadcast yet: {away.Message}"));
            return null;
        }
    }

    /// <returns>The channel as written, or as it was where nothing changed; null where another write came first.</returns>
    private async Task<CustomerChannel?> TryWriteAsync(CustomerChannel channel, CustomerChannel next, CancellationToken ct)
    {
        if (next == channel) return channel;
        if (!await book.WriteAsync(store => store.TryWriteAsync(next, channel.Version, ct), ct)) return null;
        next = next with { Version = channel.Version + 1 };
        Tell(new CustomerNotice.Changed(channel, next));
        return next;
    }

    private async Task<Applied> RunAsync(CustomerChannel channel, IReadOnlyList<CustomerEffect> effects, CancellationToken ct)
    {
        var applied = new Applied(channel, null, true);
        foreach (var effect in effects)
        {
            switch (effect)
            {
                case CustomerEffect.Broadcast broadcast:
                    var outcome = await BroadcastAsync(channel, broadcast.Transaction, ct);
                    applied = applied with { Outcome = outcome, IsDone = applied.IsDone && outcome is not null };
                    break;
                case CustomerEffect.ReleaseCoins release:
                    await ReleaseAsync(release.Deposit, ct);
                    break;
                default:
                    throw new UnreachableException(effect.ToString());
            }
        }
        return applied;
    }

    /// <summary>A wallet that does not let go of coins now does so at its next start; nothing depends on it.</summary>
    public async Task ReleaseAsync(Transaction deposit, CancellationToken ct)
    {
        if (await funding(ct) is not { } from) return;
        try
        {
            await from.Release(deposit, ct);
        }
        catch (Exception fault) when (fault is WalletException or ChainUnavailableException)
        {
            Tell(new CustomerNotice.Trouble($"The coins of {deposit.GetHash()} stay locked in the wallet for now: {fault.Message}"));
        }
    }

    /// <summary>For a deposit at another outpoint, at the same fee.</summary>
    private Transaction SignRefund(CustomerChannel channel, Deposit deposit) =>
        book.Keys.Refund(channel.KeyIndex, deposit, channel.Terms, RefundFee.Of(channel), channel.CustomerScript, channel.Door);

    private void Tell(CustomerNotice notice) => options.Notify?.Invoke(notice);
}
