using System.Net;
using BtcChannels.Storage;
using BtcChannels.Two1;
using NBitcoin;

namespace BtcChannels.Client;

/// <summary>One request that a merchant of 21's answered with 402: a token is bought, or one that was bought before is taken, and the request is sent again with it.</summary>
internal sealed class Two1Exchange(Payer payer, HttpRequestMessage request, Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> send, Two1Terms terms)
{
    // A second payment is only made where the channel of the first turned out to be closed.
    private const int MaxPurchases = 2;
    private const int MaxTurns = 100;
    private const int MaxWaits = 30;

    private static readonly TimeSpan s_retryPause = TimeSpan.FromMilliseconds(200);

    private readonly Two1Request _what = new(request.Method.Method, request.RequestUri!.AbsoluteUri);
    private Money? _agreed;

    public async Task<HttpResponseMessage> RunAsync(bool isRepeatable, CancellationToken ct)
    {
        PaymentGuard.Check(payer, request.RequestUri!, isRepeatable);
        while (await payer.Two1.FindAsync(terms, _what, ct) is { } held)
            if (await RedeemAsync(held, isBoughtBefore: true, ct) is { } response) return response;

        var isOpened = false;
        for (int turn = 0, purchases = 0; turn < MaxTurns; turn++)
        {
            var channel = await payer.Two1.ChooseAsync(terms, ct);
            await AgreeAsync(Two1Paying.CostIn(channel, terms.Price), ct);
            if (channel is null && isOpened) break;
            if (channel is null) (channel, isOpened) = await payer.Two1.OpenAsync(terms, ct);
            switch (await BuyAsync(channel, ct))
            {
                case Two1Purchase.Bought bought:
                    return (await RedeemAsync(new(channel, bought.Token), isBoughtBefore: false, ct))!;
                case Two1Purchase.OverBudget over:
                    throw payer.Desk.OverBudget(over.Which, terms.Door.Origin);
                case Two1Purchase.NotPaid { Why: PayResult.Refused { IsEarlier: var isEarlier, Refusal.Problem: var problem } } when Two1Refusals.IsOver(problem):
                    if (!isEarlier && ++purchases >= MaxPurchases) throw payer.Refuse(PaymentRefusal.AskedTooOften, $"{terms.Door} closes channels as they are paid in");
                    break;
                case Two1Purchase.NotPaid { Why: PayResult.Refused refused }:
                    throw payer.Refuse(Two1Desk.ReasonOf(refused), refused.ToString());
                case Two1Purchase.NotPaid { Why: PayResult.Unanswered silent }:
                    throw payer.Refuse(PaymentRefusal.Unanswered, silent.ToString());
                case Two1Purchase.NotPaid:
                    break;   // nothing was signed: others took what there was, and another channel is looked for
            }
        }
        throw payer.Refuse(PaymentRefusal.NoChannel, $"No channel with {terms.Door} can carry {terms.Price.Satoshi} sat");
    }

    private async Task AgreeAsync(Money cost, CancellationToken ct)
    {
        if (_agreed is not null && cost <= _agreed) return;
        var address = request.RequestUri!;
        if (MilliSatoshi.Of(cost) > payer.Options.MaxPerRequest)
            throw payer.Refuse(
                PaymentRefusal.PriceTooHigh,
                $"{address.Authority} asks for {terms.Price.Satoshi} sat{(cost > terms.Price ? $", and a channel's first payment there is {cost.Satoshi} sat" : "")}; {payer.Options.MaxPerRequest.ToDecimalString()} sat is the most");
        if (payer.Options.OnPaymentRequested is { } ask && !await ask(new PaymentAsked(address, MilliSatoshi.Of(cost), null, null), ct))
            throw payer.Refuse(PaymentRefusal.Declined, $"{cost.Satoshi} sat for {address} was declined");
        _agreed = cost;
    }

    private async Task<Two1Purchase> BuyAsync(CustomerChannel channel, CancellationToken ct)
    {
        uint256? claimed = null;
        var isKept = false;
        try
        {
            var bought = await payer.Customer.Two1.BuyAsync(
                channel.Id, terms.Price, _what, payer.Options.Budget,
                token =>
                {
                    if (claimed is not null) payer.Two1.LetGo(claimed);
                    payer.Two1.Hold(claimed = token);
                }, ct);
            isKept = bought is Two1Purchase.Bought;
            return bought;
        }
        finally
        {
            if (!isKept && claimed is not null) payer.Two1.LetGo(claimed);
        }
    }

    // Null where a token from before was redeemed already, or its channel is closed: another is bought.
    private async Task<HttpResponseMessage?> RedeemAsync(HeldToken held, bool isBoughtBefore, CancellationToken ct)
    {
        try
        {
            var (response, fault) = await SendAsync(held.Token, ct);
            response.RequestMessage ??= request;
            if (response.IsSuccessStatusCode)
            {
                await payer.Customer.ForgetTokenAsync(held.Token, ct);
                response.RequestMessage.Options.Set(RedeemedTokens.Key, new(held.Channel.Id, held.Token.Token, held.Token.Amount));
                return response;
            }
            if (fault is Two1TokenFault.None) return response;   // about something else: the token may be good still
            response.Dispose();
            if (fault is not (Two1TokenFault.Unknown or Two1TokenFault.NotReady or Two1TokenFault.UnderWay)) await payer.Customer.ForgetTokenAsync(held.Token, ct);
            if (fault is Two1TokenFault.ChannelClosed) await payer.Customer.Two1.GiveUpAsync(held.Channel.Id, ct);
            if (isBoughtBefore && fault is (Two1TokenFault.Redeemed or Two1TokenFault.ChannelClosed)) return null;
            throw Refuse(fault, held.Token);
        }
        finally
        {
            payer.Two1.LetGo(held.Token.Token);
        }
    }

    private async Task<(HttpResponseMessage Response, Two1TokenFault Fault)> SendAsync(Two1Token token, CancellationToken ct)
    {
        request.Headers.TryAddWithoutValidation(Two1Headers.Token, token.Token.ToString());
        request.Headers.TryAddWithoutValidation(Two1Headers.Price, MilliSatoshi.Of(terms.Price).ToDecimalString());
        try
        {
            for (var wait = 0; ; wait++)
            {
                var response = await Retrying.RunAsync(() => send(request, ct), payer.Options.MaxRetries, s_retryPause, payer.Clock, ct);
                var fault = response.IsSuccessStatusCode ? Two1TokenFault.None : await Two1TokenFaults.OfAsync(response, ct);
                if (fault is not Two1TokenFault.UnderWay || wait >= MaxWaits) return (response, fault);
                // The request whose answer was lost is being served still.
                await Task.Delay(Retrying.WaitOf(response), payer.Clock, ct);
                response.Dispose();
            }
        }
        finally
        {
            request.Headers.Remove(Two1Headers.Token);
            request.Headers.Remove(Two1Headers.Price);
        }
    }

    private PaymentRefusedException Refuse(Two1TokenFault fault, Two1Token token)
    {
        var at = request.RequestUri!.Authority;
        return fault switch
        {
            Two1TokenFault.AskedAgain => payer.Refuse(PaymentRefusal.AskedTooOften, $"{at} took a token of {token.Amount.Satoshi} sat, and asks for payment again"),
            // Whatever carries requests may have sent it twice.
            Two1TokenFault.Redeemed => payer.Refuse(
                PaymentRefusal.Unanswered, $"{at} has redeemed the token of {token.Amount.Satoshi} sat already, and gives an answer once: it was lost on its way, and is not paid for again by itself"),
            Two1TokenFault.ChannelClosed => payer.Refuse(PaymentRefusal.MerchantRefused, $"{at} closed the channel before the token of {token.Amount.Satoshi} sat was redeemed"),
            Two1TokenFault.NotReady => payer.Refuse(PaymentRefusal.NotConfirmed, $"{at} redeems no tokens of that channel yet: its deposit is not deep enough for him. The token is kept"),
            _ => payer.Refuse(PaymentRefusal.MerchantRefused, $"{at} does not redeem the token of {token.Amount.Satoshi} sat that he acknowledged"),
        };
    }
}
