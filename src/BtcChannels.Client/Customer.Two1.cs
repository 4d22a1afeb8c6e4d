using BtcChannels.Storage;
using BtcChannels.Two1;
using NBitcoin;

namespace BtcChannels.Client;

/// <summary>What there is at two1 doors alone.</summary>
public sealed partial class Customer
{
    /// <summary>
    /// Opens a channel at a two1 door, as 21's merchants have them. Its deposit is the capacity, <see cref="Two1Protocol.MinOutput"/> and <see cref="Two1Options.Fee"/>, and
    /// comes from the customer's own wallet, since closes pay back to one of its keys. Otherwise as at the direct door.
    /// </summary>
    /// <param name="door">The door's address: scheme, host, port and path, such as <c>https://shop.example/payment</c>.</param>
    /// <param name="capacity">The most that can be paid, satoshi; at least <see cref="Two1Protocol.MinOutput"/>.</param>
    /// <param name="duration">At least <see cref="Two1Options.MinDuration"/>.</param>
    /// <param name="ct">Stops; what was stored by then is resumed later.</param>
    /// <exception cref="ArgumentException">The address, capacity or duration is none, or would last beyond 2038-01-19.</exception>
    /// <exception cref="WalletException">The wallet refuses.</exception>
    /// <exception cref="InvalidOperationException">There is no own wallet.</exception>
    public Task<OpenResult> OpenTwo1Async(Uri door, Money capacity, TimeSpan duration, CancellationToken ct = default) =>
        _two1Opening.OpenAsync(Two1Address.Of(door, _run.Network), capacity, duration, ct);

    /// <summary>Tokens of a channel at a two1 door that are not known to be redeemed, the newest first: bought for requests, and paid for by hand.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="most">No more than this many.</param>
    /// <param name="ct">Gives up.</param>
    public Task<IReadOnlyList<Two1Token>> TokensAsync(CustomerChannel channel, int most = 100, CancellationToken ct = default) =>
        _run.Book.UseAsync(store => store.TokensAsync(channel.KeyIndex, most, ct), ct);

    /// <summary>Gives up tokens that were bought for requests: what is not redeemed when the channel closes is worth nothing any more.</summary>
    public async Task AbandonTokensAsync(CustomerChannel channel, CancellationToken ct = default)
    {
        foreach (var token in await _run.Book.UseAsync(store => store.BoughtTokensAsync(channel.KeyIndex, ct), ct)) await ForgetTokenAsync(token, ct);
    }

    internal Task<bool> ForgetTokenAsync(Two1Token token, CancellationToken ct) => _run.Book.WriteAsync(
        async store =>
        {
            await store.ForgetTokenAsync(token.Token, ct);
            return true;
        }, ct);
}
