namespace NBitcoin;

/// <summary>A Bitcoin network: its name, genesis, ports and the prefixes of its texts.</summary>
public class Network
{
    private readonly string[] _aliases;
    private readonly byte[][] _prefixes;   // by Base58Type

    private Network(string name, ChainName chain, string genesis, int halving, uint magic, (int P2P, int Rpc) ports, string bech32Prefix, byte[][] prefixes, string[] aliases)
    {
        (Name, ChainName, Magic, DefaultPort, RPCPort, Bech32Prefix) = (name, chain, magic, ports.P2P, ports.Rpc, bech32Prefix);
        (_prefixes, _aliases) = (prefixes, aliases);
        Consensus = new(uint256.Parse(genesis), halving);
    }

    public static Network Main { get; } = new("Main", ChainName.Mainnet, "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f", 210_000,
        0xd9b4bef9, (8333, 8332), "bc", [[0], [5], [0x80], [0x04, 0x88, 0xb2, 0x1e], [0x04, 0x88, 0xad, 0xe4]], ["main", "mainnet"]);

    /// <summary>The third test network.</summary>
    public static Network TestNet { get; } = new("TestNet", ChainName.Testnet, "000000000933ea01ad0ee984209779baaec3ced90fa3f408719526f8d77f4943", 210_000,
        0x0709110b, (18333, 18332), "tb", TestPrefixes, ["testnet", "testnet3", "test"]);

    /// <summary>The fourth test network (BIP94).</summary>
    public static Network TestNet4 { get; } = new("TestNet4", new ChainName("Testnet4"), "00000000da84f2bafbbc53dee25a72ae507ff4914b867c565be350b0da8bf043", 210_000,
        0x283f161c, (48333, 48332), "tb", TestPrefixes, ["testnet4"]);

    /// <summary>The default signet (BIP325).</summary>
    internal static Network Signet { get; } = new("Signet", new ChainName("Signet"), "00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6", 210_000,
        0x40cf030a, (38333, 38332), "tb", TestPrefixes, ["signet"]);

    /// <summary>A chain of one's own, where blocks are made at will.</summary>
    public static Network RegTest { get; } = new("RegTest", ChainName.Regtest, "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206", 150,
        0xdab5bffa, (18444, 18443), "bcrt", TestPrefixes, ["regtest", "reg"]);

    private static byte[][] TestPrefixes => [[0x6f], [0xc4], [0xef], [0x04, 0x35, 0x87, 0xcf], [0x04, 0x35, 0x83, 0x94]];

    public string Name { get; }

    public ChainName ChainName { get; }

    public Consensus Consensus { get; }

    public uint256 GenesisHash => Consensus.HashGenesisBlock;

    /// <summary>The four bytes before each peer-to-peer message, read least significant first.</summary>
    public uint Magic { get; }

    /// <summary>Of peers.</summary>
    public int DefaultPort { get; }

    public int RPCPort { get; }

    internal string Bech32Prefix { get; }

    internal ReadOnlySpan<byte> Prefix(Base58Type type) => _prefixes[(int)type];

    public static IEnumerable<Network> GetNetworks() => [Main, TestNet, TestNet4, Signet, RegTest];

    /// <param name="name">Such as main, mainnet, testnet, test, testnet4, signet, regtest; letter case makes no difference.</param>
    /// <returns>Null for a name that is not known.</returns>
    public static Network GetNetwork(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return GetNetworks().FirstOrDefault(network => network._aliases.Contains(name, StringComparer.OrdinalIgnoreCase))!;
    }

    /// <inheritdoc cref="BitcoinAddress.Create"/>
    public BitcoinAddress CreateBitcoinAddress(string base58) => BitcoinAddress.Create(base58, this);

    public BitcoinPubKeyAddress CreateBitcoinAddress(KeyId dest) => new(dest, this);

    /// <exception cref="FormatException">The text is no P2SH address of this network.</exception>
    public BitcoinScriptAddress CreateBitcoinScriptAddress(string base58) => new(base58, this);

    /// <exception cref="FormatException">The text is no private key of this network.</exception>
    public BitcoinSecret CreateBitcoinSecret(string base58) => new(base58, this);

    public BitcoinSecret CreateBitcoinSecret(Key key) => new(key, this);

    public BitcoinExtKey CreateBitcoinExtKey(ExtKey key) => new(key, this);

    /// <exception cref="FormatException">The text is no extended private key of this network.</exception>
    public BitcoinExtKey CreateBitcoinExtKey(string base58) => new(base58, this);

    public BitcoinExtPubKey CreateBitcoinExtPubKey(ExtPubKey pubkey) => new(pubkey, this);

    public Transaction CreateTransaction() => Consensus.ConsensusFactory.CreateTransaction();

    /// <summary>An address, private key or extended key of this network.</summary>
    /// <exception cref="FormatException">The text is none of them.</exception>
    public IBitcoinString Parse(string str) => Parse(str, this);

    /// <summary>As <see cref="Parse(string)"/>, for one kind.</summary>
    /// <exception cref="FormatException">The text is not of that kind.</exception>
    public T Parse<T>(string str) where T : IBitcoinString => Parse<T>(str, this);

    /// <inheritdoc cref="Parse{T}(string)"/>
    public static T Parse<T>(string str, Network expectedNetwork) where T : IBitcoinString => (T)Parse(str, expectedNetwork, typeof(T));

    /// <param name="targetType">The kind that is wanted; null for any.</param>
    /// <exception cref="FormatException">The text is nothing of that network and kind.</exception>
    public static IBitcoinString Parse(string str, Network expectedNetwork, Type targetType = null!)
    {
        ArgumentNullException.ThrowIfNull(str);
        ArgumentNullException.ThrowIfNull(expectedNetwork);
        IBitcoinString parsed = BitcoinAddress.TryCreate(str, expectedNetwork);
        if (parsed is null)
            foreach (var type in Enum.GetValues<Base58Type>())
                if (Base58Data.TryRead(str, type, expectedNetwork, out _))
                    parsed = type switch
                    {
                        Base58Type.SECRET_KEY => new BitcoinSecret(str, expectedNetwork),
                        Base58Type.EXT_SECRET_KEY => new BitcoinExtKey(str, expectedNetwork),
                        Base58Type.EXT_PUBLIC_KEY => new BitcoinExtPubKey(str, expectedNetwork),
                        _ => null!,
                    };
        return parsed is not null && targetType?.IsInstanceOfType(parsed) != false ? parsed : throw new FormatException($"Invalid text for {expectedNetwork}");
    }

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
