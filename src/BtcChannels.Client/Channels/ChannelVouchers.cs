using System.Diagnostics;
using BtcChannels.Storage;
using NBitcoin;

namespace BtcChannels.Client;

/// <summary>What came of asking for a voucher.</summary>
internal abstract record VoucherResult
{
    private VoucherResult() { }

    /// <summary>The channel's newest payment is at least what was asked for, and on disk.</summary>
    public sealed record Signed(CustomerChannel Channel, Money Raise) : VoucherResult
    {
        public SignedPayment Payment => Channel.Newest!;
    }

    /// <summary>Nothing was signed.</summary>
    public sealed record Unsigned(PayResult Why) : VoucherResult;

    /// <summary>Nothing was signed: the budget does not hold it.</summary>
    public sealed record OverBudget(SpendOutcome Which) : VoucherResult;
}

/// <summary>
/// Signs totals that somebody else sends. Unlike a payment at the direct door, a voucher need not wait for the answer to the one before: requests run side by side, and a
/// merchant takes totals in any order. What may be out without an answer is bounded by the prices of the requests under way, and all of it by the budget.
/// </summary>
internal sealed class ChannelVouchers(CustomerRuntime run, ChannelPaying paying)
{
    /// <param name="id">The channel.</param>
    /// <param name="total">The least total that is wanted. A total that the network would not relay is raised to the first that it does.</param>
    /// <param name="ahead">What may be signed beyond it, as far as the capacity goes, so that further requests need no signature.</param>
    /// <param name="budget">What bounds the raise.</param>
    /// <param name="ct">Gives up as long as nothing is signed.</param>
    public async Task<VoucherResult> AuthorizeAsync(ChannelId id, Money total, Money ahead, SpendingBudget budget, CancellationToken ct)
    {
        using var alone = await run.LockAsync(id, ct);
        while (await run.Book.FindAsync(id, ct) is { } channel)
        {
            if (channel.State is not CustomerState.Active active) return new VoucherResult.Unsigned(new PayResult.NotActive(channel.State));
            channel = paying.WithAnswer(channel);
            if (channel.Newest is not null && total <= channel.Authorized) return new VoucherResult.Signed(channel, Money.Zero);
            if (paying.IsShallow(channel)) return new VoucherResult.Unsigned(new PayResult.NotYet(0, channel.Confirmations));
            var least = Money.Max(total, StandardScript.DustThreshold(active.PayoutScript));
            if (paying.Fault(channel, least - channel.Authorized, active.PayoutScript) is { } fault) return new VoucherResult.Unsigned(fault);

            var wanted = Money.Min(least + ahead, channel.Capacity);
            switch (await SignAsync(channel, active.PayoutScript, wanted, budget, ct))
            {
                case VoucherResult.OverBudget when wanted > least: ahead = Money.Zero; break;   // what is ahead of need is the first to be left out
                case { } result: return result;
                case null: break;
            }
        }
        return new VoucherResult.Unsigned(new PayResult.ChannelUnknown());
    }

    /// <summary>The merchant says that he has a total.</summary>
    /// <returns>False where so much was never signed.</returns>
    public async Task<bool> AcknowledgeAsync(ChannelId id, Money total, CancellationToken ct)
    {
        using var alone = await run.LockAsync(id, ct);
        if (await run.Book.FindAsync(id, ct) is not { } channel || total > channel.Authorized) return false;
        if (total == channel.Authorized && channel.HasUnanswered) await paying.AcknowledgeAsync(channel, ct);
        return true;
    }

    // Null where another write came first.
    private async Task<VoucherResult?> SignAsync(CustomerChannel channel, Script payout, Money total, SpendingBudget budget, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var raise = total - channel.Authorized;
        var signed = channel with { Newest = run.Keys.Pay(channel, total, payout), NewestIsVoucher = true };
        var outcome = await run.Book.WriteAsync(
            store => store.TrySpendAsync(signed, channel.Version, raise, run.Clock / 86_400, budget, CancellationToken.None), CancellationToken.None);
        switch (outcome)
        {
            case SpendOutcome.Written:
                paying.Forget(channel);
                return new VoucherResult.Signed(signed with { Version = channel.Version + 1 }, raise);
            case SpendOutcome.Stale:
                return null;
            case SpendOutcome.OverMerchant or SpendOutcome.OverDay or SpendOutcome.OverTotal:
                return new VoucherResult.OverBudget(outcome);
            default:
                throw new UnreachableException(outcome.ToString());
        }
    }
}
