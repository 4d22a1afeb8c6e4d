using NBitcoin;
using NBitcoin.DataEncoders;
using static BtcChannels.Tests.Curve.Hex;

namespace BtcChannels.Tests.NBitcoinApi;

public partial class ExtKeyTests
{
    private const string Seed1 = "000102030405060708090a0b0c0d0e0f";
    private const string Seed2 = "fffcf9f6f3f0edeae7e4e1dedbd8d5d2cfccc9c6c3c0bdbab7b4b1aeaba8a5a29f9c999693908d8a8784817e7b7875726f6c696663605d5a5754514e4b484542";
    private const string Seed3 = "4b381541583be4423346c643850da4b320e46a87ae3d2a4e6da11eba819cd4acba45d239319ac14f863b8d5ab5a0d0c64d2e8a1e7d1457df2e5a3c51c73235be";
    private const string Seed4 = "3ddd5602285899a946114506157c7997e5444528f3003f6134712147db19b678";

    // BIP32's test vectors 1 to 4; the last two are about leading zeros.
    public static TheoryData<string, string, string, string> Vectors => new()
    {
        { Seed1, "m", "xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1Rupje8YtGqsefD265TMg7usUDFdp6W1EGMcet8", "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi" },
        { Seed1, "m/0h", "xpub68Gmy5EdvgibQVfPdqkBBCHxA5htiqg55crXYuXoQRKfDBFA1WEjWgP6LHhwBZeNK1VTsfTFUHCdrfp1bgwQ9xv5ski8PX9rL2dZXvgGDnw", "xprv9uHRZZhk6KAJC1avXpDAp4MDc3sQKNxDiPvvkX8Br5ngLNv1TxvUxt4cV1rGL5hj6KCesnDYUhd7oWgT11eZG7XnxHrnYeSvkzY7d2bhkJ7" },
        { Seed1, "m/0'/1", "xpub6ASuArnXKPbfEwhqN6e3mwBcDTgzisQN1wXN9BJcM47sSikHjJf3UFHKkNAWbWMiGj7Wf5uMash7SyYq527Hqck2AxYysAA7xmALppuCkwQ", "xprv9wTYmMFdV23N2TdNG573QoEsfRrWKQgWeibmLntzniatZvR9BmLnvSxqu53Kw1UmYPxLgboyZQaXwTCg8MSY3H2EU4pWcQDnRnrVA1xe8fs" },
        { Seed1, "m/0'/1/2'", "xpub6D4BDPcP2GT577Vvch3R8wDkScZWzQzMMUm3PWbmWvVJrZwQY4VUNgqFJPMM3No2dFDFGTsxxpG5uJh7n7epu4trkrX7x7DogT5Uv6fcLW5", "xprv9z4pot5VBttmtdRTWfWQmoH1taj2axGVzFqSb8C9xaxKymcFzXBDptWmT7FwuEzG3ryjH4ktypQSAewRiNMjANTtpgP4mLTj34bhnZX7UiM" },
        { Seed1, "m/0'/1/2'/2", "xpub6FHa3pjLCk84BayeJxFW2SP4XRrFd1JYnxeLeU8EqN3vDfZmbqBqaGJAyiLjTAwm6ZLRQUMv1ZACTj37sR62cfN7fe5JnJ7dh8zL4fiyLHV", "xprvA2JDeKCSNNZky6uBCviVfJSKyQ1mDYahRjijr5idH2WwLsEd4Hsb2Tyh8RfQMuPh7f7RtyzTtdrbdqqsunu5Mm3wDvUAKRHSC34sJ7in334" },
        { Seed1, "m/0'/1/2'/2/1000000000", "xpub6H1LXWLaKsWFhvm6RVpEL9P4KfRZSW7abD2ttkWP3SSQvnyA8FSVqNTEcYFgJS2UaFcxupHiYkro49S8yGasTvXEYBVPamhGW6cFJodrTHy", "xprvA41z7zogVVwxVSgdKUHDy1SKmdb533PjDz7J6N6mV6uS3ze1ai8FHa8kmHScGpWmj4WggLyQjgPie1rFSruoUihUZREPSL39UNdE3BBDu76" },
        { Seed2, "m", "xpub661MyMwAqRbcFW31YEwpkMuc5THy2PSt5bDMsktWQcFF8syAmRUapSCGu8ED9W6oDMSgv6Zz8idoc4a6mr8BDzTJY47LJhkJ8UB7WEGuduB", "xprv9s21ZrQH143K31xYSDQpPDxsXRTUcvj2iNHm5NUtrGiGG5e2DtALGdso3pGz6ssrdK4PFmM8NSpSBHNqPqm55Qn3LqFtT2emdEXVYsCzC2U" },
        { Seed2, "m/0", "xpub69H7F5d8KSRgmmdJg2KhpAK8SR3DjMwAdkxj3ZuxV27CprR9LgpeyGmXUbC6wb7ERfvrnKZjXoUmmDznezpbZb7ap6r1D3tgFxHmwMkQTPH", "xprv9vHkqa6EV4sPZHYqZznhT2NPtPCjKuDKGY38FBWLvgaDx45zo9WQRUT3dKYnjwih2yJD9mkrocEZXo1ex8G81dwSM1fwqWpWkeS3v86pgKt" },
        { Seed2, "m/0/2147483647'", "xpub6ASAVgeehLbnwdqV6UKMHVzgqAG8Gr6riv3Fxxpj8ksbH9ebxaEyBLZ85ySDhKiLDBrQSARLq1uNRts8RuJiHjaDMBU4Zn9h8LZNnBC5y4a", "xprv9wSp6B7kry3Vj9m1zSnLvN3xH8RdsPP1Mh7fAaR7aRLcQMKTR2vidYEeEg2mUCTAwCd6vnxVrcjfy2kRgVsFawNzmjuHc2YmYRmagcEPdU9" },
        { Seed2, "m/0/2147483647'/1", "xpub6DF8uhdarytz3FWdA8TvFSvvAh8dP3283MY7p2V4SeE2wyWmG5mg5EwVvmdMVCQcoNJxGoWaU9DCWh89LojfZ537wTfunKau47EL2dhHKon", "xprv9zFnWC6h2cLgpmSA46vutJzBcfJ8yaJGg8cX1e5StJh45BBciYTRXSd25UEPVuesF9yog62tGAQtHjXajPPdbRCHuWS6T8XA2ECKADdw4Ef" },
        { Seed2, "m/0/2147483647'/1/2147483646'", "xpub6ERApfZwUNrhLCkDtcHTcxd75RbzS1ed54G1LkBUHQVHQKqhMkhgbmJbZRkrgZw4koxb5JaHWkY4ALHY2grBGRjaDMzQLcgJvLJuZZvRcEL", "xprvA1RpRA33e1JQ7ifknakTFpgNXPmW2YvmhqLQYMmrj4xJXXWYpDPS3xz7iAxn8L39njGVyuoseXzU6rcxFLJ8HFsTjSyQbLYnMpCqE2VbFWc" },
        { Seed2, "m/0/2147483647'/1/2147483646'/2", "xpub6FnCn6nSzZAw5Tw7cgR9bi15UV96gLZhjDstkXXxvCLsUXBGXPdSnLFbdpq8p9HmGsApME5hQTZ3emM2rnY5agb9rXpVGyy3bdW6EEgAtqt", "xprvA2nrNbFZABcdryreWet9Ea4LvTJcGsqrMzxHx98MMrotbir7yrKCEXw7nadnHM8Dq38EGfSh6dqA9QWTyefMLEcBYJUuekgW4BYPJcr9E7j" },
        { Seed3, "m", "xpub661MyMwAqRbcEZVB4dScxMAdx6d4nFc9nvyvH3v4gJL378CSRZiYmhRoP7mBy6gSPSCYk6SzXPTf3ND1cZAceL7SfJ1Z3GC8vBgp2epUt13", "xprv9s21ZrQH143K25QhxbucbDDuQ4naNntJRi4KUfWT7xo4EKsHt2QJDu7KXp1A3u7Bi1j8ph3EGsZ9Xvz9dGuVrtHHs7pXeTzjuxBrCmmhgC6" },
        { Seed3, "m/0'", "xpub68NZiKmJWnxxS6aaHmn81bvJeTESw724CRDs6HbuccFQN9Ku14VQrADWgqbhhTHBaohPX4CjNLf9fq9MYo6oDaPPLPxSb7gwQN3ih19Zm4Y", "xprv9uPDJpEQgRQfDcW7BkF7eTya6RPxXeJCqCJGHuCJ4GiRVLzkTXBAJMu2qaMWPrS7AANYqdq6vcBcBUdJCVVFceUvJFjaPdGZ2y9WACViL4L" },
        { Seed4, "m", "xpub661MyMwAqRbcGczjuMoRm6dXaLDEhW1u34gKenbeYqAix21mdUKJyuyu5F1rzYGVxyL6tmgBUAEPrEz92mBXjByMRiJdba9wpnN37RLLAXa", "xprv9s21ZrQH143K48vGoLGRPxgo2JNkJ3J3fqkirQC2zVdk5Dgd5w14S7fRDyHH4dWNHUgkvsvNDCkvAwcSHNAQwhwgNMgZhLtQC63zxwhQmRv" },
        { Seed4, "m/0'", "xpub69AUMk3qDBi3uW1sXgjCmVjJ2G6WQoYSnNHyzkmdCHEhSZ4tBok37xfFEqHd2AddP56Tqp4o56AePAgCjYdvpW2PU2jbUPFKsav5ut6Ch1m", "xprv9vB7xEWwNp9kh1wQRfCCQMnZUEG21LpbR9NPCNN1dwhiZkjjeGRnaALmPXCX7SgjFTiCTT6bXes17boXtjq3xLpcDjzEuGLQBM5ohqkao9G" },
        { Seed4, "m/0'/1'", "xpub6BJA1jSqiukeaesWfxe6sNK9CCGaujFFSJLomWHprUL9DePQ4JDkM5d88n49sMGJxrhpjazuXYWdMf17C9T5XnxkopaeS7jGk1GyyVziaMt", "xprv9xJocDuwtYCMNAo3Zw76WENQeAS6WGXQ55RCy7tDJ8oALr4FWkuVoHJeHVAcAqiZLE7Je3vZJHxspZdFHfnBEjHqU5hG1Jaj32dVoS6XLT1" },
    };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void A_derived_key_has_the_published_text(string seed, string path, string xpub, string xprv)
    {
        var key = ExtKey.CreateFromSeed(Bytes(seed)).Derive(KeyPath.Parse(path));
        Assert.Equal(xprv, key.ToString(Network.Main));
        Assert.Equal(xpub, key.Neuter().ToString(Network.Main));
        Assert.Equal(xprv, key.GetWif(Network.Main).ToString());
        Assert.Equal(xpub, key.Neuter().GetWif(Network.Main).ToWif());
        Assert.Equal(key, ExtKey.Parse(xprv, Network.Main));
        Assert.Equal(key.Neuter(), ExtPubKey.Parse(xpub, Network.Main));
        Assert.Equal(key, ExtKey.CreateFromBytes(key.ToBytes()));
        Assert.Equal(KeyPath.Parse(path).Length, key.Depth);
        Assert.Equal(xprv, Assert.IsType<BitcoinExtKey>(Network.Main.Parse(xprv)).ToString());
        Assert.Equal(xpub, Assert.IsType<BitcoinExtPubKey>(Network.Main.Parse(xpub)).ToString());
    }

    [Fact]
    public void Public_derivation_gives_the_public_keys_of_private_derivation()
    {
        var master = ExtKey.CreateFromSeed(Bytes(Seed2));
        foreach (var index in (uint[])[0, 1, 1_000, int.MaxValue])
        {
            Assert.Equal(master.Derive(index).Neuter(), master.Neuter().Derive(index));
            Assert.Equal(master.Derive(index).PrivateKey.PubKey, master.Neuter().Derive(index).PubKey);
        }
        Assert.Equal(master.Derive(7).Derive(8).Neuter(), master.Neuter().Derive(new KeyPath("7/8")));
    }

    [Fact]
    public void A_child_knows_its_place()
    {
        var master = ExtKey.CreateFromSeed(Bytes(Seed1));
        var child = master.Derive(5, true);
        Assert.Equal((1, 0x80000005u, true), (child.Depth, child.Child, child.IsHardened));
        Assert.Equal(master.GetPublicKey().GetHDFingerPrint(), child.ParentFingerprint);
        Assert.Equal("3442193e", master.GetPublicKey().GetHDFingerPrint().ToString());
        Assert.Equal(HDFingerprint.Parse("3442193e"), child.ParentFingerprint);
        Assert.False(HDFingerprint.TryParse("3442193", out _));
        Assert.Equal(default, master.ParentFingerprint);
    }

    [Fact]
    public void Deriving_leaves_the_key_that_it_derives_from_whole()
    {
        var master = ExtKey.CreateFromSeed(Bytes(Seed1));
        var before = master.ToString(Network.Main);
        master.Derive(new KeyPath("1/2/3"));
        Assert.Equal(master, master.Derive(KeyPath.Empty));
        Assert.Equal(before, master.ToString(Network.Main));
    }

    [Fact]
    public void A_public_key_has_no_hardened_children() =>
        Assert.Throws<InvalidOperationException>(() => ExtKey.CreateFromSeed(Bytes(Seed1)).Neuter().Derive(0x80000000));

    [Fact]
    public void A_key_of_another_network_or_kind_is_a_format_error()
    {
        var key = ExtKey.CreateFromSeed(Bytes(Seed1));
        Assert.StartsWith("tprv", key.ToString(Network.RegTest), StringComparison.Ordinal);
        Assert.StartsWith("tpub", key.Neuter().ToString(Network.TestNet), StringComparison.Ordinal);
        Assert.Throws<FormatException>(() => ExtKey.Parse(key.ToString(Network.Main), Network.RegTest));
        Assert.Throws<FormatException>(() => ExtKey.Parse(key.Neuter().ToString(Network.Main), Network.Main));
        Assert.Throws<FormatException>(() => ExtPubKey.Parse(key.ToString(Network.Main), Network.Main));
    }

    [Fact]
    public void Fresh_master_keys_differ() => Assert.NotEqual(new ExtKey(), new ExtKey());
}
