using System.Net;
using BtcChannels.Paywall;
using NBitcoin;

namespace BtcChannels.Client;

/// <summary>Pays on for an answer that is under way, by vouchers on requests of their own, within what one request may cost and how fast it may.</summary>
internal sealed class VoucherFeed(
    Payer payer, Uri address, PaymentTerms terms, PaidIn paid, HttpRequestOptions options, Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> send)
{
    private static readonly TimeSpan s_retryPause = TimeSpan.FromMilliseconds(200);

    private PaymentTerms _terms = terms;
    private MilliSatoshi _price = paid.Price;       // set apart for this answer so far
    private bool _isEnded;
    private bool _isAheadRefused;

    public PaymentTerms Terms => _terms;

    public CustomerChannel Channel => paid.Channel;

    /// <summary>What is authorized in the channel now.</summary>
    public Money Authorized { get; private set; } = paid.Voucher.Total;

    public TimeProvider Clock => payer.Clock;

    public int UnitsAhead => payer.Options.UnitsAhead;

    public int StreamAhead => payer.Options.StreamAhead;

    public AnswerCost Cost { get; } = new(payer, paid);

    /// <summary>What lies ahead is paid as far as one request may cost; what is needed now is asked for, and refused where it is too much.</summary>
    public Money Within(Money wanted, Money least) => Money.Max(least, Money.Min(wanted, Cost.Most));

    /// <summary>The answer costs more as it goes on, and may use up what is authorized already.</summary>
    public void Begin()
    {
        paid.Credit.Agree(Authorized);
        Cost.Begin();
    }

    /// <summary>Takes a receipt of the answer.</summary>
    /// <param name="receipt">As it was read.</param>
    /// <param name="isLast">Whether the answer costs no more than it says; false for one that came before the rest.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>False where it is about something else, or says that more was signed or spent than was.</returns>
    public async Task<bool> TakeAsync(SessionReceipt receipt, bool isLast, CancellationToken ct)
    {
        if (_isEnded) return true;
        if (!IsAbout(receipt) || !await payer.Customer.Vouchers.AcknowledgeAsync(paid.Channel.Id, receipt.AcceptedCumulative, ct))
        {
            paid.Credit.Distrust();
            End();
            return false;
        }
        if (isLast)
        {
            _isEnded = true;
            Cost.End(receipt.Units, _terms.Price);
            if (!paid.Credit.Settle(_price, receipt)) return false;
        }
        options.Set(PaymentReceipts.ReceiptKey, receipt);
        payer.Options.OnReceipt?.Invoke(receipt);
        return true;
    }

    /// <summary>The answer ended without a receipt: it may have cost all that was set apart for it.</summary>
    public void End()
    {
        if (_isEnded) return;
        _isEnded = true;
        paid.Credit.Assume(_price);
    }

    /// <summary>The answer has ended; its receipt is a trailer, and where there is none, as over HTTP/1.1, the merchant is asked.</summary>
    /// <exception cref="PaymentRefusedException">The receipt is wrong.</exception>
    public async Task EndAsync(HttpResponseMessage response, CancellationToken ct)
    {
        if (response.TrailingHeaders.NonValidated.TryGetValues(PaymentScheme.ReceiptHeader, out var values))
        {
            if (!SessionReceipt.TryDecode(values.Count == 1 ? values.ToString() : null, out var receipt) || !await TakeAsync(receipt, isLast: true, ct)) throw ReceiptWrong(null);
        }
        else if (!_isEnded)
        {
            await AskForReceiptAsync(ct);
        }
        End();
    }

    private async Task AskForReceiptAsync(CancellationToken ct)
    {
        SessionReceipt receipt;
        try
        {
            receipt = await ShowNewestAsync(ct);
        }
        catch (PaymentRefusedException refused) when (refused.Reason != PaymentRefusal.ReceiptWrong)
        {
            return;   // the answer is there, and paid: what it cost is assumed
        }
        _isEnded = true;
        if (!paid.Credit.Settle(_price, receipt)) throw ReceiptWrong(null);
        options.Set(PaymentReceipts.ReceiptKey, receipt);
    }

    public PaymentRefusedException ReceiptWrong(HttpResponseMessage? response) => payer.Refuse(
        PaymentRefusal.ReceiptWrong, $"The receipt of {address.Authority} is about something else, or says that more was spent than was agreed to; no more is paid in that channel", response);

    /// <summary>Answers a stream that pauses for money.</summary>
    /// <returns>What the merchant says about the channel then.</returns>
    /// <exception cref="PaymentRefusedException">It is not paid on.</exception>
    public async Task<SessionReceipt> AnswerAsync(string data, CancellationToken ct)
    {
        if (!NeedVoucher.TryReadJson(data, out var need) || need.ChannelId != paid.Channel.Id)
            throw payer.Refuse(PaymentRefusal.ChallengeMalformed, $"{address.Authority} pauses for a voucher, and what it asks for is none in this channel");
        Cost.Require(need.RequiredCumulative);
        return await TryRaiseAsync(need.RequiredCumulative, StreamAhead, StreamAhead / 2, ct) ?? await RaiseAsync(need.RequiredCumulative, ct);
    }

    /// <summary>Pays units ahead where fewer are left than there should be, as far as budgets, rate and what a request may cost go: nobody is told where they do not.</summary>
    /// <param name="least">The total that is needed next.</param>
    /// <param name="ahead">Units beyond it.</param>
    /// <param name="left">How many of them there should be.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>What the merchant says then; null where nothing was signed, or less than is needed could be.</returns>
    public async Task<SessionReceipt?> TryRaiseAsync(Money least, int ahead, int left, CancellationToken ct)
    {
        var price = _terms.Price;
        if (_isAheadRefused || least + price.Times(left).RoundedUp <= Authorized) return null;
        var wanted = Money.Min(least + price.Times(ahead).RoundedUp, Cost.MostByNow);
        if (wanted <= Authorized || wanted < least || paid.Credit.Claim(wanted, payer.Options.MaxPerRequest - _price) is not { } claimed) return null;
        SignedPayment? voucher = null;
        try
        {
            voucher = await payer.Desk.TryAuthorizeAsync(paid.Channel, wanted, ct);
        }
        finally
        {
            if (voucher is null) paid.Credit.Unclaim(claimed);
        }
        _isAheadRefused = voucher is null;   // until what is needed was signed
        return voucher is null ? null : await ShowRaisedAsync(voucher, claimed, ct);
    }

    /// <summary>Authorizes a total and shows it to the merchant.</summary>
    /// <returns>What he says about the channel then.</returns>
    /// <exception cref="PaymentRefusedException">It is not to be.</exception>
    public async Task<SessionReceipt> RaiseAsync(Money total, CancellationToken ct)
    {
        if (total > paid.Channel.Capacity)
            throw payer.Refuse(PaymentRefusal.ChannelExhausted, $"{total.Satoshi} sat are asked for, and the channel can carry {paid.Channel.Capacity.Satoshi} sat");
        if (paid.Credit.Claim(total, payer.Options.MaxPerRequest - _price) is not { } claimed)
            throw payer.Refuse(PaymentRefusal.PriceTooHigh, $"This answer would cost more than {payer.Options.MaxPerRequest.ToDecimalString()} sat, which is the most");
        SignedPayment voucher;
        try
        {
            await Cost.SlowDownAsync(Greater(_price + claimed, Cost.Of(MilliSatoshi.Of(total))), ct);
            voucher = await payer.Desk.AuthorizeAsync(paid.Channel, total, ct);
        }
        catch
        {
            paid.Credit.Unclaim(claimed);   // nothing was signed for it
            throw;
        }
        _isAheadRefused = false;
        return await ShowRaisedAsync(voucher, claimed, ct);
    }

    /// <summary>Shows the merchant what he may have already, to hear what he says about the channel.</summary>
    /// <exception cref="PaymentRefusedException">He does not take it.</exception>
    public async Task<SessionReceipt> ShowNewestAsync(CancellationToken ct) => await ShowAsync(await payer.Desk.AuthorizeAsync(paid.Channel, Authorized, ct), ct);

    private bool IsAbout(SessionReceipt receipt) =>
        receipt.ChannelId == paid.Channel.Id && receipt.AcceptedCumulative >= paid.Voucher.Total
        && receipt.Spent <= MilliSatoshi.Of(receipt.AcceptedCumulative);

    private async Task<SessionReceipt> ShowRaisedAsync(SignedPayment voucher, MilliSatoshi claimed, CancellationToken ct)
    {
        _price += claimed;
        if (voucher.Total > Authorized) Authorized = voucher.Total;
        return await ShowAsync(voucher, ct);
    }

    private static MilliSatoshi Greater(MilliSatoshi a, MilliSatoshi b) => a > b ? a : b;

    private async Task<SessionReceipt> ShowAsync(SignedPayment voucher, CancellationToken ct)
    {
        for (var attempt = 0; attempt < payer.Options.MaxAttempts; attempt++)
        {
            using var response = await Retrying.RunAsync(() => SendAsync(voucher, ct), payer.Options.MaxRetries, s_retryPause, payer.Clock, ct);
            if (response.IsSuccessStatusCode)
            {
                var text = response.Headers.NonValidated.TryGetValues(PaymentScheme.ReceiptHeader, out var values) && values.Count == 1 ? values.ToString() : null;
                if (!SessionReceipt.TryDecode(text, out var receipt) || receipt.ChannelId != paid.Channel.Id || receipt.AcceptedCumulative < voucher.Total
                    || receipt.Spent > MilliSatoshi.Of(receipt.AcceptedCumulative)
                    || !await payer.Customer.Vouchers.AcknowledgeAsync(paid.Channel.Id, receipt.AcceptedCumulative, ct))
                {
                    paid.Credit.Distrust();
                    throw ReceiptWrong(null);
                }
                payer.Options.OnReceipt?.Invoke(receipt);
                return receipt;
            }
            if (response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable)
            {
                await Task.Delay(Retrying.WaitOf(response), payer.Clock, ct);
                continue;
            }
            // The challenge may have expired meanwhile. At another price the answer that is under way is not paid on.
            if (response.StatusCode != HttpStatusCode.PaymentRequired || !PaymentTerms.TryRead(response, null, payer.Network, payer.Clock.GetUtcNow(), out var fresh) || fresh.Price != _terms.Price)
                throw payer.Refuse(PaymentRefusal.MerchantRefused, $"{address.Authority} answers a voucher of {voucher.Total.Satoshi} sat with status {(int)response.StatusCode}");
            _terms = fresh;
        }
        throw payer.Refuse(PaymentRefusal.AskedTooOften, $"{address.Authority} takes no voucher, after {payer.Options.MaxAttempts} attempts");
    }

    private async Task<HttpResponseMessage> SendAsync(SignedPayment voucher, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, address);
        request.Headers.TryAddWithoutValidation("Authorization", new PaymentCredential(_terms.Challenge, new VoucherPayload(paid.Channel.Id, voucher)).Write());
        return await send(request, ct);
    }
}
