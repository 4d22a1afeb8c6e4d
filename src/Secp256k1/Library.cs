using System.Reflection;
using System.Runtime.InteropServices;

namespace Secp256k1;

/// <summary>Finds libsecp256k1 and hands it to <see cref="Native"/>.</summary>
internal static class Library
{
    public const string PathVariable = "SECP256K1_LIBRARY";

    // Newest ABI first; what is called here is the same in all of them.
    internal static readonly string[] Names =
    [
        "libsecp256k1.so.7", "libsecp256k1.so.6", "libsecp256k1.so.5", "libsecp256k1.so.2", "libsecp256k1.so.1", "libsecp256k1.so.0",
        "libsecp256k1.dylib", "secp256k1.dll",
    ];

    private static readonly Lock s_gate = new();
    private static bool s_resolving;
    private static nint s_handle;

    /// <summary>Loads the library, once, so that calls through <see cref="Native"/> find it.</summary>
    /// <exception cref="Secp256k1MissingException">It is not there, or is no libsecp256k1.</exception>
    public static nint Load()
    {
        lock (s_gate)
        {
            if (s_handle == 0) s_handle = Find(Environment.GetEnvironmentVariable(PathVariable));
            if (!s_resolving)
            {
                NativeLibrary.SetDllImportResolver(typeof(Library).Assembly, Resolve);
                s_resolving = true;
            }
            return s_handle;
        }
    }

    /// <param name="path">The one file to take, or null or empty to look for the usual names.</param>
    /// <exception cref="Secp256k1MissingException">It is not there, or is no libsecp256k1.</exception>
    internal static nint Find(string? path)
    {
        // A path that was given and does not load is a mistake to report, not a wish to drop.
        var handle = string.IsNullOrEmpty(path) ? FindByName()
            : NativeLibrary.TryLoad(path, out var named) ? named
            : throw new Secp256k1MissingException($"libsecp256k1 could not be loaded from '{path}', which {PathVariable} names.");
        foreach (var function in Native.Required)
            if (!NativeLibrary.TryGetExport(handle, function, out _))
            {
                NativeLibrary.Free(handle);
                throw new Secp256k1MissingException($"The library that was found{(string.IsNullOrEmpty(path) ? "" : $" at '{path}'")} is no usable libsecp256k1: it has no {function}.");
            }
        return handle;
    }

    private static nint FindByName()
    {
        foreach (var name in Names)
            if (NativeLibrary.TryLoad(name, out var handle)) return handle;
        throw new Secp256k1MissingException($"libsecp256k1 was not found (tried {string.Join(", ", Names)}).");
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? search) => name == Native.LibraryName ? s_handle : 0;
}
