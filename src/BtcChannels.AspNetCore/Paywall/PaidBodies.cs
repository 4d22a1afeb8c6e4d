using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace BtcChannels.AspNetCore.Paywall;

/// <summary>Bodies that are paid as they go, on endpoints with <see cref="PaywallSetup.RequireMeteredPayment"/>. The customer counts along and sends vouchers in time; the receipt comes as a trailer (HTTP/2).</summary>
public static class PaidBodies
{
    public const int Kilobyte = 1_000;

    // So much is charged in one step at most: a commit for each kilobyte would be more work than the kilobyte.
    private const int MostAtOnce = 16;

    /// <summary>Sends what a stream holds, charged by the kilobyte (1,000 bytes, the last one rounded up).</summary>
    /// <returns>False where the money ended first: the connection is cut then, so that nobody takes a part for the whole.</returns>
    public static async Task<bool> WritePaidAsync(this HttpResponse response, Stream source, CancellationToken ct)
    {
        var meter = response.HttpContext.PaymentMeter();
        response.HttpContext.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
        return await meter.CopyByKilobyteAsync(source, response.Body, ct) || response.Cut();
    }

    /// <summary>Sends what comes until the source ends or the money does, charged by the second, each begun one whole.</summary>
    /// <inheritdoc cref="WritePaidAsync(HttpResponse, Stream, CancellationToken)"/>
    public static async Task<bool> WritePaidBySecondAsync(this HttpResponse response, Stream source, TimeProvider clock, CancellationToken ct)
    {
        var meter = response.HttpContext.PaymentMeter();
        response.HttpContext.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
        return await meter.CopyBySecondAsync(source, response.Body, clock, ct) || response.Cut();
    }

    /// <summary>Passes on what comes, as it comes, charged by the kilobyte of the whole, the last one rounded up; each part is paid before it is written.</summary>
    /// <returns>False where the money ended first.</returns>
    public static async Task<bool> CopyByKilobyteAsync(this IPaymentMeter meter, Stream source, Stream destination, CancellationToken ct)
    {
        var buffer = new byte[MostAtOnce * Kilobyte];
        var (sent, paid) = (0L, 0L);
        while (await source.ReadAsync(buffer, ct) is > 0 and var length)
        {
            for (var part = buffer.AsMemory(0, length); !part.IsEmpty;)
            {
                var begun = (sent + part.Length + Kilobyte - 1) / Kilobyte;
                if (begun > paid)
                {
                    // Who pays for a few kilobytes at a time gets a few.
                    if (await meter.ChargeUpToAsync(begun - paid, ct) is > 0 and var granted) paid += granted;
                    else return false;
                }
                var covered = part[..(int)Math.Min(part.Length, (paid * Kilobyte) - sent)];
                await destination.WriteAsync(covered, ct);
                await destination.FlushAsync(ct);
                meter.MarkDelivered();
                sent += covered.Length;
                part = part[covered.Length..];
            }
        }
        return true;
    }

    /// <summary>Passes on what comes, as it comes, charged by the second since the call, each begun one whole; a second in which nothing comes is charged with what comes next.</summary>
    /// <inheritdoc cref="CopyByKilobyteAsync"/>
    public static async Task<bool> CopyBySecondAsync(this IPaymentMeter meter, Stream source, Stream destination, TimeProvider clock, CancellationToken ct)
    {
        var buffer = new byte[MostAtOnce * Kilobyte];
        await destination.FlushAsync(ct);   // what comes first may be long in coming
        var (start, paid) = (clock.GetTimestamp(), 0L);
        while (await source.ReadAsync(buffer, ct) is > 0 and var length)
        {
            var begun = (long)clock.GetElapsedTime(start).TotalSeconds + 1;
            if (begun > paid)
            {
                var waited = clock.GetTimestamp();
                if (!await meter.ChargeAsync(begun - paid, ct)) return false;
                paid = begun;
                start += clock.GetTimestamp() - waited;   // nothing is delivered while money is waited for
            }
            await destination.WriteAsync(buffer.AsMemory(0, length), ct);
            await destination.FlushAsync(ct);
            meter.MarkDelivered();
        }
        return true;
    }

    private static bool Cut(this HttpResponse response)
    {
        response.HttpContext.Abort();
        return false;
    }
}
