using System.Net.Sockets;

namespace BtcChannels.Chain;

/// <summary>The way to one backend: a time limit for questions that belong together, and what its silence means.</summary>
internal abstract class BackendConnection(string name, ChainOptions options, TimeProvider time)
{
    public string Address => options.Address;

    /// <exception cref="ChainUnavailableException">It does not answer, is not ready, or does not answer sensibly.</exception>
    protected async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> questions, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(options.TimeLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            return await questions(either.Token);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            throw;
        }
        catch (ChainUnavailableException)
        {
            BeginAnew();
            throw;
        }
        catch (Exception e) when (WordsFor(e) is { } words)
        {
            BeginAnew();
            throw new ChainUnavailableException($"{name} at {Address} {words}", e);
        }
    }

    /// <summary>After a question that failed: the backend may be restarted, or replaced, before the next one.</summary>
    protected abstract void BeginAnew();

    /// <summary>What of an outage a failure tells; null where it is none.</summary>
    protected virtual string? WordsFor(Exception e) => e switch
    {
        OperationCanceledException => $"did not answer within {options.TimeLimit.TotalSeconds:0.###} seconds: see whether it hangs or is overloaded",
        // HttpClient lets the latter through bare where a connection is reset as it is made.
        HttpRequestException or SocketException => $"cannot be reached ({e.Message}): start it, or correct its address",
        _ => null,
    };
}
