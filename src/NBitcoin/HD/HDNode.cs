using System.Buffers.Binary;

namespace NBitcoin;

/// <summary>What an extended key says beside the key: its place in the tree and its chain code (BIP32, serialization format).</summary>
internal sealed class HDNode
{
    public const int Length = 74;   // 1 + 4 + 4 + 32, then 33 of key

    private readonly byte[] _chainCode;

    /// <exception cref="ArgumentException">The chain code is not 32 bytes.</exception>
    public HDNode(byte depth, HDFingerprint parent, uint child, byte[] chainCode)
    {
        ArgumentNullException.ThrowIfNull(chainCode);
        if (chainCode.Length != ChildHash.ChainCodeLength) throw new ArgumentException("A chain code is 32 bytes", nameof(chainCode));
        (Depth, Parent, Child, _chainCode) = (depth, parent, child, [.. chainCode]);
    }

    public byte Depth { get; }

    public HDFingerprint Parent { get; }

    public uint Child { get; }

    public byte[] ChainCode => [.. _chainCode];

    public bool IsHardened => Child >= KeyPath.Hardened;

    /// <exception cref="InvalidOperationException">There is no level left: BIP32 counts to 255.</exception>
    public HDNode Below(PubKey parent, uint child, byte[] chainCode) => Depth == byte.MaxValue
        ? throw new InvalidOperationException("BIP32 counts to 255 levels")
        : new((byte)(Depth + 1), parent.GetHDFingerPrint(), child, chainCode);

    /// <param name="bytes">74 bytes.</param>
    /// <param name="key">The last 33 of them.</param>
    /// <exception cref="FormatException">There are not 74 bytes, or a master key claims a parent or an index.</exception>
    public static HDNode Read(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> key)
    {
        if (bytes.Length != Length) throw new FormatException("An extended key is 74 bytes");
        var node = new HDNode(bytes[0], new(bytes[1..5]), BinaryPrimitives.ReadUInt32BigEndian(bytes[5..]), bytes[9..41].ToArray());
        if (node.Depth == 0 && (node.Child != 0 || node.Parent != default)) throw new FormatException("A master key has no parent and no index");
        key = bytes[41..];
        return node;
    }

    public byte[] Write(ReadOnlySpan<byte> key33)
    {
        var bytes = new byte[Length];
        bytes[0] = Depth;
        Parent.ToBytes(bytes.AsSpan(1));
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(5), Child);
        _chainCode.CopyTo(bytes, 9);
        key33.CopyTo(bytes.AsSpan(41));
        return bytes;
    }
}
