using BtcChannels.AspNetCore.Paywall;
using BtcChannels.Chain;
using BtcChannels.Storage.Postgres;
using NBitcoin;

namespace BtcChannels.AspNetCore;

/// <summary>What a merchant has to be told. <see cref="Origin"/> and <see cref="DataFolder"/> have no sensible default.</summary>
public sealed class BtcChannelsOptions
{
    /// <summary>Default main.</summary>
    public Network Network { get; set; } = Network.Main;

    /// <summary>The folder of seed and store, made where it is missing. A backup of the merchant is a backup of both. With <see cref="Database"/> it holds the seed alone.</summary>
    public string DataFolder { get; set; } = "";

    /// <summary>
    /// A connection string (Npgsql's) of the PostgreSQL that is the store of all instances of this merchant, each of which has a copy of the seed. Null, the default: a
    /// SQLite in <see cref="DataFolder"/>, and no other instance. It is shown to nobody.
    /// </summary>
    public string? Database { get; set; }

    /// <summary>
    /// What customers call this merchant: scheme, host and port, such as <c>https://shop.example</c>. Customers sign it; it is never taken from
    /// a request.
    /// </summary>
    public string Origin { get; set; } = "";

    /// <summary>
    /// The merchant's own node: a bitcoind (<see cref="BitcoindOptions"/>), or an NBXplorer beside one (<see cref="NBXplorerOptions"/>). Neither needs a wallet or a txindex.
    /// Whichever a merchant began with, he stays with.
    /// </summary>
    public ChainOptions Node { get; set; } = new BitcoindOptions(new Uri("http://127.0.0.1:8332"));

    /// <summary>What is asked of channels. Default: the network's, <see cref="MerchantPolicy.For"/>.</summary>
    public MerchantPolicy? Policy { get; set; }

    /// <summary>
    /// The store was restored from a backup, so that customers may have signed more than it knows: every channel is held until its customer has shown his newest payment,
    /// or the margin closes it. For the one start after it; default false.
    /// </summary>
    public bool IsRestored { get; set; }

    /// <summary>How often the clock is looked at while no block comes. Default 10 seconds.</summary>
    public TimeSpan ClockInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How many streams of payments a channel may have at once; the oldest makes way for a further one. Default 4, at least 1.</summary>
    public int MaxStreamsPerChannel { get; set; } = 4;

    /// <summary>How many payments of a stream may be under way before no more is read of it. Default 512, at least 1.</summary>
    public int StreamWindow { get; set; } = 512;

    /// <summary>How long a stream may be silent, or leave its answers unread, before it is ended. Default 2 minutes.</summary>
    public TimeSpan StreamIdle { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// How many channels are closed at most in one look at the clock, at least 1. Default 1,000: 100 a second. Where more reach the margin together, closing
    /// begins so much earlier, an hour at most.
    /// </summary>
    public int ClosesPerRound { get; set; } = 1_000;

    /// <summary>How much is taken from whom.</summary>
    public RequestLimits Limits { get; set; } = new();

    /// <summary>How priced endpoints ask for money.</summary>
    public PaywallOptions Paywall { get; set; } = new();

    internal MerchantPolicy EffectivePolicy => Policy ?? MerchantPolicy.For(Network);

    /// <exception cref="ArgumentException">A setting is missing or wrong.</exception>
    internal void Validate()
    {
        if (string.IsNullOrWhiteSpace(DataFolder)) throw new ArgumentException("BtcChannels: DataFolder is missing");
        if (!Uri.TryCreate(Origin, UriKind.Absolute, out var origin) || origin.Scheme is not ("http" or "https") || origin.UserInfo.Length > 0 || origin.GetLeftPart(UriPartial.Authority) != Origin)
            throw new ArgumentException($"BtcChannels: Origin has to be scheme, host and port in lower case, such as https://shop.example, and is '{Origin}'");
        if (ClockInterval <= TimeSpan.Zero) throw new ArgumentException("BtcChannels: ClockInterval has to be above zero");
        if (MaxStreamsPerChannel < 1) throw new ArgumentException("BtcChannels: MaxStreamsPerChannel has to be at least 1");
        if (StreamWindow < 1) throw new ArgumentException("BtcChannels: StreamWindow has to be at least 1");
        if (StreamIdle <= TimeSpan.Zero) throw new ArgumentException("BtcChannels: StreamIdle has to be above zero");
        if (Database is not null) ValidateDatabase(Database);
        if (ClosesPerRound < 1) throw new ArgumentException("BtcChannels: ClosesPerRound is at least 1");
        Limits.Validate();
        Node.Validate();
        EffectivePolicy.Validate();
        Paywall.Validate(EffectivePolicy);
    }

    private static void ValidateDatabase(string connectionString)
    {
        try
        {
            PostgresMerchantStore.Validate(connectionString);
        }
        catch (ArgumentException wrong)
        {
            throw new ArgumentException($"BtcChannels: Database cannot be used. {wrong.Message}", wrong);
        }
    }
}
