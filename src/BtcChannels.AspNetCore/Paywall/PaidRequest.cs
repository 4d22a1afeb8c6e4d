using BtcChannels.Paywall;
using BtcChannels.Storage;
using BtcChannels.Two1;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.Net.Http.Headers;

namespace BtcChannels.AspNetCore.Paywall;

/// <summary>
/// A request whose voucher is accepted, from the reservation to the end. A plain one is charged as its answer begins, before a byte of it leaves: by its status. A metered one
/// is charged step by step. What fails before that is released.
/// </summary>
internal sealed class PaidRequest : IPaymentMeter
{
    private readonly HttpContext _http;
    private readonly PaywallServices _services;
    private readonly PaymentTerms _terms;
    private readonly ChannelId _channel;
    private readonly string? _challengeId;
    private readonly KeyedRequest? _key;
    private Reservation? _reserved;   // a plain request's, or the last step's of a metered one
    private TakenAhead? _ahead;       // its voucher and reservation, as long as they are not known to be on disk
    private long _reservedUnits;
    private bool _hasLeft;            // what the last step reserved
    private Balance? _settled;        // once it is over
    private Func<byte[]?>? _keptBody; // what of the answer is kept for a repetition; null where it is not whole

    /// <param name="http">The request.</param>
    /// <param name="services">Those of the paywall.</param>
    /// <param name="terms">The endpoint's.</param>
    /// <param name="price">Of one unit.</param>
    /// <param name="channel">The customer's.</param>
    /// <param name="challengeId">Of the challenge that was answered; null where none was, and no receipt is given.</param>
    /// <param name="reserved">Null for a metered one.</param>
    /// <param name="ahead">Where it was taken ahead.</param>
    /// <param name="key">The key it may be repeated with.</param>
    public PaidRequest(
        HttpContext http, PaywallServices services, PaymentTerms terms, MilliSatoshi price, ChannelId channel, string? challengeId, Reservation? reserved, TakenAhead? ahead, KeyedRequest? key)
    {
        (_http, _services, _terms, UnitPrice, _channel, _challengeId, _reserved, _ahead, _key) = (http, services, terms, price, channel, challengeId, reserved, ahead, key);
        Units = _reservedUnits = reserved is null ? 0 : 1;
    }

    public MilliSatoshi UnitPrice { get; }

    public long Units { get; private set; }

    public bool IsChargedAtEnd { get; set; }

    public Func<NeedVoucher, CancellationToken, ValueTask>? Paused { get; set; }

    /// <summary>Its end could not be written.</summary>
    public bool IsUnsettled { get; private set; }

    /// <summary>What pays for it instead of a voucher, as it is once it is redeemed.</summary>
    public PaymentToken? Redeemed { get; init; }

    /// <summary>Called when its end is on disk, and an answer that is kept with it; before the last of it leaves.</summary>
    public Action? Settled { get; init; }

    /// <summary>Runs the handler, and charges or releases by what comes of it. What it throws comes out of here.</summary>
    public async Task ServeAsync(RequestDelegate serve)
    {
        _http.Features.Set<IPaymentMeter>(this);
        _http.Response.OnStarting(static it => ((PaidRequest)it).BeginAnswerAsync(), this);
        var body = _http.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        var buffer = _key is null ? null : new AnswerBuffer(body, _services.Options.MaxKeptAnswer);
        if (buffer is not null)
        {
            _keptBody = () => buffer.Whole;
            _http.Features.Set<IHttpResponseBodyFeature>(buffer);
        }
        var isServed = false;
        try
        {
            await serve(_http);
            if (buffer is not null) await buffer.EndAsync();
            isServed = true;
        }
        finally
        {
            if (buffer is not null) _http.Features.Set(body);
            await EndAnswerAsync(isServed);
        }
    }

    public async ValueTask<bool> ChargeAsync(long units, CancellationToken ct = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(units, 1);
        return await ChargeAsync(units, units, ct) > 0;
    }

    public ValueTask<long> ChargeUpToAsync(long most, CancellationToken ct = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        return ChargeAsync(1, most, ct);
    }

    private async ValueTask<long> ChargeAsync(long least, long most, CancellationToken ct)
    {
        if (!_terms.IsMetered) throw new InvalidOperationException("The endpoint is priced by the request: declare it as metered to charge by the unit");
        if (_settled is not null) return 0;
        var units = most;
        while (true)
        {
            // A customer who is gone is not charged for what he will not get.
            if (_http.RequestAborted.IsCancellationRequested) return 0;
            var next = _services.Charges.Reserve(UnitPrice.Times(units));
            switch (await _services.Charges.StepAsync(_channel, _reserved, next, ct))
            {
                case ChargeOutcome.Granted:
                    _services.Metrics.Granted(next.Amount);
                    (_reserved, _reservedUnits, Units, _hasLeft) = (next, units, checked(Units + units), false);
                    return units;
                case ChargeOutcome.Insufficient it:
                    _reserved = null;
                    var missing = it.Wanted - MilliSatoshi.Of(it.Channel.Balance.Authorized);
                    var reached = units - UnitPrice.UnitsFor(missing);
                    if (reached >= least)
                    {
                        units = reached;
                        continue;
                    }
                    var required = (it.Wanted - UnitPrice.Times(units - least)).RoundedUp;
                    if (Paused is { } tell) await tell(new NeedVoucher(_channel, required, it.Channel.Balance.Authorized, it.Channel.Capacity), ct);
                    if (required > it.Channel.Capacity || !await WaitAsync(required, ct)) return 0;
                    units = most;
                    continue;
                default:
                    return 0;
            }
        }
    }

    public void MarkDelivered() => _hasLeft |= _terms.IsMetered && !_http.RequestAborted.IsCancellationRequested;

    public async ValueTask<SessionReceipt?> FinishAsync()
    {
        await EndAsync(isDelivered: !IsGone);
        return _challengeId is null ? null : Receipt();
    }

    /// <summary>The answer begins: what it costs is charged before its first byte leaves, unless that is for its end.</summary>
    private async Task BeginAnswerAsync()
    {
        var response = _http.Response;
        var isPaidFor = _terms.IsDelivered(response.StatusCode);
        if (isPaidFor) Protect(response);
        if (_terms.IsMetered || (IsChargedAtEnd && isPaidFor && _settled is null))
        {
            if (TakeAhead() is { } ahead) await LandAsync(ahead);   // bytes leave before it is charged
            if (isPaidFor && _settled is null && _challengeId is not null && response.SupportsTrailers()) response.DeclareTrailer(PaymentScheme.ReceiptHeader);
            return;
        }
        await EndAsync(isPaidFor && !IsGone);
        if (HasReceipt) response.Headers[PaymentScheme.ReceiptHeader] = Receipt().Encode();
    }

    /// <summary>The handler is done, or has failed.</summary>
    /// <param name="isWhole">It did not fail.</param>
    private async Task EndAnswerAsync(bool isWhole)
    {
        var response = _http.Response;
        // Nothing of it has left: it is over before it begins.
        if (!response.HasStarted && isWhole && !IsGone && !IsChargedAtEnd) await BeginAnswerAsync();
        // Of one that is charged at its end, whoever leaves in the middle has had what there was; what fails by itself is not charged.
        var isDelivered = _terms.IsMetered ? isWhole && !IsGone && _terms.IsDelivered(response.StatusCode)
            : IsChargedAtEnd && (isWhole || IsGone) && _terms.IsDelivered(response.StatusCode) && (response.HasStarted || !IsGone);
        await EndAsync(isDelivered);
        if (!isDelivered || IsGone || !HasReceipt) return;
        if (!response.HasStarted) response.Headers[PaymentScheme.ReceiptHeader] = Receipt().Encode();
        else if (_http.Features.Get<IHttpResponseTrailersFeature>()?.Trailers is { IsReadOnly: false } trailers) trailers[PaymentScheme.ReceiptHeader] = Receipt().Encode();
    }

    /// <summary>It is over, however it went.</summary>
    /// <param name="isDelivered">Whether what is still reserved was delivered.</param>
    /// <exception cref="StoreUnavailableException">It was delivered and could not be charged: nothing of it may leave. What is reserved is released later.</exception>
    /// <exception cref="ChargeLostException">Likewise: the channel cannot pay for it any more.</exception>
    public async Task EndAsync(bool isDelivered)
    {
        if (_settled is not null) return;
        if (_reserved is not { } reserved)
        {
            _settled = await _services.Charges.BalanceAsync(_channel);
            return;
        }
        isDelivered |= _hasLeft;
        var answer = isDelivered && !_terms.IsMetered ? _key?.Answer(_http.Response, _keptBody?.Invoke(), _services.Clock.GetUtcNow()) : null;
        _reserved = null;
        if (!isDelivered) Units -= _reservedUnits;
        var spent = isDelivered ? reserved.Amount : MilliSatoshi.Zero;
        IsUnsettled = true;
        _settled = TakeAhead() is { } ahead ? await _services.Settling.SettleAsync(ahead, spent) : await _services.Settling.SettleAsync(_channel, reserved, spent, answer, isDelivered ? Redeemed : null);
        IsUnsettled = false;
        Settled?.Invoke();
    }

    private TakenAhead? TakeAhead()
    {
        var ahead = _ahead;
        _ahead = null;
        return ahead;
    }

    private async Task LandAsync(TakenAhead ahead)
    {
        try
        {
            await _services.Settling.LandAsync(ahead);
        }
        catch
        {
            (_reserved, Units) = (null, 0);   // nothing stands that could be ended
            throw;
        }
    }

    // A deadline of the merchant's own cancels what serves, too: the customer is still there.
    private bool IsGone => _http.RequestAborted.IsCancellationRequested && _http.Features.Get<IHttpRequestTimeoutFeature>()?.RequestTimeoutToken.IsCancellationRequested != true;

    // Errors have none, even where a merchant charges for them.
    private bool HasReceipt => _challengeId is not null && Units > 0 && _http.Response.StatusCode < StatusCodes.Status400BadRequest;

    private SessionReceipt Receipt() => _services.Receipt(_channel, _challengeId!, _settled!, Units);

    private async Task<bool> WaitAsync(NBitcoin.Money required, CancellationToken ct)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, _http.RequestAborted);
        return await _services.Charges.WaitAsync(_channel, it => it >= required, _services.Options.PausePatience, either.Token);
    }

    // What was paid for is the customer's alone, whatever the handler said.
    private static void Protect(HttpResponse response)
    {
        if (!CacheControlHeaderValue.TryParse(response.Headers.CacheControl.ToString(), out var cache)) cache = new CacheControlHeaderValue();
        cache.Public = false;
        cache.SharedMaxAge = null;
        cache.Private = true;
        response.Headers.CacheControl = cache.ToString();
    }
}
