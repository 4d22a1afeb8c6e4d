using NBitcoin.Crypto;

namespace NBitcoin;

/// <summary>The 80 bytes before a block's transactions.</summary>
public class BlockHeader : IBitcoinSerializable
{
    private int _version;
    private uint256 _hashPrevBlock = uint256.Zero;
    private uint256 _hashMerkleRoot = uint256.Zero;
    private uint _time;
    private uint _bits;
    private uint _nonce;

    /// <summary>Reads hex; bytes after the header are ignored.</summary>
    /// <exception cref="EndOfStreamException">There are fewer than 80 bytes.</exception>
    /// <exception cref="FormatException">The text is no hex.</exception>
    public BlockHeader(string hex, Network network) : this(Convert.FromHexString(hex), network) { }

    /// <inheritdoc cref="BlockHeader(string, Network)"/>
    public BlockHeader(byte[] data, Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        this.FromBytes(data);
    }

    internal BlockHeader() { }

    public int Version
    {
        get => _version;
        set => _version = value;
    }

    public uint256 HashPrevBlock
    {
        get => _hashPrevBlock;
        set => _hashPrevBlock = value ?? throw new ArgumentNullException(nameof(value));
    }

    public uint256 HashMerkleRoot
    {
        get => _hashMerkleRoot;
        set => _hashMerkleRoot = value ?? throw new ArgumentNullException(nameof(value));
    }

    /// <summary>The miner's clock, to the second.</summary>
    public DateTimeOffset BlockTime
    {
        get => DateTimeOffset.FromUnixTimeSeconds(_time);
        set => _time = checked((uint)value.ToUnixTimeSeconds());
    }

    public Target Bits
    {
        get => _bits;
        set => _bits = value;
    }

    public uint Nonce
    {
        get => _nonce;
        set => _nonce = value;
    }

    /// <inheritdoc cref="BlockHeader(string, Network)"/>
    public static BlockHeader Parse(string hex, Network network) => new(hex, network);

    public virtual void ReadWrite(BitcoinStream stream)
    {
        stream.ReadWrite(ref _version);
        stream.ReadWrite(ref _hashPrevBlock);
        stream.ReadWrite(ref _hashMerkleRoot);
        stream.ReadWrite(ref _time);
        stream.ReadWrite(ref _bits);
        stream.ReadWrite(ref _nonce);
    }

    public uint256 GetHash() => Hashes.DoubleSHA256(this.ToBytes());
}
