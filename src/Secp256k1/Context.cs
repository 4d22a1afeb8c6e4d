using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Secp256k1;

/// <summary>The one libsecp256k1 context of the process: made and randomized once, from then on only read, so any thread may use it.</summary>
internal static unsafe class Context
{
    private static readonly Lock s_gate = new();
    private static nint s_context;

    [ThreadStatic]
    private static string? t_fault;

    /// <exception cref="Secp256k1MissingException">The library is not there.</exception>
    public static nint Handle => Volatile.Read(ref s_context) is var context and not 0 ? context : Create();

    /// <summary>Whether this library has the name that replaced secp256k1_ec_privkey_tweak_add in 2020.</summary>
    public static bool HasSecretKeyTweakAdd { get; private set; }

    /// <summary>True for success. A failure that is the caller's input is false; one that is a misuse of the library throws.</summary>
    /// <exception cref="InvalidOperationException">libsecp256k1 called a call illegal or its own state broken.</exception>
    public static bool Succeeded(int result)
    {
        if (result != 0) return true;
        if (t_fault is not { } fault) return false;
        t_fault = null;
        throw new InvalidOperationException($"libsecp256k1 refused a call: {fault}");
    }

    private static nint Create()
    {
        lock (s_gate)
        {
            if (s_context != 0) return s_context;
            var library = Library.Load();
            var context = Native.ContextCreate(Native.ContextSignVerify);
            if (context == 0) throw new InvalidOperationException("libsecp256k1 could not create a context.");
            // The library's own callbacks end the process.
            Native.SetIllegalCallback(context, &Record, null);
            Native.SetErrorCallback(context, &Record, null);
            Span<byte> seed = stackalloc byte[32];
            RandomNumberGenerator.Fill(seed);
            fixed (byte* p = seed)
                if (Native.ContextRandomize(context, p) == 0) throw new InvalidOperationException("libsecp256k1 could not randomize its context.");
            CryptographicOperations.ZeroMemory(seed);
            HasSecretKeyTweakAdd = NativeLibrary.TryGetExport(library, "secp256k1_ec_seckey_tweak_add", out _);
            Volatile.Write(ref s_context, context);
            return context;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Record(byte* message, void* data) => t_fault = Marshal.PtrToStringUTF8((nint)message) ?? "no reason given";
}
