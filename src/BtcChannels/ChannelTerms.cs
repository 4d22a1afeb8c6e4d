using NBitcoin;

namespace BtcChannels;

/// <summary>What both sides agree on before there is a deposit. The deposit's script follows from it.</summary>
public sealed record ChannelTerms
{
    /// <param name="kind">What the channel is made of.</param>
    /// <param name="merchantKey">Compressed.</param>
    /// <param name="customerKey">Compressed, other than the merchant's: one holder of both could spend as he likes.</param>
    /// <param name="expiry">When the customer may take the deposit back.</param>
    /// <param name="closeFee">What the close pays the miners, satoshi, above 0. Fixed here: SIGHASH_ALL pins it in each payment.</param>
    /// <exception cref="ArgumentException">A key is uncompressed, or both are the same, or the fee is not positive.</exception>
    public ChannelTerms(ChannelKind kind, PubKey merchantKey, PubKey customerKey, Expiry expiry, Money closeFee)
    {
        if (!merchantKey.IsCompressed || !customerKey.IsCompressed) throw new ArgumentException("A channel's keys are compressed");
        if (merchantKey == customerKey) throw new ArgumentException("Merchant and customer need keys of their own");
        if (closeFee <= Money.Zero) throw new ArgumentException("A close has to pay a fee");
        (Kind, MerchantKey, CustomerKey, Expiry, CloseFee) = (kind, merchantKey, customerKey, expiry, closeFee);
    }

    public ChannelKind Kind { get; }
    public PubKey MerchantKey { get; }
    public PubKey CustomerKey { get; }
    public Expiry Expiry { get; }
    public Money CloseFee { get; }

    public Script RedeemScript => BtcChannels.RedeemScript.Build(MerchantKey, CustomerKey, Expiry);

    /// <summary>The script that the deposit pays: P2SH of the redeem script (BIP16).</summary>
    public Script DepositScript => RedeemScript.Hash.ScriptPubKey;
}
