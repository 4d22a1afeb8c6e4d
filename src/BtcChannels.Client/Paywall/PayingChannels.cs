using System.Collections.Concurrent;
using BtcChannels.Storage;
using NBitcoin;

namespace BtcChannels.Client;

/// <summary>A channel with a price set apart in its credit, and the voucher that covers it.</summary>
internal sealed record PaidIn(CustomerChannel Channel, ChannelCredit Credit, SignedPayment Voucher, MilliSatoshi Price);

/// <summary>Finds the channel that a price is paid in, and opens one where none fits.</summary>
internal sealed class PayingChannels(Payer payer, CancellationToken ended) : IAsyncDisposable
{
    // How often others may be quicker.
    private const int MaxTurns = 100;

    private readonly ConcurrentDictionary<string, SemaphoreSlim> _opening = new();
    private readonly ConcurrentDictionary<string, Task> _renewing = new();

    private PayerOptions Options => payer.Options;

    /// <summary>Sets a price apart and signs for it.</summary>
    /// <param name="origin">The merchant's.</param>
    /// <param name="terms">What he asks for.</param>
    /// <param name="mayOpen">Whether a channel may be opened for it; false once one was.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>And whether a channel was opened.</returns>
    /// <exception cref="PaymentRefusedException">It is not to be.</exception>
    public async Task<(PaidIn Paid, bool IsNew)> PayAsync(string origin, PaymentTerms terms, bool mayOpen, CancellationToken ct)
    {
        var isNew = false;
        for (var turn = 0; turn < MaxTurns; turn++)
        {
            var channel = await ChooseAsync(origin, terms, ct);
            if (channel is null)
            {
                if (!mayOpen || isNew) throw payer.Refuse(PaymentRefusal.NoChannel, $"No channel with {origin} can carry {terms.Price.ToDecimalString()} sat, and none is opened for it");
                (channel, isNew) = await OpenAsync(origin, terms, ct);
            }
            if (await TryPayAsync(channel, terms.Price, ct) is { } paid) return (paid, isNew);
        }
        throw payer.Refuse(PaymentRefusal.NoChannel, $"Other requests take what there is in the channels with {origin}");
    }

    /// <summary>Signs a total for an answer that is under way.</summary>
    /// <exception cref="PaymentRefusedException">It is not to be.</exception>
    public async Task<SignedPayment> AuthorizeAsync(CustomerChannel channel, Money total, CancellationToken ct) =>
        await payer.Customer.Vouchers.AuthorizeAsync(channel.Id, total, Money.Zero, Options.Budget, ct) switch
        {
            VoucherResult.Signed signed => signed.Payment,
            VoucherResult.OverBudget over => throw OverBudget(over.Which, channel.Merchant),
            VoucherResult.Unsigned { Why: PayResult.OverCapacity } => throw payer.Refuse(PaymentRefusal.ChannelExhausted, $"The channel cannot carry {total.Satoshi} sat"),
            VoucherResult.Unsigned unsigned => throw payer.Refuse(PaymentRefusal.NoChannel, unsigned.Why.ToString()),
            var other => throw new System.Diagnostics.UnreachableException(other.ToString()),
        };

    /// <summary>The same for what is only ahead of need: null, and nobody is told, where budgets or channel do not hold it.</summary>
    public async Task<SignedPayment?> TryAuthorizeAsync(CustomerChannel channel, Money total, CancellationToken ct) =>
        await payer.Customer.Vouchers.AuthorizeAsync(channel.Id, total, Money.Zero, Options.Budget, ct) is VoucherResult.Signed signed ? signed.Payment : null;

    /// <summary>The next channel is opened beside requests where this one runs low and there is no other.</summary>
    public void RenewIfLow(string origin, PaymentTerms terms, CustomerChannel channel)
    {
        if (!Options.MayOpen || Options.RenewAtPercent == 0 || IsFull(channel) || ended.IsCancellationRequested) return;
        if (_renewing.TryGetValue(origin, out var before) && !before.IsCompleted) return;
        _renewing[origin] = RenewAsync(origin, terms, channel);
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_renewing.Values);
        foreach (var gate in _opening.Values) gate.Dispose();
    }

    private async Task<CustomerChannel?> ChooseAsync(string origin, PaymentTerms terms, CancellationToken ct)
    {
        List<CustomerChannel> fitting = [];
        foreach (var channel in await payer.Customer.ListAsync(ct))
            if (await FitsAsync(channel, origin, terms.Price)) fitting.Add(channel);
        if (Options.ChooseChannel is { } choose) return choose(fitting, terms.Request);
        return fitting.FirstOrDefault(it => it.Id == terms.Request.ChannelId) ?? fitting.FirstOrDefault();
    }

    private async Task<bool> FitsAsync(CustomerChannel channel, string origin, MilliSatoshi price)
    {
        if (channel is not { State: CustomerState.Active, Door: CustomerDoor.Direct } || channel.Merchant != origin || payer.Customer.Runtime.Clock >= channel.Terms.Expiry.Value) return false;
        if (payer.Customer.IsShallow(channel)) return false;
        var credit = await payer.CreditOfAsync(channel);
        return !credit.IsDistrusted && credit.TotalFor(price) <= channel.Capacity;
    }

    // Null where the channel took others' prices meanwhile, or cannot be paid in after all: another is looked for then.
    private async Task<PaidIn?> TryPayAsync(CustomerChannel channel, MilliSatoshi price, CancellationToken ct)
    {
        var credit = await payer.CreditOfAsync(channel);
        var total = credit.Reserve(price);
        try
        {
            switch (await payer.Customer.Vouchers.AuthorizeAsync(channel.Id, total, Options.AuthorizeAhead, Options.Budget, ct))
            {
                case VoucherResult.Signed signed:
                    return new(signed.Channel, credit, signed.Payment, price);
                case VoucherResult.OverBudget over:
                    throw OverBudget(over.Which, channel.Merchant);
                case VoucherResult.Unsigned { Why: PayResult.OverCapacity or PayResult.BelowDust or PayResult.NotActive or PayResult.Expired or PayResult.NotYet or PayResult.ChannelUnknown } why:
                    credit.Release(price);
                    if (why.Why is PayResult.Expired or PayResult.BelowDust) credit.Distrust();
                    return null;
                case var other:
                    throw new System.Diagnostics.UnreachableException(other.ToString());
            }
        }
        catch
        {
            credit.Release(price);
            throw;
        }
    }

    public PaymentRefusedException OverBudget(SpendOutcome which, string merchant) => which switch
    {
        SpendOutcome.OverMerchant => payer.Refuse(PaymentRefusal.HostBudget, $"The budget for {merchant} is {Options.MaxPerHost!.Satoshi} sat, and this would pass it"),
        SpendOutcome.OverDay => payer.Refuse(PaymentRefusal.DayBudget, $"The budget of a day is {Options.MaxPerDay!.Satoshi} sat, and this would pass it"),
        _ => payer.Refuse(PaymentRefusal.TotalBudget, $"The budget is {Options.MaxTotal!.Satoshi} sat in all, and this would pass it"),
    };

    // One at a time for a merchant: who waited looks again whether the channel of the one before fits.
    private async Task<(CustomerChannel Channel, bool IsNew)> OpenAsync(string origin, PaymentTerms terms, CancellationToken ct)
    {
        if (!Options.MayOpen) throw payer.Refuse(PaymentRefusal.NoChannel, $"No channel with {origin} can carry {terms.Price.ToDecimalString()} sat, and opening is switched off");
        var gate = _opening.GetOrAdd(origin, _ => new SemaphoreSlim(1, 1));
        await gate.WaitAsync(ct);
        try
        {
            if (await ChooseAsync(origin, terms, ct) is { } found) return (found, false);
            var pending = (await payer.Customer.ListAsync(ct)).FirstOrDefault(it =>
                it.Merchant == origin && it.Door is CustomerDoor.Direct && (it.State is CustomerState.Prepared { IsRestored: false } || (it.State is CustomerState.Active && payer.Customer.IsShallow(it))));
            var opened = pending ?? await OpenAsync(origin, DepositFor(terms), terms, ct);
            return (await WaitAsync(opened, ct), true);
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task<CustomerChannel> OpenAsync(string origin, Money deposit, PaymentTerms terms, CancellationToken ct)
    {
        // The budgets are asked before money is moved for nothing.
        var spent = await payer.Customer.Runtime.Book.UseAsync(store => store.SpendingAsync(origin, payer.Customer.Runtime.Clock / 86_400, ct), ct);
        if (Options.Budget.Judge(spent, terms.Price.RoundedUp) is var judged and not SpendOutcome.Written) throw OverBudget(judged, origin);

        OpenResult result;
        try
        {
            result = await payer.Customer.OpenAsync(new Uri(origin), deposit - terms.Request.CloseFee, Options.ChannelDuration, ct);
        }
        catch (Exception fault) when (fault is WalletException or InvalidOperationException)
        {
            throw payer.Refuse(PaymentRefusal.OpenFailed, fault.Message);
        }
        return Opened(result);
    }

    public CustomerChannel Opened(OpenResult result)
    {
        Options.OnOpened?.Invoke(result);
        return result switch
        {
            OpenResult.Opened opened => opened.Channel,
            OpenResult.InsufficientFunds => throw payer.Refuse(PaymentRefusal.InsufficientFunds, result.ToString()),
            _ => throw payer.Refuse(PaymentRefusal.OpenFailed, result.ToString()),
        };
    }

    public async Task<CustomerChannel> WaitAsync(CustomerChannel channel, CancellationToken ct) =>
        await payer.Customer.WaitUntilOpenAsync(channel.Id, Options.ConfirmationPatience, ct) switch
        {
            WaitResult.Open open => open.Channel,
            WaitResult.NotYet notYet => throw payer.Refuse(PaymentRefusal.NotConfirmed, notYet.ToString()),
            var over => throw payer.Refuse(PaymentRefusal.OpenFailed, over.ToString()),
        };

    private bool IsFull(CustomerChannel channel) => channel.Remaining * 100 >= channel.Capacity * Options.RenewAtPercent;

    private Money DepositFor(PaymentTerms terms)
    {
        var request = terms.Request;
        // A capacity of twice the price and some thousand satoshi makes both outputs of a close worth relaying.
        var least = Money.Max(request.MinDeposit, (terms.Price.RoundedUp * 2) + request.CloseFee + 1_000L);
        if (least > Options.MaxDeposit)
            throw payer.Refuse(PaymentRefusal.DepositTooLarge, $"The merchant wants a deposit of {least.Satoshi} sat at least, and {Options.MaxDeposit.Satoshi} sat is the most that is made");
        return Money.Min(Options.MaxDeposit, Money.Max(least, Options.InitialDeposit ?? request.SuggestedDeposit ?? least));
    }

    private async Task RenewAsync(string origin, PaymentTerms terms, CustomerChannel low)
    {
        await Task.Yield();
        try
        {
            var channels = await payer.Customer.ListAsync(ended);
            if (channels.Any(it => it.Merchant == origin && it.Door is CustomerDoor.Direct && it.Id != low.Id && it.State is (CustomerState.Prepared or CustomerState.Active) && IsFull(it))) return;
            await OpenAsync(origin, DepositFor(terms), terms, ended);
        }
        catch (Exception fault) when (fault is PaymentRefusedException or Chain.ChainUnavailableException or StoreException or OperationCanceledException)
        {
            // Told by its own hook where it is a refusal; a request that needs the channel meets the fault again.
            if (fault is not (PaymentRefusedException or OperationCanceledException)) payer.Customer.Runtime.Tell(new CustomerNotice.Trouble(fault.Message));
        }
    }
}
