using BtcChannels.Paywall;
using BtcChannels.Storage;
using NBitcoin;

namespace BtcChannels.Client;

/// <summary>A price that somebody asks for.</summary>
/// <param name="Address">What was requested.</param>
/// <param name="Price">Of one unit. At a two1 door what the request takes out of the channel, which for its first payment is more than is asked for.</param>
/// <param name="Request">All that the challenge says; null at a two1 door.</param>
/// <param name="Description">The merchant's words for people; a stranger's text.</param>
public sealed record PaymentAsked(Uri Address, MilliSatoshi Price, SessionRequest? Request, string? Description);

/// <summary>So much in so long.</summary>
public sealed record SpendingRate(Money Amount, TimeSpan Per);

/// <summary>How a <see cref="Payer"/> spends.</summary>
/// <remarks>
/// Prices are what a merchant charges; budgets bound what is <em>authorized</em>, since a signature sent is money spent: the first voucher of a channel is at least the network's
/// dust threshold (294 sat), and what it leaves over stays as credit for the requests after it. Budgets per host, day and in all are kept in the customer's store.
/// </remarks>
public sealed record PayerOptions
{
    /// <summary>The most that one request may cost, the whole of a metered or streamed answer included. Default 1,000 sat.</summary>
    public MilliSatoshi MaxPerRequest { get; init; } = 1_000.Sat();

    /// <summary>The most that is authorized to one merchant (scheme, host and port), ever. Null for no bound; default 100,000 sat.</summary>
    public Money? MaxPerHost { get; init; } = Money.Satoshis(100_000L);

    /// <summary>The most that is authorized on a day (UTC). Null for no bound; default 100,000 sat.</summary>
    public Money? MaxPerDay { get; init; } = Money.Satoshis(100_000L);

    /// <summary>The most that is authorized in all. Null for no bound, which is the default.</summary>
    public Money? MaxTotal { get; init; }

    /// <summary>How fast a metered or streamed answer may spend; it is made to wait. Null for as fast as it likes, which is the default.</summary>
    public SpendingRate? MaxRate { get; init; }

    /// <summary>Whether channels are opened where none fits. Default true.</summary>
    public bool MayOpen { get; init; } = true;

    /// <summary>The deposit of a new channel; null for what the merchant suggests, or his least. Never less than that, nor more than <see cref="MaxDeposit"/>.</summary>
    public Money? InitialDeposit { get; init; }

    /// <summary>The largest deposit that is made. Default 100,000 sat.</summary>
    public Money MaxDeposit { get; init; } = Money.Satoshis(100_000L);

    /// <summary>How long the money of a new channel may be tied up. Default 7 days.</summary>
    public TimeSpan ChannelDuration { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How long a request waits for the deposit of a new channel to be deep enough. Default 90 seconds; <see cref="HttpClient.Timeout"/> bounds it too.</summary>
    public TimeSpan ConfirmationPatience { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>The next channel is opened, beside the requests, once less than this part of the capacity is left; percent, 0 for not before it is needed, which is the default.</summary>
    public int RenewAtPercent { get; init; }

    /// <summary>What is authorized beyond need, so that not every request takes a signature: trust for speed. Default 0.</summary>
    public Money AuthorizeAhead { get; init; } = Money.Zero;

    /// <summary>How many units ahead a body by the kilobyte is paid for, and any body where the merchant falls silent, at least 1. Default 64.</summary>
    public int UnitsAhead { get; init; } = 64;

    /// <summary>
    /// How many units ahead streams of events, and bodies by other units than kilobytes, are paid for before the merchant runs dry, as far as the budgets go. 0, the default: he
    /// pauses, and is paid what he needs then.
    /// </summary>
    public int StreamAhead { get; init; }

    /// <summary>Bodies up to this length are kept so that they can be sent again. Default 1 MiB.</summary>
    public int MaxBodyBytes { get; init; } = 1 << 20;

    /// <summary>How often one request is paid for in other ways before it is given up: fresh challenges, other channels. At least 1, default 4.</summary>
    public int MaxAttempts { get; init; } = 4;

    /// <summary>How often a paid request is sent again, the same bytes, where its answer is lost. Default 2.</summary>
    public int MaxRetries { get; init; } = 2;

    /// <summary>Asked before a price is paid that was not asked for in this request before; false declines.</summary>
    public Func<PaymentAsked, CancellationToken, ValueTask<bool>>? OnPaymentRequested { get; init; }

    /// <summary>Hears why a request was not paid for.</summary>
    public Action<PaymentRefusedException>? OnRefused { get; init; }

    /// <summary>Hears of receipts.</summary>
    public Action<SessionReceipt>? OnReceipt { get; init; }

    /// <summary>Hears of what came of opening a channel, beside a request or for it.</summary>
    public Action<OpenResult>? OnOpened { get; init; }

    /// <summary>Hears of what came of closing a channel.</summary>
    public Action<CustomerChannel, CloseResult>? OnClosed { get; init; }

    /// <summary>Which of the channels that can carry the price is used; null from it opens another. Default the one that the challenge names, or the oldest. There is no challenge at a two1 door.</summary>
    public Func<IReadOnlyList<CustomerChannel>, SessionRequest?, CustomerChannel?>? ChooseChannel { get; init; }

    /// <summary>
    /// Whether a request, the first address, may be paid for at a two1 door of another scheme, host or port, the second. Null for never, which is the default: 21's servers
    /// can be made to name any host.
    /// </summary>
    public Func<Uri, Uri, bool>? AllowsTwo1Server { get; init; }

    internal SpendingBudget Budget => new(MaxPerHost, MaxPerDay, MaxTotal);

    /// <exception cref="ArgumentException">A value is outside its range.</exception>
    internal void Validate()
    {
        if (MaxAttempts < 1 || MaxRetries < 0 || MaxBodyBytes < 0) throw new ArgumentException("MaxAttempts is at least 1, MaxRetries and MaxBodyBytes are not negative");
        if (RenewAtPercent is < 0 or > 100) throw new ArgumentException("RenewAtPercent is 0 to 100");
        if (UnitsAhead < 1) throw new ArgumentException("UnitsAhead is at least 1");
        if (StreamAhead < 0) throw new ArgumentException("StreamAhead is not negative");
        if (AuthorizeAhead < Money.Zero) throw new ArgumentException("AuthorizeAhead is not negative");
        if (MaxRate is { } rate && (rate.Amount < Money.Satoshis(1L) || rate.Per <= TimeSpan.Zero)) throw new ArgumentException("A rate is above zero");
    }
}
