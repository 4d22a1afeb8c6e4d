using BtcChannels.AspNetCore.Paywall;

namespace BtcChannels.Server.Proxy;

/// <summary>Passes on what comes, as it comes, and has it paid as it is priced.</summary>
internal static class CountedCopy
{
    private const int BufferSize = 16 * 1024;

    /// <param name="meter">Null for what is free.</param>
    /// <param name="by">What is counted; by the request, nothing is here.</param>
    /// <param name="from">The source.</param>
    /// <param name="to">The destination; what it is given is flushed.</param>
    /// <param name="clock">Counts seconds.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>False where the money ended first.</returns>
    public static Task<bool> RunAsync(IPaymentMeter? meter, PricedBy by, Stream from, Stream to, TimeProvider clock, CancellationToken ct) =>
        meter is null || by == PricedBy.Request ? PassAsync(from, to, ct)
        : by == PricedBy.Kilobyte ? meter.CopyByKilobyteAsync(from, to, ct)
        : meter.CopyBySecondAsync(from, to, clock, ct);

    /// <returns>True.</returns>
    public static async Task<bool> PassAsync(Stream from, Stream to, CancellationToken ct)
    {
        var buffer = new byte[BufferSize];
        while (await from.ReadAsync(buffer, ct) is > 0 and var length)
        {
            await to.WriteAsync(buffer.AsMemory(0, length), ct);
            await to.FlushAsync(ct);
        }
        return true;
    }
}
