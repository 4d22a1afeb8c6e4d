using System.Text.Json;
using NBitcoin;
using NBitcoin.Crypto;
using static BtcChannels.Tests.Curve.Hex;

namespace BtcChannels.Tests.NBitcoinApi;

public partial class TransactionSignatureTests
{
    public static TheoryData<string> Canonical => Vectors("sig_canonical.json");

    public static TheoryData<string> NonCanonical => Vectors("sig_noncanonical.json");

    [SharedTheory]
    [MemberData(nameof(Canonical))]
    public void Canonical_signatures_are_valid(string hex) => Assert.True(TransactionSignature.IsValid(Bytes(hex), ScriptVerify.StrictEnc, out _));

    [SharedTheory]
    [MemberData(nameof(NonCanonical))]
    public void Signatures_that_are_not_canonical_are_refused(string hex)
    {
        Assert.False(TransactionSignature.IsValid(Bytes(hex), ScriptVerify.StrictEnc, out var error));
        Assert.Equal(hex.EndsWith("11", StringComparison.Ordinal) ? ScriptError.SigHashType : ScriptError.SigDer, error);
        if (error == ScriptError.SigDer) Assert.Throws<FormatException>(() => new TransactionSignature(Bytes(hex)));
    }

    [Theory]
    [InlineData(SigHash.All, true)]
    [InlineData(SigHash.None, true)]
    [InlineData(SigHash.Single, true)]
    [InlineData(SigHash.All | SigHash.AnyoneCanPay, true)]
    [InlineData(SigHash.Single | SigHash.AnyoneCanPay, true)]
    [InlineData((SigHash)0, false)]
    [InlineData((SigHash)4, false)]
    [InlineData((SigHash)0x80, false)]
    [InlineData((SigHash)0xff, false)]
    public void The_hash_type_is_kept_and_a_defined_one_is_strict(SigHash type, bool defined)
    {
        var bytes = new TransactionSignature(new Key().Sign(uint256.One), type).ToBytes();
        Assert.Equal(type, new TransactionSignature(bytes).SigHash);
        Assert.Equal(bytes, new TransactionSignature(bytes).ToBytes());
        Assert.Equal(defined, TransactionSignature.IsValid(bytes));
    }

    [Fact]
    public void High_S_is_refused_where_LowS_is_asked_for()
    {
        var high = Bytes("30460221" + "00" + OrderLess1 + "0221" + "00" + OrderLess1 + "01");
        Assert.True(TransactionSignature.IsValid(high));
        Assert.False(TransactionSignature.IsValid(high, ScriptVerify.LowS, out var error));
        Assert.Equal(ScriptError.SigHighS, error);
        Assert.True(new TransactionSignature(high).MakeCanonical().IsLowS);
    }

    [Theory]
    [InlineData("01")]
    [InlineData("30060201010201" + "01")]   // the hash type is missing
    public void What_is_no_signature_is_a_format_error(string hex) => Assert.Throws<FormatException>(() => new TransactionSignature(Bytes(hex)));

    [Fact]
    public void Signatures_are_equal_by_bytes()
    {
        var signature = new Key().Sign(uint256.One);
        Assert.True(new TransactionSignature(signature, SigHash.All) == new TransactionSignature(signature));
        Assert.True(new TransactionSignature(signature, SigHash.All) != new TransactionSignature(signature, SigHash.None));
        Assert.Equal(signature.ToDER(), new TransactionSignature(signature.ToDER(), SigHash.All).Signature.ToDER());
    }

    [Fact]
    public void An_ECDSA_signature_reads_DER_and_compact()
    {
        var signature = new Key().Sign(uint256.One);
        Assert.True(ECDSASignature.TryParseFromCompact(signature.ToCompact(), out var same));
        Assert.Equal(signature.ToDER(), same.ToDER());
        Assert.Equal(signature.ToCompact(), ECDSASignature.FromDER(signature.ToDER()).ToCompact());
        Assert.True(ECDSASignature.IsValidDER(signature.ToDER()));
        Assert.False(ECDSASignature.IsValidDER([.. signature.ToDER(), 1]));
        Assert.False(ECDSASignature.TryParseFromCompact(new byte[63], out _));
    }

    // What is no hex in these lists is a comment.
    private static TheoryData<string> Vectors(string file) => [.. JsonSerializer.Deserialize<string[]>(File.ReadAllText(SharedFolder.File($"vectors/{file}")))!
        .Where(item => item.Length % 2 == 0 && item.All(char.IsAsciiHexDigit))];
}
