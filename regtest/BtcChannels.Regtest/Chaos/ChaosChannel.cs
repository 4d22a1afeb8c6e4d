using System.Net;
using NBitcoin;
using NBitcoin.RPC;

namespace BtcChannels.Regtest.Chaos;

/// <summary>One channel, what its customer was told of it, and what he holds the merchant to.</summary>
internal sealed class ChaosChannel(HandmadeCustomer customer, RegtestNode node, ChaosGate gate, Action<string> fault) : IDisposable
{
    public static readonly Money Capacity = Money.Satoshis(200_000L);
    public static readonly TimeSpan Duration = TimeSpan.FromHours(3);

    private const long First = 1_000;
    private const int Patience = 300;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(30);

    // The same bytes again may be good later: nothing was done.
    private static readonly string[] s_later = ["store-unavailable", "chain-silent", "chain-unavailable", "channel-pending"];

    private long _sent = First;
    private long _acknowledged;
    private long _payments;
    private long _inDoubt;

    public OutPoint OutPoint => customer.Deposit.OutPoint;

    public ChannelId Id => customer.Id;

    public Script PayoutScript => customer.PayoutScript;

    public Expiry Expiry => customer.Terms.Expiry;

    /// <summary>The highest total that was answered with success, satoshi.</summary>
    public long Acknowledged => Volatile.Read(ref _acknowledged);

    public long Payments => Volatile.Read(ref _payments);

    public long InDoubt => Volatile.Read(ref _inDoubt);

    public bool IsAgreed { get; private set; }

    public bool IsClosed { get; private set; }

    /// <returns>False where the node gave the deposit's coin away meanwhile, as one does that was restarted: nothing was paid, and nothing is lost.</returns>
    public async Task<bool> TryOpenAsync()
    {
        await InsistAsync(async () =>
        {
            await customer.PrepareAsync(Capacity, Duration);
            return true;
        });
        var shown = await InsistAsync(async () => await customer.ShowAsync() is var status && status == HttpStatusCode.ServiceUnavailable ? (HttpStatusCode?)null : status);
        if (shown != HttpStatusCode.OK) return false;
        IsAgreed = true;
        if (await InsistAsync(TryBroadcastAsync) is false) return false;
        return await InsistAsync(async () => (await customer.StatusAsync()).State switch { "open" => true, "abandoned" => false, _ => (bool?)null }) is true;
    }

    /// <summary>Pays once more, and sends the same until there is an answer.</summary>
    public async Task PayAsync(int amount)
    {
        var payment = customer.Sign(Interlocked.Add(ref _sent, amount));
        var isSent = false;
        var answer = await InsistAsync(async () =>
        {
            if (isSent) Interlocked.Increment(ref _inDoubt);
            isSent = true;
            return await customer.PayAsync(payment) is var name && s_later.Contains(name) ? null : name;
        });
        switch (answer)
        {
            case "ok":
                Interlocked.Increment(ref _payments);
                Raise(ref _acknowledged, payment.Total.Satoshi);
                break;
            case "total-not-raised" when Volatile.Read(ref _sent) > payment.Total.Satoshi:
                break;   // one that was sent at the same time was faster
            default:
                fault($"{Id}: {payment.Total.Satoshi} sat were answered with {answer}");
                break;
        }
    }

    /// <summary>Pays less than was paid already, which must lead to nothing.</summary>
    public async Task PayLessAsync()
    {
        if (Acknowledged is not (> First and var acknowledged)) return;
        var answer = await InsistAsync(async () => await customer.PayAsync(customer.Sign(acknowledged - 1)) is var name && s_later.Contains(name) ? null : name);
        if (answer != "total-not-raised" && answer != "ok") fault($"{Id}: {acknowledged - 1} sat after {acknowledged} were answered with {answer}");
        if (answer == "ok" && (await InsistAsync(customer.StatusAsync)).AuthorizedSat < acknowledged) fault($"{Id}: the total fell below {acknowledged} sat");
    }

    public async Task CloseAsync()
    {
        var (outcome, answer) = (await InsistAsync(async () => await customer.CloseAsync() is var it && s_later.Contains(it.Outcome) ? ((string, Wire.CloseAnswer?)?)null : it)).GetValueOrDefault();
        if (outcome == "nothing-authorized") return;
        if (outcome != "ok") fault($"{Id}: a close was answered with {outcome}");
        else if (answer!.ToMerchantSat < Acknowledged) fault($"{Id}: the close pays {answer.ToMerchantSat} sat, and {Acknowledged} were acknowledged");
        IsClosed = true;
        var late = await InsistAsync(async () => await customer.PayAsync(customer.Sign(Interlocked.Add(ref _sent, 1))) is var name && s_later.Contains(name) ? null : name);
        if (late != "channel-closed") fault($"{Id}: a payment after the close was answered with {late}");
    }

    /// <summary>
    /// After a blow, with nobody paying: what was acknowledged is there, no more than was signed is, and the same payment again has the same answer, whichever
    /// instance is asked.
    /// </summary>
    public async Task CheckAsync(IReadOnlyList<MerchantProcess> instances)
    {
        if (!IsAgreed || Acknowledged == 0) return;
        var front = customer.Address;
        foreach (var instance in instances)
        {
            customer.Address = instance.Origin;
            await CheckAsync();
        }
        customer.Address = front;
    }

    private async Task CheckAsync()
    {
        var status = await PatientlyAsync(async () => await customer.StatusAsync());
        if (status.AuthorizedSat < Acknowledged) fault($"{Id}: {Acknowledged} sat were acknowledged, and {status.AuthorizedSat} are there after a restart");
        if (status.AuthorizedSat > Volatile.Read(ref _sent)) fault($"{Id}: {status.AuthorizedSat} sat are there, and {Volatile.Read(ref _sent)} were signed");
        if (status.SpentMsat > status.AuthorizedSat * 1_000) fault($"{Id}: {status.SpentMsat} msat are spent of {status.AuthorizedSat} sat");
        if (IsClosed && status.State is not ("closing" or "closed")) fault($"{Id}: the close was acknowledged, and the channel is {status.State}");
        var again = await PatientlyAsync(async () => await customer.PayAsync(status.AuthorizedSat) is var name && s_later.Contains(name) ? null : name);
        if (again != "ok") fault($"{Id}: the newest payment again was answered with {again}");
    }

    public void Dispose() => customer.Dispose();

    private async Task<bool?> TryBroadcastAsync()
    {
        try
        {
            await node.Rpc.SendRawTransactionAsync(customer.DepositTransaction);
            return true;
        }
        catch (RPCException known) when (known.RPCCode == RPCErrorCode.RPC_VERIFY_ALREADY_IN_CHAIN)
        {
            return true;
        }
        catch (RPCException refused) when (refused.RPCCode is RPCErrorCode.RPC_VERIFY_REJECTED or RPCErrorCode.RPC_VERIFY_ERROR)
        {
            return false;
        }
    }

    /// <summary>Again and again, as long as there is no answer (or it is null); nothing is asked while the gate is shut.</summary>
    private async Task<T> InsistAsync<T>(Func<Task<T>> ask)
    {
        while (true)
        {
            try
            {
                if (await gate.PassAsync(ask) is { } answer) return answer;
            }
            catch (Exception cut) when (IsOutage(cut))
            {
                // The merchant or the node is gone for a moment; the same again.
            }
            await Task.Delay(s_pause);
        }
    }

    /// <summary>For ten seconds at least: connections that a blow has broken are noticed one by one.</summary>
    private static async Task<T> PatientlyAsync<T>(Func<Task<T?>> ask) where T : class
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                if (await ask() is { } answer) return answer;
                if (tries == Patience) throw new TimeoutException("The merchant is ready, and puts off all the same");
            }
            catch (Exception cut) when (IsOutage(cut) && tries < Patience)
            {
                // As if it had been put off.
            }
            await Task.Delay(s_pause);
        }
    }

    private static bool IsOutage(Exception fault) => fault is HttpRequestException or IOException or TaskCanceledException or System.Text.Json.JsonException
        or RPCException { RPCCode: RPCErrorCode.RPC_IN_WARMUP or RPCErrorCode.RPC_WALLET_NOT_FOUND };

    private static void Raise(ref long highest, long to)
    {
        for (var seen = Volatile.Read(ref highest); seen < to;)
        {
            var before = Interlocked.CompareExchange(ref highest, to, seen);
            if (before == seen) return;
            seen = before;
        }
    }
}
