using System.Reflection;
using System.Runtime.Loader;
using Secp256k1;

namespace BtcChannels.Tests.Curve;

[Collection(nameof(ProcessEnvironment))]
public class LibraryTests
{
    [Fact]
    public void A_path_that_does_not_load_is_one_clear_error()
    {
        var error = Assert.Throws<Secp256k1MissingException>(() => Library.Find("/nowhere/libsecp256k1.so"));
        Assert.Contains("/nowhere/libsecp256k1.so", error.Message, StringComparison.Ordinal);
        Assert.Contains("SECP256K1_LIBRARY", error.Message, StringComparison.Ordinal);
        Assert.Contains("libsecp256k1-", error.Message, StringComparison.Ordinal);
        Assert.Contains("get-bitcoind.sh", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_library_that_is_something_else_is_one_clear_error()
    {
        var other = Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), OperatingSystem.IsWindows() ? "clrjit.dll" : OperatingSystem.IsMacOS() ? "libclrjit.dylib" : "libclrjit.so");
        Assert.Contains("secp256k1_context_create", Assert.Throws<Secp256k1MissingException>(() => Library.Find(other)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_needs_the_curve_first_gets_that_error_and_gets_it_again()
    {
        // A second copy of the assembly, in which nothing is loaded yet.
        SecretKey.Generate().Dispose();
        var path = Environment.GetEnvironmentVariable("SECP256K1_LIBRARY");
        var context = new AssemblyLoadContext("without the library", isCollectible: true);
        try
        {
            Environment.SetEnvironmentVariable("SECP256K1_LIBRARY", "/nowhere/libsecp256k1.so");
            var type = context.LoadFromAssemblyPath(typeof(SecretKey).Assembly.Location).GetType("Secp256k1.SecretKey", throwOnError: true)!;
            var generate = type.GetMethod("Generate", BindingFlags.Public | BindingFlags.Static)!;
            for (var attempt = 0; attempt < 2; attempt++)
                Assert.Equal("Secp256k1.Secp256k1MissingException", Assert.Throws<TargetInvocationException>(() => generate.Invoke(null, null)).InnerException!.GetType().FullName);
        }
        finally
        {
            Environment.SetEnvironmentVariable("SECP256K1_LIBRARY", path);
            context.Unload();
        }
    }

    [Fact]
    public unsafe void A_call_that_the_library_finds_illegal_throws_and_the_process_lives_on()
    {
        var noPoint = stackalloc byte[Native.PublicKeySize];
        var output = stackalloc byte[33];
        nuint length = 33;
        for (var i = 0; i < Native.PublicKeySize; i++) noPoint[i] = 0;
        var result = Native.PublicKeySerialize(Context.Handle, output, &length, noPoint, Native.Compressed);
        Assert.Equal(0, result);
        Assert.Contains("refused a call", Assert.Throws<InvalidOperationException>(() => Context.Succeeded(result)).Message, StringComparison.Ordinal);
        Assert.False(Context.Succeeded(0));
        SecretKey.Generate().Dispose();
    }

    [Fact]
    public void Many_threads_share_the_one_context()
    {
        using var key = SecretKey.Generate();
        Parallel.For(0, 200, i =>
        {
            var hash = System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(i));
            Assert.True(key.PublicKey.Verify(hash, key.Sign(hash)));
        });
    }
}

/// <summary>Tests that change the process's environment, and so run alone.</summary>
[CollectionDefinition(nameof(ProcessEnvironment), DisableParallelization = true)]
public static class ProcessEnvironment;
