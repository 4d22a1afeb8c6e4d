using NBitcoin;

namespace BtcChannels.Tests.Bitcoin;

public class ScriptTests
{
    const string Key = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";

    [Theory]
    [InlineData(0, "00")]
    [InlineData(1, "51")]
    [InlineData(16, "60")]
    [InlineData(17, "0111")]
    [InlineData(127, "017f")]
    [InlineData(128, "028000")]
    [InlineData(255, "02ff00")]
    [InlineData(500, "02f401")]
    [InlineData(32_768, "03008000")]
    [InlineData(500_000, "0320a107")]
    [InlineData(1_700_000_000, "0400f15365")]
    [InlineData(int.MaxValue, "04ffffff7f")]
    [InlineData(2_147_483_648, "050000008000")]
    [InlineData(uint.MaxValue, "05ffffffff00")]
    [InlineData(-1, "4f")]
    [InlineData(-2, "0182")]
    [InlineData(-255, "02ff80")]
    public void A_number_is_pushed_in_the_shortest_way(long number, string hex)
    {
        var op = Op.GetPushOp(number);
        Assert.Equal(hex, Convert.ToHexStringLower(op.ToBytes()));
        Assert.Equal(number, op.GetLong());
    }

    [Theory]
    [InlineData("", "00")]
    [InlineData("05", "55")]
    [InlineData("10", "60")]
    [InlineData("11", "0111")]
    [InlineData("81", "4f")]
    [InlineData("00", "0100")]
    public void Bytes_that_are_a_small_number_are_pushed_by_its_code(string data, string hex) =>
        Assert.Equal(hex, Convert.ToHexStringLower(Op.GetPushOp(Convert.FromHexString(data)).ToBytes()));

    [Theory]
    [InlineData(75, "4b")]
    [InlineData(76, "4c4c")]
    [InlineData(255, "4cff")]
    [InlineData(256, "4d0001")]
    [InlineData(65_535, "4dffff")]
    [InlineData(65_536, "4e00000100")]
    public void Longer_bytes_are_pushed_with_their_length(int length, string prefix)
    {
        var data = Enumerable.Repeat((byte)7, length).ToArray();
        var script = new Script(Op.GetPushOp(data));
        Assert.Equal(prefix + Convert.ToHexStringLower(data), script.ToHex());
        Assert.Equal(data, Assert.Single(script.ToOps()).PushData);
    }

    [Fact]
    public void The_redeem_script_of_a_channel_is_built_of_ops()
    {
        var key = Convert.FromHexString(Key);
        var script = new Script(
            OpcodeType.OP_IF, Op.GetPushOp(key), OpcodeType.OP_CHECKSIGVERIFY, OpcodeType.OP_ELSE, Op.GetPushOp(500),
            OpcodeType.OP_CHECKLOCKTIMEVERIFY, OpcodeType.OP_DROP, OpcodeType.OP_ENDIF, Op.GetPushOp(key), OpcodeType.OP_CHECKSIG);
        Assert.Equal($"6321{Key}ad6702f401b1756821{Key}ac", script.ToHex());
        Assert.Equal(78, script.Length);
        Assert.Equal($"OP_IF {Key} OP_CHECKSIGVERIFY OP_ELSE f401 OP_CLTV OP_DROP OP_ENDIF {Key} OP_CHECKSIG", script.ToString());
        Assert.Equal(script, new Script(script.ToString()));
        Assert.True(script.IsValid && script.HasCanonicalPushes && !script.IsPushOnly);
    }

    [Fact]
    public void Ops_are_read_back_as_they_were_written()
    {
        byte[] bytes = [0x00, 0x4f, 0x51, 0x60, 0x01, 0x05, 0x4c, 0x01, 0xaa, 0x4d, 0x01, 0x00, 0xbb, 0x4e, 0x01, 0x00, 0x00, 0x00, 0xcc, 0xac, 0xff];
        var ops = new Script(bytes).ToOps().ToList();
        Assert.Equal(bytes, ops.SelectMany(op => op.ToBytes()));
        Assert.Equal(10, ops.Count);
        Assert.False(new Script(bytes).HasCanonicalPushes);
    }

    [Theory]
    [InlineData("02aa")]
    [InlineData("4c")]
    [InlineData("4c02aa")]
    [InlineData("4d02")]
    [InlineData("4e05000000aa")]
    [InlineData("4effffffffaa")]
    public void A_push_that_the_end_cuts_off_makes_the_script_invalid(string hex)
    {
        var script = Script.FromHex("51" + hex);
        Assert.False(script.IsValid);
        Assert.False(script.IsPushOnly);
        Assert.Equal("51" + hex, script.ToHex());
    }

    [Fact]
    public void It_does_not_change_with_the_array_that_it_was_made_of()
    {
        byte[] bytes = [0x51, 0x52];
        var script = new Script(bytes);
        bytes[0] = 0;
        script.ToBytes()[1] = 0;
        Assert.Equal("5152", script.ToHex());
    }

    [Fact]
    public void Nothing_spends_what_starts_with_return()
    {
        Assert.True(Script.FromHex("6a0101").IsUnspendable);
        Assert.False(Script.FromHex("516a").IsUnspendable);
    }

    [Theory]
    [InlineData("76a914751e76e8199196d454941c45d1b3a323f1433bd688ac", ScriptType.P2PKH, typeof(KeyId))]
    [InlineData("a914751e76e8199196d454941c45d1b3a323f1433bd687", ScriptType.P2SH, typeof(ScriptId))]
    [InlineData("0014751e76e8199196d454941c45d1b3a323f1433bd6", ScriptType.P2WPKH, typeof(WitKeyId))]
    [InlineData("00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262", ScriptType.P2WSH, typeof(WitScriptId))]
    [InlineData("512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798", ScriptType.Taproot, typeof(TaprootPubKey))]
    public void The_standard_forms_are_known(string hex, ScriptType type, Type destination)
    {
        var script = Script.FromHex(hex);
        Assert.True(script.IsScriptType(type));
        Assert.IsType(destination, script.GetDestination());
        Assert.Equal(script, script.GetDestination().ScriptPubKey);
        Assert.False((script + OpcodeType.OP_NOP).IsScriptType(type));
    }

    [Theory]
    [InlineData("")]
    [InlineData("51")]
    [InlineData("6a0101")]
    [InlineData("0013751e76e8199196d454941c45d1b3a323f1433b")]
    public void Other_forms_have_no_address(string hex)
    {
        Assert.Null(Script.FromHex(hex).GetDestination());
        Assert.Null(Script.FromHex(hex).GetDestinationAddress(Network.Main));
    }

    [Fact]
    public void It_is_paid_by_its_hash()
    {
        var script = Script.FromHex("51");
        Assert.Equal("a914da1745e9b549bd0bfa1a569971c77eba30cd5a4b87", script.PaymentScript.ToHex());
        Assert.Equal("00204ae81572f06e1b88fd5ced7a1a000945432e83e1551e6f721ee9c00b8cc33260", script.WitHash.ScriptPubKey.ToHex());
    }

    [Fact]
    public void A_witness_is_a_stack_of_pushes()
    {
        var witness = new WitScript(Op.GetPushOp([1, 2, 3]), OpcodeType.OP_0, Op.GetPushOp([9]));
        Assert.Equal("03" + "03010203" + "00" + "0109", Convert.ToHexStringLower(witness.ToBytes()));
        Assert.Equal(witness, new WitScript(witness.ToBytes()));
        Assert.Equal((3, 9), (witness.PushCount, witness[2][0]));
        Assert.Equal(witness, witness.ToScript().ToWitScript());
    }
}
