namespace BtcChannels.Client;

/// <summary>Sends again what may have got lost.</summary>
internal static class Retrying
{
    private static readonly TimeSpan s_usual = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(10);

    /// <summary>When an answer wants to be asked for again: what it says, 10 seconds at most.</summary>
    public static TimeSpan WaitOf(HttpResponseMessage response) => response.Headers.RetryAfter?.Delta is { } wanted && wanted > TimeSpan.Zero ? wanted < s_longest ? wanted : s_longest : s_usual;

    public static async Task<HttpResponseMessage> RunAsync(Func<Task<HttpResponseMessage>> send, int retries, TimeSpan pause, TimeProvider clock, CancellationToken ct)
    {
        for (var retry = 0; ; retry++)
        {
            try
            {
                return await send();
            }
            catch (Exception fault) when (ConnectionLoss.Is(fault) && fault is not PaymentRefusedException && retry < retries)
            {
                await Task.Delay(pause * (1 << Math.Min(retry, 5)), clock, ct);
            }
        }
    }
}
