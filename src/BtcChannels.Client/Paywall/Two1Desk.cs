using System.Collections.Concurrent;
using BtcChannels.Storage;
using BtcChannels.Two1;
using NBitcoin;

namespace BtcChannels.Client;

/// <summary>A token that nobody else in this process uses until it is let go of.</summary>
internal sealed record HeldToken(CustomerChannel Channel, Two1Token Token);

/// <summary>Finds tokens that were bought before, and channels to buy others in.</summary>
internal sealed class Two1Desk(Payer payer) : IDisposable
{
    private readonly ConcurrentDictionary<uint256, bool> _held = new();
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _opening = new();

    private PayerOptions Options => payer.Options;

    private Customer Customer => payer.Customer;

    public void Dispose()
    {
        foreach (var gate in _opening.Values) gate.Dispose();
    }

    public void Hold(uint256 token) => _held[token] = true;

    public void LetGo(uint256 token) => _held.TryRemove(token, out _);

    /// <summary>A token that was bought for the very same request, whose answer never came; null for none.</summary>
    /// <exception cref="PaymentRefusedException">There is one, and the merchant does not say that he has its payment.</exception>
    public async Task<HeldToken?> FindAsync(Two1Terms terms, Two1Request request, CancellationToken ct)
    {
        foreach (var channel in await ChannelsAsync(terms.Door, ct))
        {
            foreach (var token in await Customer.Runtime.Book.UseAsync(store => store.BoughtTokensAsync(channel.KeyIndex, ct), ct))
            {
                if (token.For != request || token.Amount < terms.Price || !_held.TryAdd(token.Token, true)) continue;
                try
                {
                    if (await IsPaidAsync(channel, ct)) return new(channel, token);
                }
                catch
                {
                    LetGo(token.Token);
                    throw;
                }
                LetGo(token.Token);
            }
        }
        return null;
    }

    /// <summary>A channel that can carry a price; null for none.</summary>
    public async Task<CustomerChannel?> ChooseAsync(Two1Terms terms, CancellationToken ct)
    {
        List<CustomerChannel> fitting = [.. (await ChannelsAsync(terms.Door, ct)).Where(it => !Customer.IsShallow(it) && Two1Paying.CostIn(it, terms.Price) <= it.Remaining)];
        return Options.ChooseChannel is { } choose ? choose(fitting, null) : fitting.FirstOrDefault();
    }

    /// <summary>Opens a channel, or waits for one that is being opened: one at a time for a door.</summary>
    /// <returns>And whether it is new, which a request is granted once.</returns>
    /// <exception cref="PaymentRefusedException">It is not to be, or not yet.</exception>
    public async Task<(CustomerChannel Channel, bool IsNew)> OpenAsync(Two1Terms terms, CancellationToken ct)
    {
        if (!Options.MayOpen) throw payer.Refuse(PaymentRefusal.NoChannel, $"No channel with {terms.Door} can carry {terms.Price.Satoshi} sat, and opening is switched off");
        var gate = _opening.GetOrAdd(terms.Door.ToString(), _ => new SemaphoreSlim(1, 1));
        await gate.WaitAsync(ct);
        try
        {
            if (await ChooseAsync(terms, ct) is { } found) return (found, false);
            var pending = (await Customer.ListAsync(ct)).FirstOrDefault(it =>
                terms.Door.IsOf(it) && (it.State is CustomerState.Prepared { IsRestored: false } || (it.State is CustomerState.Active && Customer.IsShallow(it))));
            return (await payer.Desk.WaitAsync(pending ?? await OpenNewAsync(terms, ct), ct), true);
        }
        finally
        {
            gate.Release();
        }
    }

    public static PaymentRefusal ReasonOf(PayResult.Refused refused) =>
        refused.Refusal.Problem == ProblemNames.ChannelPending ? PaymentRefusal.NotConfirmed : refused.Refusal.IsTemporary ? PaymentRefusal.Unanswered : PaymentRefusal.MerchantRefused;

    // Sends a payment again whose answer is not known. False where the channel turns out to be closed: its tokens are worth nothing then.
    private async Task<bool> IsPaidAsync(CustomerChannel channel, CancellationToken ct) => await Customer.ResendAsync(channel.Id, ct: ct) switch
    {
        PayResult.Paid => true,
        PayResult.Refused { Refusal.Problem: var problem } when Two1Refusals.IsOver(problem) => false,
        PayResult.Refused refused => throw payer.Refuse(ReasonOf(refused), refused.ToString()),
        var silent => throw payer.Refuse(PaymentRefusal.Unanswered, silent.ToString()),
    };

    private async Task<CustomerChannel> OpenNewAsync(Two1Terms terms, CancellationToken ct)
    {
        var cost = Two1Paying.CostIn(null, terms.Price);
        // The budgets are asked before money is moved for nothing.
        var spent = await Customer.Runtime.Book.UseAsync(store => store.SpendingAsync(terms.Door.Origin, Customer.Runtime.Clock / 86_400, ct), ct);
        if (Options.Budget.Judge(spent, cost) is var judged and not SpendOutcome.Written) throw payer.Desk.OverBudget(judged, terms.Door.Origin);

        var extra = Two1Protocol.MinOutput + Customer.Runtime.Options.Two1.Fee;
        var least = cost + extra;
        if (least > Options.MaxDeposit)
            throw payer.Refuse(
                PaymentRefusal.DepositTooLarge,
                $"A channel with {terms.Door} takes a deposit of {least.Satoshi} sat at least, {extra.Satoshi} sat of it for the close, and {Options.MaxDeposit.Satoshi} sat is the most that is made");
        var deposit = Money.Min(Options.MaxDeposit, Money.Max(least, Options.InitialDeposit ?? (Two1Protocol.DefaultDeposit + extra)));
        OpenResult result;
        try
        {
            result = await Customer.OpenTwo1Async(new Uri(terms.Door.ToString()), deposit - extra, Options.ChannelDuration, ct);
        }
        catch (Exception fault) when (fault is WalletException or InvalidOperationException or ArgumentException)
        {
            throw payer.Refuse(PaymentRefusal.OpenFailed, fault.Message);
        }
        return payer.Desk.Opened(result);
    }

    private async Task<IReadOnlyList<CustomerChannel>> ChannelsAsync(Two1Address door, CancellationToken ct) =>
        [.. (await Customer.ListAsync(ct)).Where(it => it.State is CustomerState.Active && door.IsOf(it) && Customer.Runtime.Clock < it.Terms.Expiry.Value)];
}
