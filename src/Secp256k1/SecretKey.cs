using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Secp256k1;

/// <summary>A number from 1 to the group order less 1. It lies in memory that the collector does not copy, and <see cref="Dispose"/> wipes it. Usable from any thread.</summary>
public sealed unsafe class SecretKey : IDisposable
{
    /// <summary>Bytes of a secret key.</summary>
    public const int Length = 32;

    private readonly Lock _gate = new();
    private readonly byte[] _bytes;
    private PublicKey? _publicKey;
    private bool _disposed;

    private SecretKey(byte[] pinned) => _bytes = pinned;

    /// <summary>Takes a copy of 32 bytes, big-endian; wiping the original is the caller's business.</summary>
    /// <returns>False for another length, zero, and anything from the group order up.</returns>
    /// <exception cref="Secp256k1MissingException">libsecp256k1 is not installed.</exception>
    public static bool TryCreate(ReadOnlySpan<byte> bytes32, [NotNullWhen(true)] out SecretKey? key)
    {
        key = null;
        if (bytes32.Length != Length) return false;
        fixed (byte* secret = bytes32)
            if (!Context.Succeeded(Native.SecretKeyVerify(Context.Handle, secret))) return false;
        var pinned = NewPinned();
        bytes32.CopyTo(pinned);
        key = new(pinned);
        return true;
    }

    /// <summary>A fresh key from the system's secure random source.</summary>
    /// <exception cref="Secp256k1MissingException">libsecp256k1 is not installed.</exception>
    public static SecretKey Generate()
    {
        var context = Context.Handle;
        var pinned = NewPinned();
        do RandomNumberGenerator.Fill(pinned);
        while (!IsValid(context, pinned));
        return new(pinned);
    }

    /// <summary>The public key, worked out once.</summary>
    /// <exception cref="ObjectDisposedException">The key was wiped.</exception>
    public PublicKey PublicKey
    {
        get
        {
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                return _publicKey ??= PublicKey.Of(_bytes);
            }
        }
    }

    /// <summary>Signs a 32-byte hash: RFC 6979 nonce, low S, no grinding for low R, so the same hash always gets the same signature.</summary>
    /// <exception cref="ArgumentException">The hash is not 32 bytes.</exception>
    /// <exception cref="ObjectDisposedException">The key was wiped.</exception>
    public Signature Sign(ReadOnlySpan<byte> hash32) => SignWith(hash32, default);

    /// <summary>As <see cref="Sign(ReadOnlySpan{byte})"/>, with 32 bytes more for RFC 6979 (its section 3.6) to make the nonce from.</summary>
    /// <exception cref="ArgumentException">The hash or the extra entropy is not 32 bytes.</exception>
    /// <exception cref="ObjectDisposedException">The key was wiped.</exception>
    public Signature Sign(ReadOnlySpan<byte> hash32, ReadOnlySpan<byte> extraEntropy32)
    {
        if (extraEntropy32.Length != 32) throw new ArgumentException("Extra entropy is 32 bytes.", nameof(extraEntropy32));
        return SignWith(hash32, extraEntropy32);
    }

    /// <summary>This key plus <paramref name="tweak32"/>, modulo the group order (BIP32's private derivation).</summary>
    /// <returns>False when the tweak is not below the group order, or the sum is zero.</returns>
    /// <exception cref="ArgumentException">The tweak is not 32 bytes.</exception>
    /// <exception cref="ObjectDisposedException">The key was wiped.</exception>
    public bool TryTweakAdd(ReadOnlySpan<byte> tweak32, [NotNullWhen(true)] out SecretKey? result)
    {
        if (tweak32.Length != 32) throw new ArgumentException("A tweak is 32 bytes.", nameof(tweak32));
        var sum = NewPinned();
        CopyTo(sum);
        var context = Context.Handle;
        fixed (byte* key = sum, tweak = tweak32)
            result = Context.Succeeded(Context.HasSecretKeyTweakAdd
                ? Native.SecretKeyTweakAdd(context, key, tweak)
                : Native.SecretKeyTweakAddByOldName(context, key, tweak)) ? new(sum) : null;
        if (result is null) CryptographicOperations.ZeroMemory(sum);
        return result is not null;
    }

    /// <summary>Writes the key, big-endian, into the first 32 bytes; wiping the copy is the caller's business.</summary>
    /// <exception cref="ArgumentException">There is less room than that.</exception>
    /// <exception cref="ObjectDisposedException">The key was wiped.</exception>
    public void CopyTo(Span<byte> destination)
    {
        if (destination.Length < Length) throw new ArgumentException("A secret key takes 32 bytes.", nameof(destination));
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _bytes.CopyTo(destination);
        }
    }

    /// <summary>Wipes the key. A signature that another thread is making at the moment is finished with the whole key.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            CryptographicOperations.ZeroMemory(_bytes);
        }
    }

    /// <summary>The memory that holds the key, for tests of the wiping.</summary>
    internal ReadOnlySpan<byte> Memory => _bytes;

    private Signature SignWith(ReadOnlySpan<byte> hash32, ReadOnlySpan<byte> entropy)
    {
        if (hash32.Length != 32) throw new ArgumentException("A hash is 32 bytes.", nameof(hash32));
        var context = Context.Handle;
        // A copy: were the key wiped while the library derives the nonce from it, the nonce could be guessed.
        Span<byte> secret = stackalloc byte[Length], compact = stackalloc byte[Signature.CompactLength];
        CopyTo(secret);
        try
        {
            var signature = stackalloc byte[Native.SignatureSize];
            fixed (byte* key = secret, hash = hash32, extra = entropy, output = compact)
                if (!Context.Succeeded(Native.Sign(context, signature, hash, key, null, extra))
                    || !Context.Succeeded(Native.SignatureSerializeCompact(context, output, signature)))
                    throw new InvalidOperationException("libsecp256k1 could not sign.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
        return Signature.FromValid(compact);
    }

    private static bool IsValid(nint context, byte[] bytes)
    {
        fixed (byte* secret = bytes) return Context.Succeeded(Native.SecretKeyVerify(context, secret));
    }

    private static byte[] NewPinned() => GC.AllocateArray<byte>(Length, pinned: true);
}
