using NBitcoin;
using NBitcoin.DataEncoders;

namespace BtcChannels.Benchmarks.Fuzzing;

/// <summary>What Bitcoin writes as text.</summary>
internal static class TextTargets
{
    private static readonly Network[] s_networks = [Network.Main, Network.TestNet, Network.RegTest];
    private static readonly ExtKey s_master = ExtKey.CreateFromSeed(new byte[32]);
    private static readonly byte[] s_hash = [.. Enumerable.Range(1, 32).Select(it => (byte)it)];

    public static IEnumerable<FuzzTarget> All =>
    [
        new("base58", [Texts.Utf8("1111"), Texts.Utf8(Encoders.Base58.EncodeData(s_hash))], ReadBase58, typeof(FormatException)) { MaxLength = 500, Tokens = Mutator.Words },
        new("base58check", [.. Addresses(false)], ReadBase58Check, typeof(FormatException)) { MaxLength = 500, Tokens = Mutator.Words, Repair = Checksums.Base58 },
        new("address, base58", [.. Addresses(false)], ReadAddress, typeof(FormatException)) { Weight = 2, Tokens = Mutator.Words, Repair = Checksums.Base58 },
        new("address, bech32", [.. Addresses(true)], ReadAddress, typeof(FormatException)) { Weight = 3, Tokens = Mutator.Words, Repair = Checksums.Bech32 },
        new("BitcoinSecret", [.. s_networks.SelectMany(Secrets)], ReadSecret, typeof(FormatException)) { Tokens = Mutator.Words, Repair = Checksums.Base58 },
        new("ExtKey", [.. s_networks.Select(it => Texts.Utf8(s_master.ToString(it)))], ReadExtKey, typeof(FormatException)) { Tokens = Mutator.Words, Repair = Checksums.Base58 },
        new("ExtPubKey", [.. s_networks.Select(it => Texts.Utf8(s_master.Neuter().ToString(it)))], ReadExtPubKey, typeof(FormatException)) { Tokens = Mutator.Words, Repair = Checksums.Base58 },
        new("KeyPath", [Texts.Utf8("m/44'/0'/0'/0/5"), Texts.Utf8("1h/2H/2147483647"), Texts.Utf8("m")], ReadKeyPath, typeof(FormatException)) { Tokens = Mutator.Words },
        new("hex", [Texts.Hex(s_hash), Texts.Utf8("ABcd")], ReadHex, typeof(FormatException)) { Tokens = Mutator.Words },
        new("base64", [Texts.Utf8(Convert.ToBase64String(s_hash))], ReadBase64, typeof(FormatException)) { Tokens = Mutator.Words },
        new("Money", [Texts.Utf8("0.00010000"), Texts.Utf8("-21000000"), Texts.Utf8(" 92233720368.54775807 "), Texts.Utf8("-92233720368.54775808")], ReadMoney, typeof(FormatException)) { Tokens = Mutator.Words },
        new("uint256", [Texts.Hex(s_hash), Texts.Utf8("0x" + Convert.ToHexString(s_hash))], ReadNumber, typeof(FormatException)) { Tokens = Mutator.Words },
        new("OutPoint", [Texts.Utf8(ChannelSample.Id.OutPoint.ToString()), Texts.Utf8($"{uint256.One}:4294967295")], ReadOutPoint, typeof(FormatException)) { Tokens = Mutator.Words },
    ];

    private static IEnumerable<byte[]> Addresses(bool isBech32)
    {
        IAddressableDestination[] destinations = isBech32
            ? [new WitKeyId(s_hash[..20]), new WitScriptId(s_hash), new Script([0x51, 32, .. ChannelSample.Customer.PubKey.ToBytes()[1..]]).GetDestination()]
            : [new KeyId(s_hash[..20]), new ScriptId(s_hash[..20]), new KeyId(new byte[20])];
        return s_networks.SelectMany(network => destinations.Select(it => Texts.Utf8(it.GetAddress(network).ToString())));
    }

    private static IEnumerable<byte[]> Secrets(Network network) =>
        ((bool[])[true, false]).Select(isCompressed => Texts.Utf8(new Key(s_hash, -1, isCompressed).ToString(network)));

    private static bool ReadBase58(byte[] bytes)
    {
        var text = Texts.Of(bytes);
        FuzzFinding.Unless(Encoders.Base58.EncodeData(Encoders.Base58.DecodeData(text)) == text, "base 58 writes what it was read from");
        return true;
    }

    private static bool ReadBase58Check(byte[] bytes)
    {
        var text = Texts.Of(bytes);
        FuzzFinding.Unless(Encoders.Base58Check.EncodeData(Encoders.Base58Check.DecodeData(text)) == text, "base 58 writes what it was read from");
        return true;
    }

    private static bool ReadAddress(byte[] bytes)
    {
        var text = Texts.Of(bytes);
        var address = ReadOf(text, BitcoinAddress.Create);
        var written = address.ToString();
        FuzzFinding.Unless(text == written || (text.All(char.IsAscii) && text.Equals(written, StringComparison.OrdinalIgnoreCase)), "an address writes what it was read from");
        FuzzFinding.Unless(address.ScriptPubKey.GetDestinationAddress(address.Network) == address, "an address is that of its script");
        return true;
    }

    private static bool ReadSecret(byte[] bytes)
    {
        var text = Texts.Of(bytes);
        FuzzFinding.Unless(ReadOf(text, (it, network) => new BitcoinSecret(it, network)).ToString() == text, "a secret writes what it was read from");
        return true;
    }

    private static bool ReadExtKey(byte[] bytes)
    {
        var text = Texts.Of(bytes);
        FuzzFinding.Unless(ReadOf(text, (it, network) => ExtKey.Parse(it, network).ToString(network)) == text, "an extended key writes what it was read from");
        return true;
    }

    private static bool ReadExtPubKey(byte[] bytes)
    {
        var text = Texts.Of(bytes);
        FuzzFinding.Unless(ReadOf(text, (it, network) => ExtPubKey.Parse(it, network).ToString(network)) == text, "an extended key writes what it was read from");
        return true;
    }

    // By the first network that takes it; the refusal of the last is that of all.
    private static T ReadOf<T>(string text, Func<string, Network, T> read)
    {
        foreach (var network in s_networks[..^1])
        {
            try
            {
                return read(text, network);
            }
            catch (FormatException)
            {
                // The next may be its own.
            }
        }
        return read(text, s_networks[^1]);
    }

    private static bool ReadKeyPath(byte[] bytes)
    {
        var path = KeyPath.Parse(Texts.Of(bytes));
        FuzzFinding.Unless(KeyPath.Parse(path.ToString()) == path, "a path reads its own text");
        return true;
    }

    private static bool ReadHex(byte[] bytes)
    {
        var text = Texts.Of(bytes);
        var isWell = HexEncoder.IsWellFormed(text);
        if (Hex.TryParse(text, out var own)) FuzzFinding.Unless(Hex.Write(own) == text, "hex writes what it was read from");
        var data = Encoders.Hex.DecodeData(text);
        FuzzFinding.Unless(isWell && Encoders.Hex.EncodeData(data).Equals(text, StringComparison.OrdinalIgnoreCase), "hex writes what it was read from");
        return true;
    }

    private static bool ReadBase64(byte[] bytes)
    {
        var data = Encoders.Base64.DecodeData(Texts.Of(bytes));
        FuzzFinding.Unless(Encoders.Base64.DecodeData(Encoders.Base64.EncodeData(data)).AsSpan().SequenceEqual(data), "base 64 reads its own text");
        return true;
    }

    private static bool ReadMoney(byte[] bytes)
    {
        var money = Money.Parse(Texts.Of(bytes));
        FuzzFinding.Unless(Money.Parse(money.ToString()) == money, "an amount reads its own text");
        return true;
    }

    private static bool ReadNumber(byte[] bytes)
    {
        var number = uint256.Parse(Texts.Of(bytes));
        FuzzFinding.Unless(uint256.Parse(number.ToString()) == number, "a number reads its own text");
        return true;
    }

    private static bool ReadOutPoint(byte[] bytes)
    {
        var outPoint = OutPoint.Parse(Texts.Of(bytes));
        FuzzFinding.Unless(OutPoint.Parse(outPoint.ToString()) == outPoint, "an outpoint reads its own text");
        return true;
    }
}
