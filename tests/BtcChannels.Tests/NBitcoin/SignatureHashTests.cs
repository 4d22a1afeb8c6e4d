using System.Text.Json;
using NBitcoin;

namespace BtcChannels.Tests.Bitcoin;

public class SignatureHashTests
{
    const string MultisigScript =
        "56210307b8ae49ac90a048e9b53357a2354b3334e9c8bee813ecb98e99a7e07e8c3ba32103b28f0c28bfab54554ae8c658ac5c3e0ce6e79ad336331f78c428dd43eea8449b21034b"
        + "8113d703413d57761b8b9781957b8c0ac1dfe69f492580ca4195f50376ba4a21033400f6afecb833092a9a21cfdf1ed1376e58c5d1f47de74683123987e967a8f42103a6d48b1131"
        + "e94ba04d9737d61acdaa1322008af9602b3b14862c07a1789aac162102d8b661b0b3302ee2f162b09e07a55ad5dfbe673a9f01d9f0c19617681024306b56ae";

    const string MultisigTransaction =
        "010000000136641869ca081e70f394c6948e8af409e18b619df2ed74aa106c1ca29787b96e0100000000ffffffff0200e9a435000000001976a914389ffce9cd9ae88dcc0631e88a"
        + "821ffdbe9bfe2688acc0832f05000000001976a9147480a33f950689af511e6e84c138dbbd3c3ee41588ac00000000";

    [SharedFact]
    public void It_is_that_of_the_consensus_vectors()
    {
        var vectors = JsonDocument.Parse(File.ReadAllText(SharedFolder.File("vectors/sighash.json"))).RootElement
            .EnumerateArray().Where(item => item.GetArrayLength() == 5).ToList();
        Assert.Equal(500, vectors.Count);
        Assert.All(vectors, item =>
        {
            var transaction = Transaction.Parse(item[0].GetString()!, Network.Main);
            var hash = transaction.GetSignatureHash(
                Script.FromHex(item[1].GetString()!), item[2].GetInt32(), (SigHash)unchecked((uint)item[3].GetInt32()));
            Assert.Equal(item[4].GetString(), hash.ToString());
            Assert.Equal(item[0].GetString(), transaction.ToHex());
        });
    }

    [Fact]
    public void Single_without_an_output_at_its_index_is_the_number_one()
    {
        var transaction = Transaction.Parse(Samples.UnsignedTransaction, Network.Main);
        transaction.Outputs.RemoveAt(1);
        Assert.Equal(uint256.One, transaction.GetSignatureHash(Script.FromHex("51"), 1, SigHash.Single));
        Assert.NotEqual(uint256.One, transaction.GetSignatureHash(Script.FromHex("51"), 0, SigHash.Single));
    }

    [Fact]
    public void Code_separators_are_left_out_where_they_are_operations()
    {
        var transaction = Transaction.Parse(Samples.UnsignedTransaction, Network.Main);
        uint256 Hash(string script) => transaction.GetSignatureHash(Script.FromHex(script), 0, SigHash.All);
        Assert.Equal(Hash("51ac"), Hash("ab51abacab"));
        Assert.NotEqual(Hash("01ac"), Hash("01abac"));
    }

    [Fact]
    public void Bip143_hashes_a_native_key_output()
    {
        var transaction = Transaction.Parse(Samples.UnsignedTransaction, Network.Main);
        var coin = new Coin(transaction.Inputs[1].PrevOut, new TxOut(Money.Coins(6), Script.FromHex("00141d0f172a0ecb48aee1be1f2687d2963ae33f71a1")));
        var hash = transaction.Inputs.FindIndexedInput(1).GetSignatureHash(coin, SigHash.All);
        Assert.Equal("c37af31116d1b27caf68aae9e3ac82f1477929014d5b917657d0eb49478cb670", Convert.ToHexStringLower(hash.ToBytes()));
    }

    [Fact]
    public void Bip143_signs_a_native_key_output()
    {
        var transaction = Transaction.Parse(Samples.UnsignedTransaction, Network.Main);
        using var key = new Key(Convert.FromHexString("619c335025c7f4012e556c2a58b2506e30b8511b53ade95ea316fd8c3286feb9"));
        var coin = new Coin(transaction.Inputs[1].PrevOut, new TxOut(Money.Coins(6), key.PubKey.WitHash.ScriptPubKey));
        var published = Transaction.Parse(Samples.WitnessTransaction, Network.Main).Inputs[1].WitScript;
        Assert.Equal(published[0], transaction.Inputs.FindIndexedInput(1).Sign(key, coin).ToBytes());
        Assert.Equal(published[1], key.PubKey.ToBytes());
    }

    [Fact]
    public void Bip143_hashes_a_key_output_within_p2sh()
    {
        var transaction = Transaction.Parse(
            "0100000001db6b1b20aa0fd7b23880be2ecbd4a98130974cf4748fb66092ac4d3ceb1a54770100000000feffffff02b8b4eb0b000000001976a914a457b684d7f0d539a46a45bbc043"
            + "f35b59d0d96388ac0008af2f000000001976a914fd270b1ee6abcaea97fea7ad0402e8bd8ad6d77c88ac92040000", Network.Main);
        var program = Script.FromHex("001479091972186c449eb1ded22b78e40d009bdf0089");
        var coin = new Coin(transaction.Inputs[0].PrevOut, new TxOut(Money.Coins(10), program.PaymentScript)).ToScriptCoin(program);
        var hash = transaction.Inputs.FindIndexedInput(0).GetSignatureHash(coin, SigHash.All);
        Assert.Equal("64f3b0f4dd2bb3aa1ce8566d220cc74dda9df97d8490cc81d89d735c92e59fb6", Convert.ToHexStringLower(hash.ToBytes()));
    }

    [Theory]
    [InlineData(SigHash.All, "185c0be5263dce5b4bb50a047973c1b6272bfbd0103a89444597dc40b248ee7c")]
    [InlineData(SigHash.None, "e9733bc60ea13c95c6527066bb975a2ff29a925e80aa14c213f686cbae5d2f36")]
    [InlineData(SigHash.Single, "1e1f1c303dc025bd664acb72e583e933fae4cff9148bf78c157d1e8f78530aea")]
    [InlineData(SigHash.All | SigHash.AnyoneCanPay, "2a67f03e63a6a422125878b40b82da593be8d4efaafe88ee528af6e5a9955c6e")]
    [InlineData(SigHash.None | SigHash.AnyoneCanPay, "781ba15f3779d5542ce8ecb5c18716733a5ee42a6f51488ec96154934e2c890a")]
    [InlineData(SigHash.Single | SigHash.AnyoneCanPay, "511e8e52ed574121fc1b654970395502128263f62662e076dc6baf05c2e6a99b")]
    public void Bip143_hashes_a_script_output_within_p2sh(SigHash type, string expected)
    {
        var transaction = Transaction.Parse(MultisigTransaction, Network.Main);
        var script = Script.FromHex(MultisigScript);
        var paid = new TxOut(Money.Coins(9.87654321m), script.WitHash.ScriptPubKey.PaymentScript);
        Assert.Equal("a9149993a429037b5d912407a71c252019287b8d27a587", paid.ScriptPubKey.ToHex());
        var coin = new Coin(transaction.Inputs[0].PrevOut, paid).ToScriptCoin(script);
        var hash = transaction.Inputs.FindIndexedInput(0).GetSignatureHash(coin, type);
        Assert.Equal(expected, Convert.ToHexStringLower(hash.ToBytes()));
    }

    [Fact]
    public void A_coin_of_p2sh_signs_its_redeem_script()
    {
        var transaction = Transaction.Parse(Samples.UnsignedTransaction, Network.Main);
        var redeem = Script.FromHex("51ac");
        var coin = new Coin(transaction.Inputs[0].PrevOut, new TxOut(Money.Coins(1), redeem.PaymentScript));
        Assert.Equal(
            transaction.GetSignatureHash(redeem, 0, SigHash.All),
            transaction.Inputs.FindIndexedInput(coin.Outpoint).GetSignatureHash(coin.ToScriptCoin(redeem), SigHash.All));
        Assert.Throws<ArgumentException>(() => coin.ToScriptCoin(Script.FromHex("52ac")));
    }
}
