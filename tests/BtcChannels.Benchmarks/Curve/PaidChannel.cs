using NBitcoin;
using Secp256k1;

namespace BtcChannels.Benchmarks.Curve;

/// <summary>An open channel of a merchant, and payments that its customer makes one after the other, each good in every way.</summary>
internal sealed class PaidChannel
{
    private const long Now = 1_800_000_000;
    private const long CloseFee = 1_038;
    private const long FirstTotal = 1_000;

    public PaidChannel(int payments)
    {
        var keys = new MerchantKeys([.. Enumerable.Range(1, 32).Select(it => (byte)it)], Network.RegTest);
        Customer = new Key([.. Enumerable.Repeat((byte)0x22, 32)]);
        var offer = new OfferId(new UInt128(1, 2));
        var terms = new ChannelTerms(ChannelKind.P2sh, keys.KeyFor(offer), Customer.PubKey, new Expiry((uint)(Now + 864_000)), Money.Satoshis(CloseFee));
        var deposit = new Deposit(new OutPoint(new uint256((byte[])[.. Enumerable.Repeat((byte)0x44, 32)]), 1), Money.Satoshis(CloseFee + FirstTotal + (2L * payments)));
        Open = new(terms, deposit, offer, 0, keys.PayoutScript(0), Customer.PubKey.Hash.ScriptPubKey, Balance.Nothing, 998, new MerchantState.Open(), 1);
        Payable = new(Open);
        Hashes = [.. Enumerable.Range(0, payments).Select(it => ChannelTransactions.SignatureHash(Open.PaymentOf(TotalOf(it)), terms))];
        Payments = [.. Hashes.Select((hash, it) => new SignedPayment(TotalOf(it), ChannelSigning.Sign(Customer, hash)))];
    }

    public static Moment Moment { get; } = new(Now, new ChainTip(1_000, uint256.One, Now - 3_600), Now);

    public static MerchantPolicy Policy { get; } = new();

    public Key Customer { get; }

    public MerchantChannel Open { get; }

    /// <summary>As a merchant keeps it at hand.</summary>
    public PayableChannel Payable { get; }

    /// <summary>What the payments sign, in their order.</summary>
    public IReadOnlyList<uint256> Hashes { get; }

    public IReadOnlyList<SignedPayment> Payments { get; }

    private static Money TotalOf(int payment) => Money.Satoshis(FirstTotal + payment);
}
