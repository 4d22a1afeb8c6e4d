using System.Runtime.InteropServices;

namespace BtcChannels.Storage;

/// <summary>Files and folders that only their owner can read, and writes that survive a power cut.</summary>
internal static partial class PrivateFile
{
    private const UnixFileMode FileAccessMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode FolderAccessMode = FileAccessMode | UnixFileMode.UserExecute;
    private const int InvalidArgument = 22;
    private const int AlreadyExists = 17;

    public static FileStreamOptions Options(FileMode mode, FileAccess access, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows() && access != FileAccess.Read) options.UnixCreateMode = FileAccessMode;
        return options;
    }

    /// <summary>Makes a folder with mode 0700; leaves one that exists as it is.</summary>
    public static DirectoryInfo MakeFolder(string folder) =>
        OperatingSystem.IsWindows() ? Directory.CreateDirectory(folder) : Directory.CreateDirectory(folder, FolderAccessMode);

    /// <summary>Makes an empty file with mode 0600; leaves one that exists as it is.</summary>
    public static void MakeIfMissing(string path)
    {
        if (!File.Exists(path)) new FileStream(path, Options(FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite)).Dispose();
    }

    /// <summary>Writes a new file, mode 0600, that is there whole and on disk, or not at all.</summary>
    /// <returns>False where a file of that name exists already: it is left as it is.</returns>
    public static bool TryWriteNew(string path, ReadOnlySpan<byte> content)
    {
        var draft = $"{path}.{Guid.NewGuid():n}";
        try
        {
            using (var stream = new FileStream(draft, Options(FileMode.CreateNew, FileAccess.Write, FileShare.None)))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }
            if (!TryName(draft, path)) return false;
            FlushFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
            return true;
        }
        finally
        {
            File.Delete(draft);
        }
    }

    /// <summary>Gives a file another name in its folder, and has that on disk.</summary>
    /// <exception cref="IOException">There is one of that name already, or it cannot be done.</exception>
    public static void Rename(string path, string name)
    {
        File.Move(path, name, overwrite: false);
        FlushFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    // On Unix, File.Move looks whether the name is taken and then renames, over whatever has come in between; a link is made or refused in one step.
    private static bool TryName(string draft, string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            if (Link(draft, path) == 0) return true;
            if (Marshal.GetLastPInvokeError() == AlreadyExists) return false;
        }
        try
        {
            File.Move(draft, path, overwrite: false);   // some file systems have no links
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            return false;
        }
    }

    // A new name is durable only once its folder is.
    private static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        var descriptor = Open(folder, 0);
        if (descriptor < 0) throw new IOException($"{folder} cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}");
        try
        {
            // Some file systems have no such thing for folders and say so.
            if (Sync(descriptor) != 0 && Marshal.GetLastPInvokeError() != InvalidArgument)
                throw new IOException($"{folder} cannot be flushed: {Marshal.GetLastPInvokeErrorMessage()}");
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string name);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
