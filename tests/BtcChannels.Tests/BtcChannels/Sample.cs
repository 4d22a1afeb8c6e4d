using NBitcoin;
using Secp256k1;

namespace BtcChannels.Tests.Domain;

/// <summary>Builders: each gives something that is right in every way, and takes what a test wants otherwise.</summary>
internal static class Sample
{
    public const long Now = 1_800_000_000;
    public const int Height = 1_000;
    public const long Capacity = 100_000;
    public const long CloseFee = 1_038;
    public const long Deposit = Capacity + CloseFee;

    public static readonly byte[] Seed = [.. Enumerable.Range(0, 32).Select(it => (byte)it)];
    public static readonly MerchantKeys Keys = new(Seed, Network.RegTest);
    public static readonly Key Customer = KeyOf(0x22);
    public static readonly Key Stranger = KeyOf(0x33);
    public static readonly OfferId OfferId = new(new UInt128(0x0123456789abcdef, 0xfedcba9876543210));
    public static readonly MerchantPolicy Policy = new() { PaymentsAreSpent = false };
    public static readonly Expiry Expiry = new((uint)(Now + Days(10)));
    public static readonly Script Payout = Keys.PayoutScript(0);
    public static readonly Script Change = Customer.PubKey.Hash.ScriptPubKey;

    public static long Days(int days) => days * 86_400L;

    public static Key KeyOf(byte filler) => new([.. Enumerable.Repeat(filler, 32)]);

    public static uint256 Id(byte filler) => new((byte[])[.. Enumerable.Repeat(filler, 32)]);

    /// <summary>An hour behind the clock, as median time is.</summary>
    public static Moment At(long clock = Now, int height = Height, long? medianTime = null, long? seenAt = null) =>
        new(clock, new ChainTip(height, Id(0x77), medianTime ?? clock - 3_600), seenAt ?? clock);

    public static MerchantContext Context(Moment? now = null, MerchantPolicy? policy = null) => new(now ?? At(), policy ?? Policy, Keys.Countersign);

    public static ChannelTerms Terms(Expiry? expiry = null, OfferId? offer = null, Key? customer = null) =>
        new(ChannelKind.P2sh, Keys.KeyFor(offer ?? OfferId), (customer ?? Customer).PubKey, expiry ?? Expiry, CloseFee);

    public static Transaction DepositTransaction(ChannelTerms terms, long value = Deposit, byte coin = 0x44)
    {
        var transaction = Transaction.Create(Network.RegTest);
        transaction.Inputs.Add(new OutPoint(Id(coin), 0));
        transaction.Outputs.Add(new TxOut(Money.Satoshis(50_000L), Stranger.PubKey.Hash.ScriptPubKey));
        transaction.Outputs.Add(new TxOut(Money.Satoshis(value), terms.DepositScript));
        return transaction;
    }

    /// <summary>A channel that is open, its deposit three blocks deep, with nothing paid.</summary>
    public static MerchantChannel Channel(
        MerchantState? state = null, long paid = 0, long spentMsat = 0, Expiry? expiry = null, Script? payout = null, Script? change = null, long deposit = Deposit,
        OfferId? offer = null, Key? customer = null)
    {
        var terms = Terms(expiry, offer, customer);
        var transaction = DepositTransaction(terms, deposit);
        var channel = new MerchantChannel(
            terms, new Deposit(new OutPoint(transaction.GetHash(), 1), Money.Satoshis(deposit)), offer ?? OfferId, 0, payout ?? Payout, change ?? Change,
            Balance.Nothing, Height - 2, state ?? new MerchantState.Open(), 1);
        return paid == 0 ? channel : channel with { Balance = new Balance(Pay(channel, paid, customer), new MilliSatoshi(spentMsat)) };
    }

    public static SignedPayment Pay(MerchantChannel channel, long total, Key? by = null) =>
        new(Money.Satoshis(total), ChannelSigning.Sign(by ?? Customer, HashOf(channel, total)));

    public static uint256 HashOf(MerchantChannel channel, long total) => ChannelTransactions.SignatureHash(channel.PaymentOf(Money.Satoshis(total)), channel.Terms);

    /// <summary>A payment with a signature that verifies nowhere.</summary>
    public static SignedPayment Unsigned(long total) => new(Money.Satoshis(total), ChannelSigning.Sign(Stranger, uint256.One));

    public static PreparedClose Prepared(MerchantChannel channel, long total)
    {
        var payment = Pay(channel, total);
        return new(payment, Keys.Countersign(channel, payment));
    }

    public static Transaction Refund(MerchantChannel channel, Key? by = null)
    {
        var unsigned = ChannelTransactions.UnsignedRefund(channel.Deposit, channel.Terms, Money.Satoshis(720L), channel.CustomerScript);
        return ChannelTransactions.Refund(unsigned, channel.Terms, ChannelSigning.Sign(by ?? Customer, ChannelTransactions.SignatureHash(unsigned, channel.Terms)));
    }

    /// <summary>The other form of a signature: as valid for the curve, and refused by nodes.</summary>
    public static Signature HighS(Signature low)
    {
        var order = new System.Numerics.BigInteger(Convert.FromHexString("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"), isUnsigned: true, isBigEndian: true);
        var compact = low.ToCompact();
        var s = order - new System.Numerics.BigInteger(compact.AsSpan(32), isUnsigned: true, isBigEndian: true);
        var bytes = s.ToByteArray(isUnsigned: true, isBigEndian: true);
        compact.AsSpan(32).Clear();
        bytes.CopyTo(compact, 64 - bytes.Length);
        Assert.True(Signature.TryParseCompact(compact, out var high));
        return high;
    }
}
