using System.Security.Cryptography;
using System.Text;
using NBitcoin;

namespace BtcChannels.Benchmarks.Scale;

/// <param name="Count">How many channels, all open.</param>
/// <param name="Height">The block that their deposits stand in.</param>
/// <param name="Expiry">By number, from 0.</param>
/// <param name="Paid">By number: the newest payment's total in satoshi, 0 for none, else from 294 to <see cref="FilledChannels.Capacity"/>.</param>
/// <param name="CanClose">
/// Whether the merchant's keys and payout addresses are those of his seed, so that he could close: a millisecond for each. Otherwise all have one merchant's key, and payments are
/// judged all the same.
/// </param>
internal sealed record FillPlan(int Count, int Height, Func<int, Expiry> Expiry, Func<int, long> Paid, bool CanClose = true);

/// <summary>Channels that follow from the merchant's seed and their numbers: everything about them is as a customer and a merchant would have made it, and anybody who knows the number can pay.</summary>
internal sealed class FilledChannels(MerchantKeys keys, Network network, FillPlan plan)
{
    public const long CloseFee = 1_065;
    public const long Capacity = 1_000_000;

    private readonly PubKey _shared = keys.KeyFor(OfferId.FromBytes(Hash("offer", 0).AsSpan(0, OfferId.Length)));

    public (MerchantChannel Channel, Transaction Deposit) Make(int number)
    {
        var offer = OfferId.FromBytes(Hash("offer", number).AsSpan(0, OfferId.Length));
        using var customer = CustomerKey(number);
        var key = customer.PubKey;
        var terms = new ChannelTerms(ChannelKind.P2sh, plan.CanClose ? keys.KeyFor(offer) : _shared, key, plan.Expiry(number), Money.Satoshis(CloseFee));
        var transaction = Transaction.Create(network);
        transaction.Inputs.Add(new TxIn(new OutPoint(new uint256(Hash("coin", number)), 0)));
        transaction.Outputs.Add(new TxOut(Money.Satoshis(Capacity + CloseFee), terms.DepositScript));
        var channel = new MerchantChannel(
            terms, new Deposit(new OutPoint(transaction.GetHash(), 0), transaction.Outputs[0].Value), offer, (uint)number, PayoutScript(number), key.WitHash.ScriptPubKey,
            Balance.Nothing, plan.Height, new MerchantState.Open(), 1);
        if (plan.Paid(number) is > 0 and var paid) channel = channel with { Balance = new Balance(Sign(channel, customer, paid), MilliSatoshi.Of(Money.Satoshis(paid))) };
        return (channel, transaction);
    }

    /// <summary>The secret that signs a channel's payments.</summary>
    public static Key CustomerKey(int number) => new(Hash("customer", number));

    public static SignedPayment Sign(MerchantChannel channel, Key customer, long total) =>
        new(Money.Satoshis(total), ChannelSigning.Sign(customer, ChannelTransactions.SignatureHash(channel.PaymentOf(Money.Satoshis(total)), channel.Terms)));

    private Script PayoutScript(int number) =>
        plan.CanClose ? keys.PayoutScript((uint)number) : new WitKeyId(Hash("payout", number)[..20]).ScriptPubKey;

    private static byte[] Hash(string what, int number) => SHA256.HashData(Encoding.ASCII.GetBytes(FormattableString.Invariant($"{what} {number}")));
}
