using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using NBitcoin.Crypto;

namespace NBitcoin;

/// <summary>OP_RIPEMD160 to OP_HASH256.</summary>
internal static class HashOperations
{
    public static ScriptError Execute(OpcodeType code, ScriptStack stack)
    {
        if (stack.Count < 1) return ScriptError.InvalidStackOperation;
        var element = stack.Pop();
        stack.Push(code switch
        {
            OpcodeType.OP_RIPEMD160 => Hashes.RIPEMD160(element),
            OpcodeType.OP_SHA1 => Sha1(element),
            OpcodeType.OP_SHA256 => Hashes.SHA256(element),
            OpcodeType.OP_HASH160 => Hashes.Hash160RawBytes(element),
            OpcodeType.OP_HASH256 => Hashes.DoubleSHA256RawBytes(element),
            _ => throw new ArgumentOutOfRangeException(nameof(code)),
        });
        return ScriptError.OK;
    }

    [SuppressMessage("Security", "CA5350", Justification = "The operation is consensus, weak as the function is.")]
    private static byte[] Sha1(byte[] element) => SHA1.HashData(element);
}
