using BtcChannels.Paywall;
using NBitcoin;

namespace BtcChannels.Client;

/// <summary>
/// What an answer that costs more as it goes on has cost at least, and how much more it may: all that one request may, and no faster than its rate. A merchant's receipts say what is
/// spent in the channel, so what all others may have been charged is taken off.
/// </summary>
internal sealed class AnswerCost
{
    private const long MostFraction = 999;   // msat that a total may have been rounded up by

    private readonly Payer _payer;
    private readonly PaidIn _paid;
    private readonly long _begin;
    private MilliSatoshi _granted;      // what it may be charged, so that other answers know

    public AnswerCost(Payer payer, PaidIn paid)
    {
        (_payer, _paid, _begin, _granted) = (payer, paid, payer.Clock.GetTimestamp(), paid.Price);
        SpentBefore = paid.Credit.Before(paid.Price);
    }

    /// <summary>What was used in the channel before this answer, as far as it is known.</summary>
    public MilliSatoshi SpentBefore { get; }

    /// <summary>The highest total that this answer may bring the channel to.</summary>
    public Money Most => Money.Min(_paid.Channel.Capacity, WholeOf(Others + _payer.Options.MaxPerRequest));

    /// <summary>The highest total that it may bring the channel to by now, at its rate.</summary>
    public Money MostByNow
    {
        get
        {
            if (_payer.Options.MaxRate is not { } rate) return Most;
            var periods = 1 + (_payer.Clock.GetElapsedTime(_begin) / rate.Per);
            var most = (double)MilliSatoshi.Of(rate.Amount).Value * periods;
            return most >= _payer.Options.MaxPerRequest.Value ? Most : Money.Min(Most, WholeOf(Others + new MilliSatoshi((long)most)));
        }
    }

    /// <summary>Whether a total would let it cost more than it may, or faster than it may, without another word.</summary>
    public bool IsBeyond(Money authorized) => authorized > MostByNow;

    /// <summary>What it has cost at least where so much is spent in the channel.</summary>
    public MilliSatoshi Of(MilliSatoshi spent) => spent > Others ? spent - Others : MilliSatoshi.Zero;

    /// <summary>The answer may go on as long as it stays within what a request may cost.</summary>
    public void Begin() => Grant(_payer.Options.MaxPerRequest > _granted ? _payer.Options.MaxPerRequest : _granted);

    /// <summary>It has ended, and cost so many units, if that is less than it might have; 0 says nothing.</summary>
    public void End(long units, MilliSatoshi price)
    {
        if (units > 0 && price > MilliSatoshi.Zero && units < _granted.Value / price.Value) Grant(price.Times(units));
    }

    /// <summary>Stops an answer that costs more than one request may, also where credit from before would pay it and nobody asks.</summary>
    /// <exception cref="PaymentRefusedException">It does.</exception>
    public void Require(MilliSatoshi cost)
    {
        if (cost > _payer.Options.MaxPerRequest)
            throw _payer.Refuse(PaymentRefusal.PriceTooHigh, $"This answer has come to {cost.ToDecimalString()} sat, and {_payer.Options.MaxPerRequest.ToDecimalString()} sat is the most");
    }

    /// <summary>The same of a total that it needs, which is rounded up.</summary>
    /// <inheritdoc cref="Require(MilliSatoshi)"/>
    public void Require(Money total)
    {
        if (total > Money.Zero) Require(Of(MilliSatoshi.Of(total) - new MilliSatoshi(MostFraction)));
    }

    /// <summary>How many pieces of a cost may come before it has to be looked at again: half of those that would bring it to the most, and no more than one amount of its rate.</summary>
    public long PiecesWithin(MilliSatoshi cost, MilliSatoshi perPiece)
    {
        var left = cost < _payer.Options.MaxPerRequest ? (_payer.Options.MaxPerRequest - cost).Value / 2 : 0;
        if (_payer.Options.MaxRate is { } rate) left = Math.Min(left, MilliSatoshi.Of(rate.Amount).Value);
        return left / Math.Max(1, perPiece.Value);
    }

    /// <summary>Waits until its rate allows a cost. The first amount is free to go; each further one has to be waited for.</summary>
    public async Task SlowDownAsync(MilliSatoshi cost, CancellationToken ct)
    {
        if (_payer.Options.MaxRate is not { } rate) return;
        var periods = ((double)cost.Value / MilliSatoshi.Of(rate.Amount).Value) - 1;
        var wait = (rate.Per * Math.Max(0, periods)) - _payer.Clock.GetElapsedTime(_begin);
        if (wait > TimeSpan.Zero) await Task.Delay(wait, _payer.Clock, ct);
    }

    // The most that others may have spent.
    private MilliSatoshi Others => _paid.Credit.Granted is var all && all > _granted ? all - _granted : MilliSatoshi.Zero;

    private void Grant(MilliSatoshi granted)
    {
        _paid.Credit.Regrant(_granted, granted);
        _granted = granted;
    }

    private static Money WholeOf(MilliSatoshi amount) => Money.Satoshis(amount.Value / 1_000);
}
