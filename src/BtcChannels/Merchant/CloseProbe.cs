using NBitcoin;

namespace BtcChannels;

/// <summary>
/// Tells before the first payment whether a channel could be closed: all of a close that cannot change later is tried with real signatures, though
/// the customer has signed nothing yet. A stand-in with a fresh key takes his place in the redeem script, and signs for him.
/// </summary>
/// <remarks>
/// Nobody can use the probe, so that no fully signed older state comes to be, not even in memory: a signature with SIGHASH_ALL covers the redeem
/// script (it is the script code), and the deposit pays the channel's own script, not the stand-in's, whose key is forgotten besides.
/// What is left open is the customer's own signature, and each payment is judged by that one.
/// </remarks>
/// <param name="Channel">The channel, but for the customer's key.</param>
/// <param name="Close">Its close at the least total that can be claimed, with both outputs: the largest that it can have.</param>
public sealed record CloseProbe(MerchantChannel Channel, Transaction Close)
{
    /// <param name="channel">A channel that is about to be opened, with its payout script or one of the same kind.</param>
    /// <param name="keys">The merchant's: the key in the channel's terms has to be theirs, which is among what is tried.</param>
    public static CloseProbe Of(MerchantChannel channel, MerchantKeys keys)
    {
        using var standIn = new Key();
        var (terms, total) = (channel.Terms, StandardScript.DustThreshold(channel.PayoutScript));
        var probe = channel with { Terms = new ChannelTerms(terms.Kind, terms.MerchantKey, standIn.PubKey, terms.Expiry, terms.CloseFee) };
        var signature = ChannelSigning.Sign(standIn, ChannelTransactions.SignatureHash(probe.PaymentOf(total), probe.Terms));
        return new(probe, keys.Countersign(probe, new SignedPayment(total, signature)));
    }

    /// <inheritdoc cref="CloseCheck.FaultsOf"/>
    public IReadOnlyList<CloseFault>? Faults => CloseCheck.FaultsOf(Channel, Close);
}
