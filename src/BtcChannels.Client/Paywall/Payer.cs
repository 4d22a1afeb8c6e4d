using System.Collections.Concurrent;
using BtcChannels.Paywall;
using BtcChannels.Wire;
using NBitcoin;

namespace BtcChannels.Client;

/// <summary>
/// Pays for requests out of a customer's channels, within budgets. One for all <see cref="PaymentHandler"/>s of a customer: channels, their credit and their challenges are
/// shared, by requests at the same time too. For many requests in a row hold the store open (<see cref="Customer.HoldStoreAsync"/>).
/// </summary>
public sealed class Payer : IAsyncDisposable
{
    private const int MaxKnownTerms = 1_024;

    private readonly ConcurrentDictionary<ChannelId, Lazy<Task<ChannelCredit>>> _credits = new();
    private readonly ConcurrentDictionary<string, PaymentTerms> _known = new();
    private readonly CancellationTokenSource _ended = new();

    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public Payer(Customer customer, PayerOptions? options = null)
    {
        (Customer, Options) = (customer, options ?? new());
        Options.Validate();
        Desk = new(this, _ended.Token);
        Two1 = new(this);
    }

    public Customer Customer { get; }

    public PayerOptions Options { get; }

    internal PayingChannels Desk { get; }

    internal Two1Desk Two1 { get; }

    internal TimeProvider Clock => Customer.Runtime.Options.Clock;

    internal Network Network => Customer.Runtime.Network;

    /// <summary>
    /// Closes the channels with a merchant, or all, at what was spent: what was authorized beyond that comes back. Channels at two1 doors with tokens that are paid for and not
    /// redeemed, or that nothing was paid in, stay open, as their results say.
    /// </summary>
    /// <param name="merchant">His address; null for all.</param>
    /// <param name="ct">Stops; closes that were asked for go on by themselves.</param>
    public async Task<IReadOnlyList<CloseResult>> CloseAsync(Uri? merchant = null, CancellationToken ct = default)
    {
        var origin = merchant is null ? null : MerchantOrigin.Of(new Uri(merchant.GetLeftPart(UriPartial.Authority)), Network);
        List<CloseResult> results = [];
        foreach (var channel in await Customer.ListAsync(ct))
        {
            if (channel.State is not CustomerState.Active || (origin is not null && channel.Merchant != origin)) continue;
            var result = await Customer.CloseAsync(channel.Id, ct: ct);
            Options.OnClosed?.Invoke(channel, result);
            results.Add(result);
        }
        return results;
    }

    /// <summary>Waits for channels that are being opened ahead of need; nothing else is held. The customer stays open.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await Desk.DisposeAsync();
        Two1.Dispose();
        _ended.Dispose();
    }

    /// <summary>What was asked for at an address last: it saves the unpaid request.</summary>
    internal PaymentTerms? KnownFor(string key)
    {
        if (!_known.TryGetValue(key, out var terms)) return null;
        if (terms.Challenge.ExpiresAt is not { } end || end > Clock.GetUtcNow()) return terms;
        _known.TryRemove(key, out _);
        return null;
    }

    // A challenge for one body is for that alone.
    internal void Remember(string key, PaymentTerms terms)
    {
        if (terms.Challenge.Digest is not null) return;
        if (_known.Count >= MaxKnownTerms) _known.Clear();
        _known[key] = terms;
    }

    internal void Forget(string key) => _known.TryRemove(key, out _);

    /// <summary>The channel's credit. What is spent tells the merchant, once in a process; where he does not, none is left.</summary>
    internal Task<ChannelCredit> CreditOfAsync(CustomerChannel channel) =>
        _credits.GetOrAdd(channel.Id, _ => new Lazy<Task<ChannelCredit>>(() => AskAsync(channel))).Value;

    internal PaymentRefusedException Refuse(PaymentRefusal reason, string why, HttpResponseMessage? response = null) => Tell(new PaymentRefusedException(reason, why, response));

    internal PaymentRefusedException Tell(PaymentRefusedException refused)
    {
        Options.OnRefused?.Invoke(refused);
        return refused;
    }

    // Not given up with the request that asks first: others wait for it, too.
    private async Task<ChannelCredit> AskAsync(CustomerChannel channel)
    {
        var all = MilliSatoshi.Of(channel.Authorized);
        if (channel.Newest is null) return new(MilliSatoshi.Zero);
        return await Customer.StatusAsync(channel, CancellationToken.None) is MerchantReply<StatusAnswer>.Success { Answer: { } answer }
            && answer.Channel == channel.Id.ToString() && answer.SpentMsat >= 0 && answer.SpentMsat <= all.Value
            ? new(new(answer.SpentMsat))
            : new(all);
    }
}
