namespace BtcChannels.Client;

/// <summary>Sends again what may have got lost.</summary>
internal static class Retrying
{
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
