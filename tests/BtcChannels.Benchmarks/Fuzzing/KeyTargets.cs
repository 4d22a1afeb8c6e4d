using NBitcoin;
using NBitcoin.Crypto;
using Secp256k1;

namespace BtcChannels.Benchmarks.Fuzzing;

/// <summary>Keys and signatures as bytes.</summary>
internal static class KeyTargets
{
    private static readonly byte[] s_der = ChannelSample.Signature.ToDer();
    private static readonly ExtKey s_master = ExtKey.CreateFromSeed(new byte[32]);

    public static IEnumerable<FuzzTarget> All =>
    [
        new("DER strict", [s_der, [0x30, 6, 2, 1, 1, 2, 1, 1]], ReadStrict) { Weight = 2, MaxLength = 600 },
        new("DER lax", [s_der, [0x30, 6, 2, 1, 1, 2, 1, 1], [0x30, 0x81, 9, 2, 0x81, 2, 0, 1, 2, 0x82, 0, 1, 1, 0xff]], ReadLax) { Weight = 2, MaxLength = 600 },
        new("compact signature", [ChannelSample.Signature.ToCompact()], ReadCompact) { MaxLength = 200 },
        new("ECDSASignature", [s_der], ReadSignature, typeof(FormatException)) { MaxLength = 600 },
        new("TransactionSignature", [[.. s_der, 1], [.. s_der, 0x83]], ReadTyped, typeof(FormatException)) { MaxLength = 600 },
        new("PubKey", [ChannelSample.Customer.PubKey.ToBytes(), ChannelSample.Customer.PubKey.Decompress().ToBytes()], ReadKey, typeof(FormatException)) { Weight = 2, MaxLength = 200 },
        new("ExtKey bytes", [s_master.ToBytes(), s_master.Derive(new KeyPath("44'/1")).ToBytes()], ReadExtKey, typeof(FormatException)) { MaxLength = 200 },
        new("ExtPubKey bytes", [s_master.Neuter().ToBytes(), s_master.Derive(new KeyPath("44'/1")).Neuter().ToBytes()], ReadExtPubKey, typeof(FormatException)) { MaxLength = 200 },
    ];

    private static bool ReadStrict(byte[] bytes)
    {
        if (!Signature.TryParseDer(bytes, out var signature)) return false;
        FuzzFinding.Unless(Signature.IsStrictDer(bytes) && signature.ToDer().AsSpan().SequenceEqual(bytes), "a signature has one strict encoding");
        FuzzFinding.Unless(Signature.TryParseLaxDer(bytes, out var lax) && lax == signature, "what is strict is read alike by the lax rules");
        FuzzFinding.Unless(signature.Normalize().IsLowS, "the low form is low");
        return true;
    }

    private static bool ReadLax(byte[] bytes)
    {
        if (!Signature.TryParseLaxDer(bytes, out var signature)) return false;
        FuzzFinding.Unless(Signature.TryParseDer(signature.ToDer(), out var strict) && strict == signature, "what was read lax is written strictly");
        return true;
    }

    private static bool ReadCompact(byte[] bytes)
    {
        if (!Signature.TryParseCompact(bytes, out var signature)) return false;
        FuzzFinding.Unless(signature.ToCompact().AsSpan().SequenceEqual(bytes), "a signature writes what it was read from");
        return true;
    }

    private static bool ReadSignature(byte[] bytes)
    {
        var signature = new ECDSASignature(bytes);
        FuzzFinding.Unless(ECDSASignature.IsValidDER(bytes) && signature.ToDER().AsSpan().SequenceEqual(bytes), "a signature has one strict encoding");
        FuzzFinding.Unless(signature.MakeCanonical().IsLowS, "the low form is low");
        return true;
    }

    private static bool ReadTyped(byte[] bytes)
    {
        _ = TransactionSignature.IsValid(bytes, ScriptVerify.DerSig | ScriptVerify.LowS | ScriptVerify.StrictEnc);
        var signature = new TransactionSignature(bytes);
        FuzzFinding.Unless(signature.ToBytes().AsSpan().SequenceEqual(bytes), "a signature writes what it was read from");
        return true;
    }

    private static bool ReadKey(byte[] bytes)
    {
        var isKey = PubKey.TryCreatePubKey(bytes, out var tried);
        var key = new PubKey(bytes);
        FuzzFinding.Unless(isKey && tried == key, "the constructor takes what TryCreatePubKey takes");
        FuzzFinding.Unless(key.ToBytes().AsSpan().SequenceEqual(bytes) && key.Decompress().Compress() == key.Compress(), "a key writes what it was read from");
        _ = key.Verify(uint256.One, new ECDSASignature(s_der));
        return true;
    }

    private static bool ReadExtKey(byte[] bytes)
    {
        var key = ExtKey.CreateFromBytes(bytes);
        FuzzFinding.Unless(key.ToBytes().AsSpan().SequenceEqual(bytes), "an extended key writes what it was read from");
        if (key.Depth < byte.MaxValue) FuzzFinding.Unless(key.Derive(7).Neuter() == key.Neuter().Derive(7), "both derivations meet");
        return true;
    }

    private static bool ReadExtPubKey(byte[] bytes)
    {
        var key = new ExtPubKey(bytes);
        FuzzFinding.Unless(key.ToBytes().AsSpan().SequenceEqual(bytes), "an extended key writes what it was read from");
        if (key.Depth < byte.MaxValue) _ = key.Derive(7);
        return true;
    }
}
