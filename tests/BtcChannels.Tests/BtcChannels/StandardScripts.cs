using NBitcoin;

namespace BtcChannels.Tests.Domain;

/// <summary>The five scripts that a channel pays to, and the least value that nodes relay to each.</summary>
internal static class StandardScripts
{
    private static readonly byte[] s_twenty = [.. Enumerable.Repeat((byte)0x55, 20)];
    private static readonly byte[] s_thirtyTwo = [.. Enumerable.Repeat((byte)0x66, 32)];

    public static readonly IReadOnlyList<(string Name, Script Script, long Dust)> All =
    [
        ("P2PKH", new Script((byte[])[0x76, 0xa9, 20, .. s_twenty, 0x88, 0xac]), 546),
        ("P2SH", new Script((byte[])[0xa9, 20, .. s_twenty, 0x87]), 540),
        ("P2WPKH", new Script((byte[])[0x00, 20, .. s_twenty]), 294),
        ("P2WSH", new Script((byte[])[0x00, 32, .. s_thirtyTwo]), 330),
        ("P2TR", new Script((byte[])[0x51, 32, .. s_thirtyTwo]), 330),
    ];

    public static TheoryData<string> Names => [.. All.Select(it => it.Name)];

    public static (Script Script, long Dust) Named(string name) => All.Where(it => it.Name == name).Select(it => (it.Script, it.Dust)).Single();
}

public class StandardScriptTests
{
    [Theory, MemberData(nameof(StandardScripts.Names), MemberType = typeof(StandardScripts))]
    public void Each_of_the_five_is_standard(string name) => Assert.True(StandardScript.Is(StandardScripts.Named(name).Script));

    [Theory, MemberData(nameof(StandardScripts.Names), MemberType = typeof(StandardScripts))]
    public void Each_has_its_dust_threshold(string name) =>
        Assert.Equal(StandardScripts.Named(name).Dust, StandardScript.DustThreshold(StandardScripts.Named(name).Script).Satoshi);

    [Theory, MemberData(nameof(StandardScripts.Names), MemberType = typeof(StandardScripts))]
    public void A_byte_more_or_less_is_not_standard(string name)
    {
        var bytes = StandardScripts.Named(name).Script.ToBytes();
        Assert.False(StandardScript.Is(new Script(bytes[..^1])));
        Assert.False(StandardScript.Is(new Script((byte[])[.. bytes, 0x00])));
    }

    [Theory]
    [InlineData("")]
    [InlineData("6a")]                       // OP_RETURN
    [InlineData("51024e73")]                 // P2A
    [InlineData("00")]
    [InlineData("21024646464646464646464646464646464646464646464646464646464646464646ac")]
    public void Others_are_not(string hex) => Assert.False(StandardScript.Is(Script.FromHex(hex)));

    [Fact]
    public void A_witness_program_of_another_version_is_not() =>
        Assert.False(StandardScript.Is(new Script((byte[])[0x52, 32, .. new byte[32]])));

    [Fact]
    public void It_is_read_from_lower_case_hex_only()
    {
        var hex = Sample.Change.ToHex();
        Assert.True(StandardScript.TryParse(hex, out var script));
        Assert.Equal(Sample.Change, script);
        Assert.False(StandardScript.TryParse(hex.ToUpperInvariant(), out _));
        Assert.False(StandardScript.TryParse(hex[1..], out _));
        Assert.False(StandardScript.TryParse("6a", out _));
        Assert.False(StandardScript.TryParse(null, out _));
    }
}
