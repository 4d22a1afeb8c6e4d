using System.Buffers.Binary;
using System.Security.Cryptography;
using BtcChannels.Storage;
using BtcChannels.Two1;
using Dapper;
using Microsoft.Data.Sqlite;
using NBitcoin;

namespace BtcChannels.Benchmarks.Merchant;

/// <summary>
/// A merchant's store full of open channels that nobody opened: keys, scripts and terms are as real ones have them, only that their deposits are in no block. What
/// a customer signs with follows from the channel's number.
/// </summary>
internal static class FilledStore
{
    public const long DepositValue = 1_000_000;
    private const long CloseFee = 1_038;
    private const int RowsInTransaction = 20_000;

    public static readonly Network Network = Network.RegTest;

    /// <summary>What is authorized already: a channel's first payment is another write than those that follow, and rare.</summary>
    public static readonly Money FirstTotal = Money.Satoshis(1_000L);

    // Whose it is does not matter: nobody verifies what is stored.
    private static readonly SignedPayment s_first = new(FirstTotal, ChannelSigning.Sign(new Key(SHA256.HashData("nobody"u8)), uint256.One));

    // Far enough from any margin, as a merchant's own terms would not let it be.
    private static readonly Expiry s_expiry = new(4_000_000_000);
    private static readonly PubKey s_merchantKey = new Key(SHA256.HashData("merchant"u8)).PubKey;

    // 21's ends in 2038.
    private static readonly Expiry s_two1Expiry = new(2_100_000_000);

    /// <summary>Makes folder, seed and store, with so many channels.</summary>
    public static Task MakeAsync(string folder, int channels) => MakeAsync(folder, channels, Channel);

    /// <summary>The same with channels of the two1 door.</summary>
    public static Task MakeTwo1Async(string folder, int channels) => MakeAsync(folder, channels, Two1Channel);

    private static async Task MakeAsync(string folder, int channels, Func<int, MerchantChannel> make)
    {
        var store = await SqliteMerchantStore.OpenAsync(folder, Network, seed => new MerchantKeys(seed, Network).Fingerprint, CancellationToken.None);
        await store.DisposeAsync();
        using var db = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder, "merchant.db"), Pooling = false }.ToString());
        db.Open();
        db.Execute("PRAGMA synchronous = OFF");   // nobody's money: a crash here means to begin again
        for (var from = 0; from < channels; from += RowsInTransaction)
        {
            var rows = Enumerable.Range(from, Math.Min(RowsInTransaction, channels - from)).AsParallel().AsOrdered().Select(it => MerchantRow.Of(make(it), version: 1)).ToList();
            using var transaction = db.BeginTransaction();
            db.Execute($"INSERT INTO channel ({MerchantRow.All.Names}) VALUES ({MerchantRow.All.Values})", rows, transaction);
            db.Execute("UPDATE payout_counter SET next = @next", new { next = (long)from + rows.Count }, transaction);
            transaction.Commit();
        }
        db.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
    }

    public static MerchantChannel Channel(int number)
    {
        var terms = new ChannelTerms(ChannelKind.P2sh, s_merchantKey, CustomerKey(number).PubKey, s_expiry, Money.Satoshis(CloseFee));
        var deposit = new Deposit(IdOf(number).OutPoint, Money.Satoshis(DepositValue));
        var payout = new WitKeyId(Seeded("payout", number)[..20]).ScriptPubKey;
        var customer = new WitKeyId(Seeded("customer script", number)[..20]).ScriptPubKey;
        return new(
            terms, deposit, new OfferId(new UInt128(1, (ulong)number)), (uint)number, payout, customer, new Balance(s_first, MilliSatoshi.Of(FirstTotal)), DepositHeight: 1, new MerchantState.Open(), Version: 1);
    }

    public static MerchantChannel Two1Channel(int number)
    {
        var terms = new ChannelTerms(ChannelKind.P2sh, s_merchantKey, CustomerKey(number).PubKey, s_two1Expiry, Two1Protocol.DefaultFee);
        return Channel(number) with
        {
            Terms = terms, Offer = Two1Part.OfferOf(IdOf(number).OutPoint.Hash), PayoutScript = HalfSignedPayment.MerchantScript(terms), CustomerScript = HalfSignedPayment.CustomerScript(terms),
            Two1 = new Two1Part(Day: 0, Unredeemed: 0),
        };
    }

    public static ChannelId IdOf(int number) => new(new OutPoint(new uint256(Seeded("deposit", number)), 0U));

    public static Key CustomerKey(int number) => new(Seeded("customer", number));

    private static byte[] Seeded(string what, int number)
    {
        Span<byte> text = stackalloc byte[64];
        var length = System.Text.Encoding.ASCII.GetBytes(what, text);
        BinaryPrimitives.WriteInt32LittleEndian(text[length..], number);
        return SHA256.HashData(text[..(length + sizeof(int))]);
    }
}
