using System.Collections.Concurrent;
using BtcChannels.Chain;
using BtcChannels.Wire;
using NBitcoin;

namespace BtcChannels.Client;

/// <summary>What all that a customer does has in common: store, chain, the way to merchants, and how long to insist.</summary>
internal sealed class CustomerRuntime : IAsyncDisposable
{
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(2);

    private readonly HttpMessageHandler? _ownHandler;
    private readonly HttpClient _http;
    private readonly ConcurrentDictionary<ChannelId, SemaphoreSlim> _locks = new();

    public CustomerRuntime(CustomerOptions options, ChannelBook book)
    {
        (Options, Book) = (options, book);
        _ownHandler = options.Handler is null ? MerchantConnection.NewHandler() : null;
        _http = new HttpClient(options.Handler ?? _ownHandler!, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
        Wallet = options.Coins is { } finder ? new CustomerWallet(book, options, finder) : null;
        Updater = new ChannelUpdater(book, options, FundingAsync);
        Follower = new ChainFollower(book, Updater, options);
    }

    public CustomerOptions Options { get; }

    public ChannelBook Book { get; }

    public ChannelUpdater Updater { get; }

    public ChainFollower Follower { get; }

    /// <summary>The customer's own; null where the options have no way to find coins. It need not be made.</summary>
    public CustomerWallet? Wallet { get; }

    public CustomerKeys Keys => Book.Keys;

    public Network Network => Options.Network;

    public long Clock => Options.Clock.GetUtcNow().ToUnixTimeSeconds();

    public HttpMessageInvoker Http => _http;

    public MerchantConnection Merchant(string origin) => new(_http, origin, Options.RequestTimeout, Options.Clock);

    /// <param name="door">Its address, without a slash at the end.</param>
    public Two1Connection Two1(string door) => new(_http, door, Options.RequestTimeout, Options.Clock);

    /// <summary>Shows a prepared channel to its merchant: the same bytes every time, so that he finds what he has opened already.</summary>
    public Task<MerchantReply<OpenAnswer>> ShowAsync(CustomerChannel channel, CancellationToken ct) => channel.Door switch
    {
        CustomerDoor.Direct direct => Merchant(channel.Merchant).OpenAsync(
            new OpenBody(
                direct.OfferToken, channel.DepositTransaction.ToHex(), Hex.Write(channel.Terms.CustomerKey.ToBytes()), channel.Terms.Expiry.Value,
                Hex.Write(channel.CustomerScript.ToBytes())), ct),
        _ => new Two1Door(this).ShowAsync(channel, ct),
    };

    /// <summary>Sends a channel's newest payment.</summary>
    public Task<MerchantReply<PaymentAnswer>> PayAsync(CustomerChannel channel, SignedPayment newest, CancellationToken ct) => channel.Door is CustomerDoor.Direct
        ? Merchant(channel.Merchant).PayAsync(channel.Id, new PaymentBody(newest.Total.Satoshi, WireSignature.Write(newest.Signature)), ct)
        : new Two1Door(this).PayAsync(channel, newest, ct);

    /// <summary>Asks a merchant how he has a channel.</summary>
    public Task<MerchantReply<StatusAnswer>> StatusAsync(CustomerChannel channel, CancellationToken ct) => channel.Door is CustomerDoor.Direct
        ? Merchant(channel.Merchant).StatusAsync(channel.Id, Authorize(channel, ChannelAction.Status), ct)
        : new Two1Door(this).StatusAsync(channel, ct);

    /// <summary>Where deposits come from; null for nowhere.</summary>
    public async Task<DepositFunding?> FundingAsync(CancellationToken ct) => Wallet is not null && await Wallet.ExistsAsync(ct) ? Wallet.Funding : Options.Funding;

    public AuthorizationHeader Authorize(CustomerChannel channel, string action)
    {
        var time = Clock;
        return new AuthorizationHeader(time, Keys.Authorize(channel, Network, action, time));
    }

    /// <summary>One at a time for a channel in this process. Other processes are held apart by the channel's version.</summary>
    public async Task<IDisposable> LockAsync(ChannelId channel, CancellationToken ct)
    {
        var gate = _locks.GetOrAdd(channel, _ => new SemaphoreSlim(1, 1));
        await gate.WaitAsync(ct);
        return new Releaser(gate);
    }

    /// <summary>Asks again, with growing pauses, while that may help and patience lasts.</summary>
    public async Task<MerchantReply<T>> InsistAsync<T>(Func<CancellationToken, Task<MerchantReply<T>>> ask, TimeSpan patience, CancellationToken ct)
        where T : class
    {
        var begin = Options.Clock.GetTimestamp();
        for (var pause = s_firstPause; ; pause = Shorter(pause * 2, s_longestPause))
        {
            var reply = await ask(ct);
            if (!reply.IsWorthRepeating) return reply;
            var wait = reply is MerchantReply<T>.Refused { Refusal.RetryAfter: { } wanted } && wanted > pause ? wanted : pause;
            if (Options.Clock.GetElapsedTime(begin) + wait > patience) return reply;
            await Task.Delay(wait, Options.Clock, ct);
        }
    }

    public void Tell(CustomerNotice notice) => Options.Notify?.Invoke(notice);

    public async ValueTask DisposeAsync()
    {
        Follower.Dispose();
        _http.Dispose();
        _ownHandler?.Dispose();
        await Book.DisposeAsync();
    }

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private sealed class Releaser(SemaphoreSlim gate) : IDisposable
    {
        private SemaphoreSlim? _gate = gate;

        public void Dispose() => Interlocked.Exchange(ref _gate, null)?.Release();
    }
}
