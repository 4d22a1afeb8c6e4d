using System.Threading.Channels;
using NBitcoin;

namespace BtcChannels.Client;

/// <summary>
/// Many payments on one channel, on one connection, without waiting for the answer to one before the next is signed. Made by <see cref="Customer.StreamAsync"/>. Calls may be
/// made side by side.
/// </summary>
/// <remarks>
/// Each signature is stored before it is sent; those of one moment share a write. At most <see cref="CustomerOptions.StreamWindow"/> payments are out without an answer: that
/// much more than a single payment's the merchant could keep without a word. Where the connection is lost, or a payment is refused, the newest one is sent again by itself,
/// as <see cref="Customer.ResendAsync"/> does: its total holds all before it. A merchant who knows no streams is paid one by one.
/// </remarks>
public sealed class StreamingChannel : IAsyncDisposable
{
    private readonly Channel<WantedPayment> _wanted;
    private readonly IAsyncDisposable _hold;
    private readonly Task _pumping;
    private int _isEnded;

    internal StreamingChannel(CustomerRuntime run, ChannelPaying paying, ChannelId id, IAsyncDisposable hold, CancellationToken ct)
    {
        _hold = hold;
        _wanted = Channel.CreateBounded<WantedPayment>(run.Options.StreamWindow);
        _pumping = new StreamPump(run, paying, id, _wanted.Reader, ct).RunAsync();
    }

    /// <summary>Pays. Payments are signed in the order of the calls, and the next call need not wait for the end of this one.</summary>
    /// <param name="amount">Satoshi, above 0.</param>
    /// <param name="ct">Withdraws the payment as long as it is not signed; after that it does nothing.</param>
    /// <returns>As <see cref="Customer.PayAsync"/>'s.</returns>
    /// <exception cref="ObjectDisposedException">The stream has ended.</exception>
    public async Task<PayResult> PayAsync(Money amount, CancellationToken ct = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(amount, Money.Satoshis(1L), nameof(amount));
        var wanted = new WantedPayment(amount, ct);
        try
        {
            await _wanted.Writer.WriteAsync(wanted, ct);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(nameof(StreamingChannel));
        }
        return await wanted.Result;
    }

    /// <summary>Pays what was asked for, waits for the answers, says goodbye and lets go of the store.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isEnded, 1) != 0) return;
        _wanted.Writer.Complete();
        await using (_hold) await _pumping;
    }
}
