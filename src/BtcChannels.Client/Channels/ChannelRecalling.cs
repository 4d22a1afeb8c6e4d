using BtcChannels.Two1;
using BtcChannels.Wire;
using NBitcoin;
using Secp256k1;

namespace BtcChannels.Client;

/// <summary>
/// Asks merchants how channels from backups stand. A merchant is believed as far as he shows the customer's own signature: he could keep a newer one to himself, which
/// takes nothing that was not signed away, but he cannot claim more than was.
/// </summary>
internal sealed class ChannelRecalling(CustomerRuntime run)
{
    private static readonly HashSet<string> s_takesPayments = [Slug.Of(new MerchantState.Open()), Slug.Of(new MerchantState.Pending(0)), Slug.Of(new MerchantState.Abandoned(0))];

    /// <summary>The caller holds the channel's lock, or nobody else knows the channel.</summary>
    /// <returns>The channel as it is stored now, and why it is not known yet what was signed; null where it is.</returns>
    public async Task<(CustomerChannel Channel, string? Silence)> RecallAsync(CustomerChannel channel, TimeSpan patience, CancellationToken ct)
    {
        switch (await run.InsistAsync(again => run.StatusAsync(channel, again), patience, ct))
        {
            // He shows no signature, and a total that cannot be checked is nothing to sign on top of: only a close is left, at the newest that he has.
            case MerchantReply<StatusAnswer>.Success { Answer: { AuthorizedSat: > 0 } answer } when channel.Door is CustomerDoor.Two1 && answer.Expiry == channel.Terms.Expiry.Value:
                return (await ApplyAsync(channel, new CustomerEvent.MerchantRecalled(HalfSignedPayment.MerchantScript(channel.Terms), Newest: null, IsClosing: true, CloseTxid: null), ct), null);
            case MerchantReply<StatusAnswer>.Success { Answer: { } answer }:
                return Read(answer, channel) is { } recalled
                    ? (await ApplyAsync(channel, recalled, ct), null)
                    : (channel, $"What {channel.Merchant} says of channel {channel.Id} is not shown by the customer's own signature, and not believed: nothing is signed, and the refund goes out after expiry");
            case MerchantReply<StatusAnswer>.Refused { Refusal.Problem: var problem } when problem == ProblemNames.ChannelUnknown:
                return (await ApplyAsync(channel, new CustomerEvent.MerchantRefused(), ct), null);
            case var reply:
                return (channel, $"What was signed in channel {channel.Id} only the merchant can tell, and he is asked again: {reply.Words}");
        }
    }

    /// <summary>What the merchant says, if it is about this very channel and the customer's own signature shows it; null if not.</summary>
    private static CustomerEvent.MerchantRecalled? Read(StatusAnswer answer, CustomerChannel channel)
    {
        if (answer.Channel != channel.Id.ToString() || answer.CapacitySat != channel.Capacity.Satoshi || answer.CloseFeeSat != channel.Terms.CloseFee.Satoshi
            || answer.Expiry != channel.Terms.Expiry.Value || answer.AuthorizedSat < 0 || answer.AuthorizedSat > channel.Capacity.Satoshi)
            return null;
        if (!StandardScript.TryParse(answer.PayoutScript, out var payout) || payout == channel.CustomerScript || payout == channel.Terms.DepositScript) return null;
        var newest = Newest(answer, channel, payout);
        if (newest is null && answer.AuthorizedSat != 0) return null;
        var txid = answer.CloseTxid is { Length: 64 } text && Hex.IsLowerCase(text) ? uint256.Parse(text) : null;
        return new(payout, newest, !s_takesPayments.Contains(answer.State), txid);
    }

    private static SignedPayment? Newest(StatusAnswer answer, CustomerChannel channel, Script payout)
    {
        var total = Money.Satoshis(answer.AuthorizedSat);
        return WireSignature.TryParse(answer.Signature, out var signature) && PublicKey.TryParse(channel.Terms.CustomerKey.ToBytes(), out var key)
            && key.Verify(channel.HashOf(total, payout).ToBytes(), signature)
            ? new SignedPayment(total, signature)
            : null;
    }

    private async Task<CustomerChannel> ApplyAsync(CustomerChannel channel, CustomerEvent what, CancellationToken ct) =>
        (await run.Updater.ApplyAsync(channel, what, run.Follower.Tip ?? await run.Options.Chain.GetTipAsync(ct), ct)).Channel;
}
