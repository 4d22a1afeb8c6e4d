using BtcChannels.Paywall;
using NBitcoin;

namespace BtcChannels.Client;

/// <summary>
/// What of a channel's authorized total is used: what the merchant's receipts say is spent, what is assumed to be where an answer was lost, and what requests under way may
/// cost. The rest is credit. Thread-safe.
/// </summary>
/// <param name="spent">What is known to be spent.</param>
internal sealed class ChannelCredit(MilliSatoshi spent)
{
    private readonly Lock _gate = new();
    private MilliSatoshi _known = spent;
    private MilliSatoshi _assumed;
    private MilliSatoshi _reserved;
    private MilliSatoshi _agreed = spent;   // receipts never pass it: what was known, and all that was agreed to since
    private MilliSatoshi _granted = spent;  // the most that may be spent by all requests so far
    private bool _isDistrusted;

    /// <summary>The merchant has lied about this channel, or will not have it: nothing more is paid in it.</summary>
    public bool IsDistrusted { get { lock (_gate) return _isDistrusted; } }

    public void Distrust()
    {
        lock (_gate) _isDistrusted = true;
    }

    /// <summary>The total that a request of this price would need.</summary>
    public Money TotalFor(MilliSatoshi price)
    {
        lock (_gate) return (_known + _assumed + _reserved + price).RoundedUp;
    }

    /// <summary>The most that may be spent in the channel, if the merchant charges what was granted to each request: its price, or all that one may cost where it goes on.</summary>
    public MilliSatoshi Granted { get { lock (_gate) return _granted; } }

    /// <summary>What is used but for the price of a request under way.</summary>
    public MilliSatoshi Before(MilliSatoshi price)
    {
        lock (_gate) return _known + _assumed + _reserved - price;
    }

    /// <summary>A request may be charged another sum than was granted to it.</summary>
    public void Regrant(MilliSatoshi before, MilliSatoshi after)
    {
        lock (_gate) _granted = _granted + after - before;
    }

    /// <summary>Sets the price of a request under way apart.</summary>
    /// <returns>The total that has to be authorized for it.</returns>
    public Money Reserve(MilliSatoshi price)
    {
        lock (_gate)
        {
            _reserved += price;
            _granted += price;
            _agreed += price;
            return (_known + _assumed + _reserved).RoundedUp;
        }
    }

    /// <summary>An answer that costs more as it goes on may use up all that is authorized.</summary>
    public void Agree(Money authorized)
    {
        lock (_gate) _agreed = Greater(_agreed, MilliSatoshi.Of(authorized));
    }

    /// <summary>Such an answer needs the channel brought to a total: all up to there is set apart for it.</summary>
    /// <param name="total">The total.</param>
    /// <param name="most">The most that may be set apart.</param>
    /// <returns>What was set apart; null, and nothing is, where it would be more than that.</returns>
    public MilliSatoshi? Claim(Money total, MilliSatoshi most)
    {
        lock (_gate)
        {
            var (all, used) = (MilliSatoshi.Of(total), _known + _assumed + _reserved);
            var claimed = all > used ? all - used : MilliSatoshi.Zero;
            if (claimed > most) return null;
            _reserved += claimed;
            _agreed = Greater(_agreed, all);
            return claimed;
        }
    }

    /// <summary>The request ended and cost nothing.</summary>
    public void Release(MilliSatoshi price)
    {
        lock (_gate) (_reserved, _granted) = (_reserved - price, _granted - price);
    }

    /// <summary>What was claimed is not signed for after all.</summary>
    public void Unclaim(MilliSatoshi claimed)
    {
        lock (_gate) _reserved -= claimed;
    }

    /// <summary>The request ended, and nobody said what it cost.</summary>
    public void Assume(MilliSatoshi price)
    {
        lock (_gate) (_reserved, _assumed) = (_reserved - price, _assumed + price);
    }

    /// <summary>The request ended with a receipt.</summary>
    /// <returns>False where it says that more was spent than was agreed to.</returns>
    public bool Settle(MilliSatoshi price, SessionReceipt receipt)
    {
        lock (_gate)
        {
            _reserved -= price;
            if (receipt.Spent > _agreed)
            {
                _isDistrusted = true;
                return false;
            }
            _known = Greater(_known, receipt.Spent);
            // With nothing under way, the newest receipt tells all.
            if (_reserved == MilliSatoshi.Zero) (_assumed, _granted) = (MilliSatoshi.Zero, _known);
            return true;
        }
    }

    /// <summary>The merchant says that less is left than was thought: none is then, and what he counts may be all that is authorized.</summary>
    public void Exhaust(Money authorized)
    {
        lock (_gate)
        {
            var all = MilliSatoshi.Of(authorized);
            if (all > _known + _assumed + _reserved) _assumed = all - _known - _reserved;
            (_agreed, _granted) = (Greater(_agreed, all), Greater(_granted, all));
        }
    }

    private static MilliSatoshi Greater(MilliSatoshi a, MilliSatoshi b) => a > b ? a : b;
}
