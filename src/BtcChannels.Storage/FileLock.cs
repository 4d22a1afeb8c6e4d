namespace BtcChannels.Storage;

/// <summary>
/// Keeps a second writing process away from a store, which SQLite itself would let in. The file stays when the lock goes: removing it would let
/// two processes lock two files of one name.
/// </summary>
internal sealed class FileLock : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly FileStream _stream;

    private FileLock(FileStream stream) => _stream = stream;

    /// <param name="store">The file to keep others from; the lock is <c>.lock</c> beside it, made where it is missing.</param>
    /// <param name="wait">How long to go on trying; zero tries once.</param>
    /// <param name="ct">Ends the waiting.</param>
    /// <exception cref="StoreLockedException">Someone else holds it still.</exception>
    /// <exception cref="StoreUnavailableException">The lock file cannot be made.</exception>
    public static async Task<FileLock> TakeAsync(string store, TimeSpan wait, CancellationToken ct)
    {
        for (var left = wait; ; left -= Pause)
        {
            if (StoreErrors.Translate(store, () => TryTake(store + ".lock")) is { } taken) return taken;
            if (left <= TimeSpan.Zero) throw new StoreLockedException(store);
            await Task.Delay(Pause, ct);
        }
    }

    public void Dispose() => _stream.Dispose();

    private static FileLock? TryTake(string path)
    {
        try
        {
            return new(new FileStream(path, PrivateFile.Options(FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None)));
        }
        catch (IOException error) when (IsHeld(error))
        {
            return null;
        }
    }

    // ERROR_SHARING_VIOLATION; EWOULDBLOCK of Linux and of macOS.
    private static bool IsHeld(IOException error) =>
        OperatingSystem.IsWindows() ? (error.HResult & 0xffff) == 32 : error.HResult is 11 or 35;
}
