using BtcChannels.Storage;

namespace BtcChannels.Client;

/// <summary>
/// The way to the store. It is open, and other processes are kept out, only while somebody uses it; what is decided between two uses is
/// protected by the channel's version.
/// </summary>
internal sealed class ChannelBook : IAsyncDisposable
{
    private readonly CustomerOptions _options;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private CustomerStore? _store;
    private int _users;

    private ChannelBook(CustomerOptions options) => _options = options;

    public CustomerKeys Keys { get; private set; } = null!;

    /// <summary>The own wallet's keys.</summary>
    public WalletKeys Wallet { get; private set; } = null!;

    /// <exception cref="StoreException">The store cannot be used.</exception>
    public static async Task<ChannelBook> OpenAsync(CustomerOptions options, CancellationToken ct)
    {
        var book = new ChannelBook(options);
        await using var once = await book.HoldAsync(ct);
        return book;
    }

    /// <summary>Keeps the store open until disposed of.</summary>
    /// <exception cref="StoreException">It cannot be used.</exception>
    public async Task<Hold> HoldAsync(CancellationToken ct)
    {
        await _gate.WaitAsync(ct);
        try
        {
            _store ??= await CustomerStore.OpenAsync(
                _options.DataFolder, _options.Network,
                seed => FingerprintOf(seed),
                _options.LockWait, ct);
            _users++;
            return new Hold(this, _store);
        }
        finally
        {
            _gate.Release();
        }
    }

    public async Task<T> UseAsync<T>(Func<CustomerStore, Task<T>> action, CancellationToken ct)
    {
        await using var hold = await HoldAsync(ct);
        return await action(hold.Store);
    }

    /// <summary>The same for an action that is one write.</summary>
    public async Task<T> WriteAsync<T>(Func<CustomerStore, Task<T>> write, CancellationToken ct)
    {
        _options.AroundWrites?.Invoke();
        var written = await UseAsync(write, ct);
        _options.AroundWrites?.Invoke();
        return written;
    }

    public Task<CustomerChannel?> FindAsync(ChannelId id, CancellationToken ct) => UseAsync(store => store.FindAsync(id, ct), ct);

    /// <summary>A channel read anew. Its name may have changed meanwhile, its key never.</summary>
    public async Task<CustomerChannel> RereadAsync(CustomerChannel channel, CancellationToken ct) =>
        (await UseAsync(store => store.ListAsync(ct), ct)).Single(it => it.KeyIndex == channel.KeyIndex);

    /// <summary>Of the seed as it is now: the store refuses to open beside another than it began with, so the first keys stay the right ones.</summary>
    private string FingerprintOf(ReadOnlySpan<byte> seed)
    {
        Wallet ??= new WalletKeys(seed, _options.Network);
        var keys = new CustomerKeys(seed, _options.Network, Wallet);
        Keys ??= keys;
        return keys.Fingerprint;
    }

    public async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync();
        try
        {
            if (_store is not null) await _store.DisposeAsync();
            _store = null;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async ValueTask LetGoAsync()
    {
        await _gate.WaitAsync();
        try
        {
            if (--_users > 0 || _store is null) return;
            await _store.DisposeAsync();
            _store = null;
        }
        finally
        {
            _gate.Release();
        }
    }

    internal sealed class Hold(ChannelBook book, CustomerStore store) : IAsyncDisposable
    {
        private ChannelBook? _book = book;

        public CustomerStore Store => store;

        public ValueTask DisposeAsync() => Interlocked.Exchange(ref _book, null) is { } held ? held.LetGoAsync() : ValueTask.CompletedTask;
    }
}
