using System.Diagnostics;
using BtcChannels.Chain;
using BtcChannels.Storage;
using BtcChannels.Wire;
using NBitcoin;

namespace BtcChannels.Client;

/// <summary>
/// A customer: opens channels, pays through them, closes them, and takes deposits back after expiry. Calls may be made side by side; payments of
/// one channel wait for each other.
/// </summary>
/// <remarks>
/// Every call may throw <see cref="ChainUnavailableException"/> while the node is away, <see cref="StoreException"/> where the store cannot be
/// used (<see cref="StoreLockedException"/> while another process uses it), and may then be repeated. What a merchant does is never an
/// exception.
/// </remarks>
public sealed partial class Customer : IAsyncDisposable
{
    private static readonly TimeSpan s_retryPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_attendPause = TimeSpan.FromSeconds(15);

    private static readonly string s_open = nameof(MerchantState.Open).ToLowerInvariant();
    private static readonly string s_pending = nameof(MerchantState.Pending).ToLowerInvariant();

    private readonly CustomerRuntime _run;
    private readonly ChannelOpening _opening;
    private readonly Two1Opening _two1Opening;
    private readonly ChannelPaying _paying;
    private readonly ChannelClosing _closing;
    private readonly ChannelRefunding _refunding;
    private readonly ChannelRecalling _recalling;
    private readonly ChannelRestoring _restoring;

    private Customer(CustomerRuntime run)
    {
        _run = run;
        _opening = new(run);
        _two1Opening = new(run, _opening);
        _paying = new(run);
        Vouchers = new(run, _paying);
        Two1 = new(run, _paying);
        _recalling = new(run);
        _closing = new(run, _paying, _recalling);
        _refunding = new(run);
        _restoring = new(run, _recalling);
    }

    /// <summary>Opens the store in the options' folder, or makes store and seed where there is none. Neither node nor merchant is asked yet.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="StoreException">The store cannot be used.</exception>
    public static async Task<Customer> OpenAsync(CustomerOptions options, CancellationToken ct = default)
    {
        options.Validate();
        var run = new CustomerRuntime(options, await ChannelBook.OpenAsync(options, ct));
        await run.Follower.LoadAsync(ct);
        return new(run);
    }

    /// <summary>The customer's own wallet; null where <see cref="CustomerOptions.Coins"/> is. It is there to be made even where it was not made yet.</summary>
    public CustomerWallet? Wallet => _run.Wallet;

    internal CustomerRuntime Runtime => _run;

    internal ChannelVouchers Vouchers { get; }

    internal Two1Paying Two1 { get; }

    internal bool IsShallow(CustomerChannel channel) => _paying.IsShallow(channel);

    /// <summary>All channels, oldest first.</summary>
    public Task<IReadOnlyList<CustomerChannel>> ListAsync(CancellationToken ct = default) => _run.Book.UseAsync(store => store.ListAsync(ct), ct);

    /// <summary>A channel; null where there is none of that name.</summary>
    public Task<CustomerChannel?> FindAsync(ChannelId channel, CancellationToken ct = default) => _run.Book.FindAsync(channel, ct);

    /// <summary>
    /// Keeps the store open, and other processes out, until disposed of: for many payments in a row. Each is still stored before it is sent; that
    /// it was answered is stored with the one after it, or at the end.
    /// </summary>
    public Task<IAsyncDisposable> HoldStoreAsync(CancellationToken ct = default) => _paying.StreamAsync(ct);

    /// <summary>
    /// Opens a channel. Its deposit is the capacity and the merchant's close fee. Refund and all are stored before the merchant sees the deposit,
    /// and his agreement before it is broadcast; after a crash at any point <see cref="ResumeAsync"/> goes on.
    /// </summary>
    /// <param name="merchant">Scheme, host and port. Plain http only on this machine or regtest.</param>
    /// <param name="capacity">The most that can be paid, satoshi.</param>
    /// <param name="duration">When the deposit can be taken back, from the later of the clock and the chain's median time.</param>
    /// <param name="ct">Stops; what was stored by then is resumed later.</param>
    /// <exception cref="ArgumentException">The address, capacity or duration is none.</exception>
    /// <exception cref="WalletException">The wallet refuses.</exception>
    /// <exception cref="InvalidOperationException">The options name no wallet.</exception>
    public Task<OpenResult> OpenAsync(Uri merchant, Money capacity, TimeSpan duration, CancellationToken ct = default) =>
        _opening.OpenAsync(merchant, capacity, duration, ct);

    /// <summary>Waits until the deposit is deep enough and the merchant takes payments.</summary>
    /// <param name="patience">How long; null without end.</param>
    public async Task<WaitResult> WaitUntilOpenAsync(ChannelId channel, TimeSpan? patience = null, CancellationToken ct = default)
    {
        var clock = _run.Options.Clock;
        for (var begin = clock.GetTimestamp(); ; await _run.Options.Chain.WaitAsync(ct))
        {
            var tip = await SyncAsync(ct);
            if (tip is null || await FindAsync(channel, ct) is not { } found) return new WaitResult.ChannelUnknown();
            if (found.State is CustomerState.Prepared)
            {
                await ShowAsync(found, ct);
                found = await _run.Book.RereadAsync(found, ct);
            }
            if (found.State is not (CustomerState.Prepared or CustomerState.Active)) return new WaitResult.Over(found);
            var confirmations = found.DepositHeight is { } height ? Math.Max(0, tip.ConfirmationsOf(height)) : 0;
            var why = "the merchant has not agreed";
            if (found.State is CustomerState.Active)
            {
                if (confirmations < found.Confirmations) why = "the deposit has to be mined";
                else if (await OpenFaultAsync(found, ct) is { } fault) why = fault;
                else return new WaitResult.Open(found);
            }
            if (patience is { } limit && clock.GetElapsedTime(begin) >= limit) return new WaitResult.NotYet(found, confirmations, why);
        }
    }

    /// <summary>
    /// Pays: signs the next total, stores it, and sends it, again and again until it is answered or patience ends. A payment without an answer is
    /// sent first, with the same bytes; until it is acknowledged nothing more is signed.
    /// </summary>
    /// <param name="channel">The channel.</param>
    /// <param name="amount">Satoshi, above 0.</param>
    /// <param name="patience">How long to insist; null for the options' own.</param>
    /// <param name="ct">Stops waiting; a payment that was stored stays signed.</param>
    public Task<PayResult> PayAsync(ChannelId channel, Money amount, TimeSpan? patience = null, CancellationToken ct = default) =>
        _paying.PayAsync(channel, amount, patience ?? _run.Options.Patience, ct);

    /// <summary>
    /// Begins to pay many times a second through one channel, over one connection. The store stays open, and other processes are kept out, until it is disposed of.
    /// </summary>
    /// <param name="channel">The channel. That there is none, or none that takes payments, is told by the first payment.</param>
    /// <param name="ct">Ends everything at once: what is signed by then and unanswered is sent again first by whoever pays next.</param>
    public async Task<StreamingChannel> StreamAsync(ChannelId channel, CancellationToken ct = default) => new(_run, _paying, channel, await _paying.StreamAsync(ct), ct);

    /// <summary>Sends the newest payment again if no answer to it is known; signs nothing. A voucher is left to the next priced request: here it would count as spent.</summary>
    /// <inheritdoc cref="PayAsync" path="/param"/>
    public Task<PayResult> ResendAsync(ChannelId channel, TimeSpan? patience = null, CancellationToken ct = default) =>
        _paying.ResendAsync(channel, patience ?? _run.Options.Patience, ct);

    /// <summary>
    /// Asks the merchant to close, at what was spent. That it is wanted is stored first: nothing is paid through the channel any more. Repeating is
    /// harmless, and is what to do while there is no answer.
    /// </summary>
    /// <inheritdoc cref="PayAsync" path="/param"/>
    public Task<CloseResult> CloseAsync(ChannelId channel, TimeSpan? patience = null, CancellationToken ct = default) =>
        _closing.CloseAsync(channel, patience ?? _run.Options.Patience, ct);

    /// <summary>Takes a deposit back after expiry, by hand.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="feeRate">Signs the refund anew at this rate; null for the one that was signed at open.</param>
    /// <param name="ct">Stops.</param>
    public Task<RefundResult> RefundAsync(ChannelId channel, FeeRate? feeRate = null, CancellationToken ct = default) =>
        _refunding.RefundAsync(channel, feeRate, ct);

    /// <summary>The channel as its merchant has it.</summary>
    public Task<MerchantReply<StatusAnswer>> StatusAsync(CustomerChannel channel, CancellationToken ct = default) =>
        _run.StatusAsync(channel, ct);

    /// <summary>
    /// Takes in what the chain has new, and does what follows: sees deposits and closes, broadcasts deposits again, and refunds after expiry.
    /// </summary>
    /// <returns>The chain's end; null where there was never a channel.</returns>
    public Task<ChainTip?> SyncAsync(CancellationToken ct = default) => _run.Follower.SyncAsync(ct);

    /// <summary>Goes on with what merchants have not answered: shows prepared channels again, with the same bytes, and asks for closes again. One try each.</summary>
    public async Task ResumeAsync(CancellationToken ct = default)
    {
        foreach (var channel in await _run.Book.UseAsync(store => store.UnfinishedAsync(ct), ct))
        {
            // It is there since the channel was prepared, unless that was done by an older version, or somebody took it away.
            if (!TryBackUp(channel) && channel.State is CustomerState.Prepared) continue;
            switch (channel.State)
            {
                case CustomerState.Prepared:
                    await ShowAsync(channel, ct);
                    break;
                case CustomerState.Closing { CloseTxid: null }:
                    await CloseAsync(channel.Id, TimeSpan.Zero, ct);
                    break;
            }
        }
    }

    /// <summary>Does both until cancelled. Outages of node, merchants and store are told and survived; each goes on by itself.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task WatchAsync(CancellationToken ct)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task[] loops = [FollowAsync(both.Token), AttendAsync(both.Token)];
        await Task.WhenAny(loops);
        await both.CancelAsync();
        await Task.WhenAll(loops);
    }

    /// <summary>
    /// Brings back the channels of a folder of backups, as far as the store has not got them: looks for their deposits in the chain, asks the merchants what was signed
    /// since, and believes only what the customer's own signature shows. Channels whose merchant does not tell are kept for their refund, and he is asked again by
    /// <see cref="ResumeAsync"/>. Repeating is harmless.
    /// </summary>
    /// <param name="folder">Backups of this seed; those below it count, too.</param>
    /// <param name="ct">Stops; what was brought back by then stays.</param>
    /// <exception cref="InvalidOperationException">The options have no <see cref="CustomerOptions.Coins"/>.</exception>
    public Task<IReadOnlyList<RestoredBackup>> RestoreAsync(string folder, CancellationToken ct = default) => _restoring.RestoreAsync(folder, ct);

    /// <summary>Closes the store. Nothing is lost that was going on.</summary>
    public ValueTask DisposeAsync() => _run.DisposeAsync();

    private Task FollowAsync(CancellationToken ct) => LoopAsync(SyncAsync, () => _run.Options.Chain.WaitAsync(ct), ct);

    private Task AttendAsync(CancellationToken ct) => LoopAsync(ResumeAsync, () => Task.Delay(s_attendPause, _run.Options.Clock, ct), ct);

    private async Task LoopAsync(Func<CancellationToken, Task> work, Func<Task> wait, CancellationToken ct)
    {
        string? trouble = null;
        while (true)
        {
            try
            {
                await work(ct);
                await wait();
                trouble = null;
            }
            catch (Exception away) when (away is ChainUnavailableException or StoreLockedException or StoreUnavailableException or WalletException)
            {
                if (trouble != away.Message) _run.Tell(new CustomerNotice.Trouble(trouble = away.Message));
                await Task.Delay(s_retryPause, _run.Options.Clock, ct);
            }
        }
    }

    private async Task ShowAsync(CustomerChannel channel, CancellationToken ct)
    {
        using var alone = await _run.LockAsync(channel.Id, ct);
        channel = await _run.Book.RereadAsync(channel, ct);
        if (channel.State is not CustomerState.Prepared prepared) return;
        if (prepared.IsRestored)
        {
            if ((await _recalling.RecallAsync(channel, TimeSpan.Zero, ct)).Silence is { } silence) _run.Tell(new CustomerNotice.Trouble(silence));
            return;
        }
        var result = await _opening.ShowAsync(channel, TimeSpan.Zero, ct);
        if (result is not OpenResult.Opened) _run.Tell(new CustomerNotice.Trouble(result.ToString()));
    }

    private bool TryBackUp(CustomerChannel channel)
    {
        try
        {
            _run.Options.Backups.Write(channel, _run.Keys, _run.Network);
            return true;
        }
        catch (StoreUnavailableException fault)
        {
            _run.Tell(new CustomerNotice.Trouble($"Channel {channel.Id} has no backup: {fault.Message}"));
            return false;
        }
    }

    // A server of 21 looks for the deposit when it is paid, and not before.
    private static bool TakesPayments(CustomerChannel channel, string state) => state == s_open || (channel.Door is CustomerDoor.Two1 && state == s_pending);

    /// <summary>Why the merchant takes no payments yet; null if he does.</summary>
    private async Task<string?> OpenFaultAsync(CustomerChannel channel, CancellationToken ct) => await StatusAsync(channel, ct) switch
    {
        MerchantReply<StatusAnswer>.Success { Answer: { } answer } => answer.Channel == channel.Id.ToString() && TakesPayments(channel, answer.State) ? null : $"the merchant has it as {answer.State}",
        { } reply => reply.Words,
        null => throw new UnreachableException(),
    };
}
