using BtcChannels.Storage;
using Dapper;

namespace BtcChannels.Tests.Storage;

/// <summary>Holds a file's writer in the middle of a transaction: what is asked for until this is disposed of shares the next one.</summary>
internal sealed class Halt : IDisposable
{
    private readonly ManualResetEventSlim _go = new();

    private Halt() { }

    public static async Task<Halt> AtAsync(SqliteFile file)
    {
        var halt = new Halt();
        var isHeld = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var writing = file.WriteAsync(
            (_, _) =>
            {
                isHeld.SetResult();
                halt._go.Wait();
                return 0;
            },
            CancellationToken.None);
        await await Task.WhenAny(isHeld.Task, writing);   // it throws where the file takes nothing
        return halt;
    }

    // Not disposed: the writer may still be waking up.
    public void Dispose() => _go.Set();
}
