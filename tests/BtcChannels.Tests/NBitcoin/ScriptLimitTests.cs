using NBitcoin;

namespace BtcChannels.Tests.Bitcoin;

/// <summary>Consensus' bounds, at the bound and one above it.</summary>
public class ScriptLimitTests
{
    [Theory]
    [InlineData(10_000, ScriptError.OK)]
    [InlineData(10_001, ScriptError.ScriptSize)]
    public void A_script_has_at_most_10_000_bytes(int size, ScriptError expected)
    {
        // Pushes of 520 bytes are dropped again: 19 of them, then small ones.
        var script = Enumerable.Repeat((byte[])[.. ScriptAssembler.Push(new byte[520]), (byte)OpcodeType.OP_DROP], 19).SelectMany(bytes => bytes).ToList();
        script.AddRange(Enumerable.Repeat((byte)OpcodeType.OP_1, size - script.Count));
        Assert.Equal(size, script.Count);
        Assert.Equal(expected, ScriptSpend.Of(Script.Empty, new Script(script)).Verify(ScriptVerify.None));
        Assert.Equal(expected, ScriptSpend.Of(new Script(script), Script.FromHex("51")).Verify(ScriptVerify.None));
    }

    [Theory]
    [InlineData(520, ScriptError.OK)]
    [InlineData(521, ScriptError.PushSize)]
    public void An_element_has_at_most_520_bytes_even_where_it_is_not_pushed(int size, ScriptError expected)
    {
        var push = ScriptAssembler.Push([.. Enumerable.Repeat((byte)1, size)]);
        Assert.Equal(expected, ScriptSpend.Of(new Script(push), Script.Empty).Verify(ScriptVerify.None));
        Assert.Equal(expected, ScriptSpend.Of(Script.Empty, new Script((byte[])[0x51, 0x00, 0x63, .. push, 0x68])).Verify(ScriptVerify.None));
        Assert.Equal(expected, ScriptSpend.OfWitness(ScriptAssembler.Assemble("DROP 1"), new byte[size]).Verify(ScriptVerify.Consensus));
    }

    [Theory]
    [InlineData("NOP", 201, ScriptError.OK)]
    [InlineData("NOP", 202, ScriptError.OpCount)]
    [InlineData("0 IF NOP ENDIF", 67, ScriptError.OK)]     // three each, executed or not
    [InlineData("0 IF NOP ENDIF", 68, ScriptError.OpCount)]
    [InlineData("0 0 0 20 CHECKMULTISIG DROP", 9, ScriptError.InvalidStackOperation)]
    public void A_script_has_at_most_201_operations(string part, int times, ScriptError expected) =>
        Assert.Equal(expected, ScriptSpend.Of("1", string.Join(' ', Enumerable.Repeat(part, times))).Verify(ScriptVerify.None));

    [Theory]
    [InlineData(9, 12, ScriptError.OK)]        // 9 times 21 are 189
    [InlineData(9, 13, ScriptError.OpCount)]
    public void Each_key_of_a_multisig_is_an_operation(int multisigs, int more, ScriptError expected)
    {
        var keys = string.Join(' ', Enumerable.Repeat("0", 20));
        var script = $"{string.Join(' ', Enumerable.Repeat($"0 0 {keys} 20 CHECKMULTISIG", multisigs))} {string.Join(' ', Enumerable.Repeat("NOP", more))}";
        Assert.Equal(expected, ScriptSpend.Of("", script).Verify(ScriptVerify.None));
    }

    [Theory]
    [InlineData(20, ScriptError.OK)]
    [InlineData(21, ScriptError.PubkeyCount)]
    [InlineData(-1, ScriptError.PubkeyCount)]
    public void A_multisig_has_at_most_20_keys(int keys, ScriptError expected) =>
        Assert.Equal(expected, ScriptSpend.Of("", $"0 0 {string.Join(' ', Enumerable.Repeat("0", Math.Max(keys, 0)))} {keys} CHECKMULTISIG").Verify(ScriptVerify.None));

    [Theory]
    [InlineData(1_000, 0, ScriptError.OK)]
    [InlineData(1_001, 0, ScriptError.StackSize)]
    [InlineData(1_000, 100, ScriptError.OK)]
    public void Both_stacks_have_at_most_1_000_elements(int elements, int moved, ScriptError expected) =>
        Assert.Equal(expected, ScriptSpend.Of("", Numbers(elements) + " " + string.Join(' ', Enumerable.Repeat("TOALTSTACK", moved))).Verify(ScriptVerify.None));

    [Fact]
    public void The_alternate_stack_counts_too() =>
        Assert.Equal(ScriptError.StackSize, ScriptSpend.Of("", $"{Numbers(100)} {string.Join(' ', Enumerable.Repeat("TOALTSTACK", 100))} {Numbers(901)}").Verify(ScriptVerify.None));

    [Fact]
    public void A_witness_starts_with_at_most_1_000_elements()
    {
        var script = ScriptAssembler.Assemble(string.Join(' ', Enumerable.Repeat("2DROP", 100)) + " 1");
        Assert.Equal(ScriptError.StackSize, ScriptSpend.OfWitness(script, [.. Enumerable.Repeat((byte[])[1], 1_003)]).Verify(ScriptVerify.Consensus));
        Assert.Equal(ScriptError.EvalFalse, ScriptSpend.OfWitness(script, [.. Enumerable.Repeat((byte[])[1], 1_000)]).Verify(ScriptVerify.Consensus));
        Assert.Equal(ScriptError.OK, ScriptSpend.OfWitness(script, [.. Enumerable.Repeat((byte[])[1], 200)]).Verify(ScriptVerify.Consensus));
    }

    [Theory]
    [InlineData("0x04 0xffffff7f", "1ADD 0x05 0x0000008000 EQUAL", ScriptError.OK)]
    [InlineData("0x04 0xffffff7f", "1ADD 1ADD", ScriptError.UnknownError)]
    [InlineData("0x04 0xffffffff", "NEGATE 0x04 0xffffff7f NUMEQUAL", ScriptError.OK)]
    [InlineData("0x01 0x80", "0 NUMEQUAL", ScriptError.OK)]
    public void Numbers_have_at_most_4_bytes_and_results_may_have_more(string scriptSig, string scriptPubKey, ScriptError expected) =>
        Assert.Equal(expected, ScriptSpend.Of(scriptSig, scriptPubKey).Verify(ScriptVerify.None));

    private static string Numbers(int count) => string.Join(' ', Enumerable.Repeat("1", count));
}
