using BtcChannels.Storage;
using BtcChannels.Two1;
using NBitcoin;

namespace BtcChannels.Client;

/// <summary>What came of buying a token.</summary>
internal abstract record Two1Purchase
{
    private Two1Purchase() { }

    /// <summary>The merchant has the payment.</summary>
    public sealed record Bought(Two1Token Token) : Two1Purchase;

    /// <summary>He has not, or it was not signed.</summary>
    public sealed record NotPaid(PayResult Why) : Two1Purchase;

    /// <summary>Nothing was signed: the budget does not hold it.</summary>
    public sealed record OverBudget(SpendOutcome Which) : Two1Purchase;
}

/// <summary>Buys tokens: one payment at a time in a channel, stored with its token and counted in the budget before it is sent.</summary>
internal sealed class Two1Paying(CustomerRuntime run, ChannelPaying paying)
{
    /// <summary>What a request of a price takes out of a channel: the first payment is the least that the door takes, and what it is too much is the merchant's.</summary>
    public static Money CostIn(CustomerChannel? channel, Money price) => channel?.Newest is null ? Money.Max(price, Two1Protocol.MinOutput) : price;

    /// <summary>What a channel's newest payment is worth.</summary>
    public static Two1Token TokenOf(CustomerChannel channel, Money amount, Two1Request? request) =>
        new(HalfSignedPayment.Build(channel.Terms, channel.Deposit, channel.Newest!).GetHash(), channel.KeyIndex, amount, request);

    /// <summary>The merchant says at another place that the channel is closed: nothing more is signed in it, and he is asked for the close.</summary>
    public async Task GiveUpAsync(ChannelId id, CancellationToken ct)
    {
        using var alone = await run.LockAsync(id, ct);
        if (await run.Book.FindAsync(id, ct) is { State: CustomerState.Active } channel) await paying.GiveUpAsync(channel, ct);
    }

    /// <param name="id">The channel.</param>
    /// <param name="price">Satoshi, above 0.</param>
    /// <param name="request">What it is paid for.</param>
    /// <param name="budget">What bounds it.</param>
    /// <param name="claim">Hears of the token before it is stored, so that no other request takes it.</param>
    /// <param name="ct">Stops waiting; a payment that was stored stays signed.</param>
    public async Task<Two1Purchase> BuyAsync(ChannelId id, Money price, Two1Request request, SpendingBudget budget, Action<uint256> claim, CancellationToken ct)
    {
        using var alone = await run.LockAsync(id, ct);
        while (await run.Book.FindAsync(id, ct) is { } found)
        {
            if (found.State is not CustomerState.Active active) return new Two1Purchase.NotPaid(new PayResult.NotActive(found.State));
            var channel = paying.WithAnswer(found);
            if (channel.HasUnanswered)
            {
                if (await paying.SendAsync(channel, isEarlier: true, run.Options.Patience, ct) is not PayResult.Paid and var earlier) return new Two1Purchase.NotPaid(earlier);
                continue;
            }
            if (paying.IsShallow(channel)) return new Two1Purchase.NotPaid(new PayResult.NotYet(0, channel.Confirmations));
            var amount = CostIn(channel, price);
            if (paying.Fault(channel, amount, active.PayoutScript) is { } fault) return new Two1Purchase.NotPaid(fault);

            ct.ThrowIfCancellationRequested();
            var signed = channel with { Newest = run.Keys.Pay(channel, channel.Authorized + amount, active.PayoutScript) };
            var token = TokenOf(signed, amount, request);
            claim(token.Token);
            switch (await run.Book.WriteAsync(
                store => store.TrySpendAsync(signed, channel.Version, amount, run.Clock / 86_400, budget, CancellationToken.None, token), CancellationToken.None))
            {
                case SpendOutcome.Written:
                    paying.Forget(channel);
                    return await paying.SendAsync(signed with { Version = channel.Version + 1 }, isEarlier: false, run.Options.Patience, ct) is not PayResult.Paid and var unpaid
                        ? new Two1Purchase.NotPaid(unpaid)
                        : new Two1Purchase.Bought(token);
                case SpendOutcome.Stale:
                    break;
                case var over:
                    return new Two1Purchase.OverBudget(over);
            }
        }
        return new Two1Purchase.NotPaid(new PayResult.ChannelUnknown());
    }
}
