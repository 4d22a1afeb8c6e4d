using BtcChannels.AspNetCore.Paywall;

namespace BtcChannels.Server.Proxy;

/// <summary>A WebSocket that is passed through. By kilobyte and second, what the upstream sends is charged; what the customer sends is free.</summary>
internal static class Tunnel
{
    /// <param name="http">The request, whose price, where it is fixed, was charged as the WebSocket began.</param>
    /// <param name="customer">Both ways.</param>
    /// <param name="upstream">Both ways.</param>
    /// <param name="by">What is counted.</param>
    /// <param name="clock">Counts seconds.</param>
    public static async Task RunAsync(HttpContext http, Stream customer, Stream upstream, PricedBy by, TimeProvider clock)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        await using var _ = customer;
        var up = CountedCopy.PassAsync(customer, upstream, end.Token);
        var down = CountedCopy.RunAsync(http.Features.Get<IPaymentMeter>(), by, upstream, customer, clock, end.Token);
        var first = await Task.WhenAny(up, down);
        await end.CancelAsync();
        await ((Task)Task.WhenAll(up, down)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (first == up) return;   // the customer has left, or the upstream takes no more
        if (down.IsCompletedSuccessfully && !await down) http.Abort();
        if (down.Exception?.InnerException is IOException broken && !http.RequestAborted.IsCancellationRequested) throw new UpstreamFault(isTimeout: false, broken.Message, broken);
        if (down.IsFaulted) await down;
    }
}
