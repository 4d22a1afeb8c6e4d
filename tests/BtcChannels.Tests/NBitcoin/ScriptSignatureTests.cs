using NBitcoin;
using NBitcoin.Crypto;
using static BtcChannels.Tests.Curve.Hex;

namespace BtcChannels.Tests.Bitcoin;

/// <summary>Signatures within scripts: what they commit to, and the encodings that consensus takes.</summary>
public partial class ScriptSignatureTests
{
    private static readonly Key s_key = new(Bytes(Two));

    [Fact]
    public void Bip143_examples_are_valid()
    {
        var native = Transaction.Parse(Samples.WitnessTransaction, Network.Main);
        TxOut[] spent =
        [
            new(Money.Coins(6.25m), Script.FromHex("2103c9f4836b9a4f77fc0d81f7bcb01b7f1b35916864b9476c241ce9fc198bd25432ac")),
            new(Money.Coins(6), Script.FromHex("00141d0f172a0ecb48aee1be1f2687d2963ae33f71a1")),
        ];
        foreach (var input in native.Inputs.AsIndexedInputs())
            Assert.True(input.VerifyScript(spent[input.Index], ScriptVerify.Standard, native.PrecomputeTransactionData(), out var error), error.ToString());
        spent[1].Value += Money.Satoshis(1L);
        Assert.False(native.Inputs.FindIndexedInput(1).VerifyScript(spent[1], out _));

        var nested = Transaction.Parse(
            "01000000000101db6b1b20aa0fd7b23880be2ecbd4a98130974cf4748fb66092ac4d3ceb1a5477010000001716001479091972186c449eb1ded22b78e40d009bdf0089feffffff02b8"
            + "b4eb0b000000001976a914a457b684d7f0d539a46a45bbc043f35b59d0d96388ac0008af2f000000001976a914fd270b1ee6abcaea97fea7ad0402e8bd8ad6d77c88ac02473044"
            + "022047ac8e878352d3ebbde1c94ce3a10d057c24175747116f8288e5d794d12d482f0220217f36a485cae903c713331d877c1f64677e3622ad4010726870540656fe9dcb012103"
            + "ad1d8e89212f0b92c74d23bb710c00662ad1470198ac48c43f7d6f93a2a2687392040000", Network.Main);
        var coin = new Coin(nested.Inputs[0].PrevOut, new TxOut(Money.Coins(10), Script.FromHex("a9144733f37cf4db86fbc2efed2500b4f4e49f31202387")));
        Assert.True(nested.Inputs.FindIndexedInput(0).VerifyScript(coin));
    }

    [Fact]
    public void Every_overload_says_the_same()
    {
        var spend = Signed(s_key.PubKey.ScriptPubKey);
        var coin = new Coin(spend.Input.PrevOut, spend.Spent);
        var input = spend.Transaction.Inputs.FindIndexedInput(0);
        var precomputed = spend.Transaction.PrecomputeTransactionData();
        foreach (var expected in (ScriptError[])[ScriptError.OK, ScriptError.NullFail])
        {
            var valid = expected == ScriptError.OK;
            Assert.Equal(valid, input.VerifyScript(spend.Spent));
            Assert.Equal(valid, input.VerifyScript(coin));
            Assert.Equal((valid, expected), (input.VerifyScript(spend.Spent, out var error), error));
            Assert.Equal((valid, expected), (input.VerifyScript(coin, out error), error));
            Assert.Equal((valid, expected), (input.VerifyScript(spend.Spent, ScriptVerify.Standard, out error), error));
            Assert.Equal((valid, expected), (input.VerifyScript(coin, ScriptVerify.Standard, out error), error));
            Assert.Equal((valid, expected), (input.VerifyScript(spend.Spent, ScriptVerify.Standard, precomputed, out error), error));
            Assert.Equal((valid, expected), (input.VerifyScript(coin, ScriptVerify.Standard, precomputed, out error), error));
            spend.Transaction.LockTime = 1;
        }
    }

    [Theory]
    [InlineData("04", ScriptVerify.StrictEnc, ScriptError.OK)]
    [InlineData("06", ScriptVerify.None, ScriptError.OK)]       // two times the generator has an even y
    [InlineData("06", ScriptVerify.StrictEnc, ScriptError.PubKeyType)]
    [InlineData("07", ScriptVerify.None, ScriptError.EvalFalse)]
    [InlineData("05", ScriptVerify.None, ScriptError.EvalFalse)]
    public void A_hybrid_key_is_one_to_consensus_if_its_prefix_is_right(string prefix, ScriptVerify flags, ScriptError expected)
    {
        var bytes = s_key.PubKey.Decompress().ToBytes();
        bytes[0] = Bytes(prefix)[0];
        var script = new Script((byte[])[65, .. bytes, (byte)OpcodeType.OP_CHECKSIG]);
        Assert.Equal(expected, Signed(script).Verify(flags));
    }

    [Fact]
    public void High_S_is_valid_where_LowS_is_not_asked_for()
    {
        var spend = Signed(s_key.PubKey.ScriptPubKey, High);
        Assert.Equal(ScriptError.OK, spend.Verify(ScriptVerify.Consensus | ScriptVerify.StrictEnc));
        Assert.Equal(ScriptError.SigHighS, spend.Verify(ScriptVerify.LowS));
    }

    [Theory]
    [InlineData(HalfOrder, true)]
    [InlineData(HalfOrderPlus1, false)]
    public void S_is_low_up_to_half_the_order(string s, bool low)
    {
        var signature = Bytes($"30250201010220{s}01");
        Assert.Equal(low, TransactionSignature.IsValid(signature, ScriptVerify.LowS, out var error));
        Assert.Equal(low ? ScriptError.OK : ScriptError.SigHighS, error);
    }

    [Fact]
    public void A_signature_in_another_encoding_than_DER_is_valid_before_BIP66()
    {
        var spend = Signed(s_key.PubKey.ScriptPubKey, der => [0x30, 0x81, .. der[1..]]);
        Assert.Equal(ScriptError.OK, spend.Verify(ScriptVerify.None));
        Assert.Equal(ScriptError.SigDer, spend.Verify(ScriptVerify.DerSig));
    }

    [Fact]
    public void A_signature_commits_to_the_script_after_the_last_separator_that_was_executed()
    {
        var tail = (Script)new Script((byte[])[.. s_key.PubKey.ScriptPubKey.ToBytes()]);
        var script = new Script((byte[])[0x00, 0x63, 0xab, 0x68, 0x51, 0x69, 0xab, .. tail.ToBytes()]);   // 0 IF CODESEPARATOR ENDIF 1 VERIFY CODESEPARATOR <key> CHECKSIG
        Assert.Equal(ScriptError.OK, Signed(script, scriptCode: tail).Verify(ScriptVerify.None));
        Assert.Equal(ScriptError.EvalFalse, Signed(script).Verify(ScriptVerify.None));
    }

    [Fact]
    public void A_signature_within_the_script_is_left_out_of_what_it_signs()
    {
        var script = (string signature) => ScriptAssembler.Assemble($"{signature} DROP 0x21 0x{s_key.PubKey.ToHex()} CHECKSIG");
        var signed = Signed(s_key.PubKey.ScriptPubKey, scriptCode: script(""));
        var push = signed.Input.ScriptSig.ToBytes();
        var within = ScriptAssembler.Assemble($"0x{Convert.ToHexStringLower(push)}") + script("").ToBytes();
        // The outpoint names the credit, which this script changes.
        signed.Spent.ScriptPubKey = within;
        Assert.Equal(ScriptError.OK, signed.Verify(ScriptVerify.None));
        signed.Spent.ScriptPubKey = new Script((byte[])[0x4c, .. push, .. script("").ToBytes()]);   // another push of the same is not taken out
        Assert.Equal(ScriptError.EvalFalse, signed.Verify(ScriptVerify.None));
    }

    [Theory]
    [InlineData(true, true, false, true)]
    [InlineData(true, false, true, true)]
    [InlineData(false, true, true, true)]
    [InlineData(true, false, false, false)]
    public void A_multisig_takes_signatures_in_the_order_of_its_keys(bool first, bool second, bool third, bool valid)
    {
        Key[] keys = [new(Bytes(One)), new(Bytes(Two)), new(Bytes(HalfOrder))];
        var script = new Script([OpcodeType.OP_2, .. keys.Select(key => Op.GetPushOp(key.PubKey.ToBytes())), OpcodeType.OP_3, OpcodeType.OP_CHECKMULTISIG]);
        var spend = ScriptSpend.Of(Script.Empty, script);
        byte[] Sign(Key key) => new TransactionSignature(key.Sign(spend.Transaction.GetSignatureHash(script, 0, SigHash.All))).ToBytes();
        var signatures = keys.Zip((bool[])[first, second, third]).Where(it => it.Second).Select(it => Sign(it.First)).ToList();
        if (signatures.Count < 2) signatures.Add(signatures[0]);
        spend.Input.ScriptSig = new Script([OpcodeType.OP_0, .. signatures.Select(Op.GetPushOp)]);
        Assert.Equal(valid ? ScriptError.OK : ScriptError.EvalFalse, spend.Verify(ScriptVerify.Consensus));
        if (!valid) return;
        signatures.Reverse();
        spend.Input.ScriptSig = new Script([OpcodeType.OP_0, .. signatures.Select(Op.GetPushOp)]);
        Assert.Equal(ScriptError.EvalFalse, spend.Verify(ScriptVerify.Consensus));
    }

    [Fact]
    public void Without_the_spent_output_there_is_nothing_to_verify() =>
        Assert.Throws<ArgumentNullException>(() => ScriptSpend.Of("1", "1").Transaction.Inputs.FindIndexedInput(0).VerifyScript((TxOut)null!, ScriptVerify.Consensus));

    private static byte[] High(byte[] der) => Curve.SignatureTests.Negate(Read(der)).ToDer();

    private static Secp256k1.Signature Read(byte[] der) => Secp256k1.Signature.TryParseDer(der, out var signature) ? signature : throw new ArgumentException("No DER", nameof(der));

    /// <summary>A spend of the script by one signature of the key, whose DER can be changed.</summary>
    private static ScriptSpend Signed(Script script, Func<byte[], byte[]>? change = null, Script? scriptCode = null)
    {
        var spend = ScriptSpend.Of(Script.Empty, script);
        var signature = s_key.Sign(spend.Transaction.GetSignatureHash(scriptCode ?? script, 0, SigHash.All)).ToDER();
        spend.Input.ScriptSig = new Script(ScriptAssembler.Push([.. change?.Invoke(signature) ?? signature, (byte)SigHash.All]));
        return spend;
    }
}
