using NBitcoin.Crypto;
using NBitcoin.DataEncoders;
using CurveSignature = Secp256k1.Signature;

namespace NBitcoin;

/// <summary>A DER signature and, after it, one byte of hash type: what a script holds.</summary>
public class TransactionSignature : ITransactionSignature
{
    /// <exception cref="ArgumentNullException"/>
    public TransactionSignature(ECDSASignature signature) : this(signature, SigHash.All)
    {
    }

    /// <exception cref="ArgumentNullException"/>
    public TransactionSignature(ECDSASignature signature, SigHash sigHash)
    {
        ArgumentNullException.ThrowIfNull(signature);
        Signature = signature;
        SigHash = sigHash;
    }

    /// <param name="sigSigHash">Strict DER (BIP66), then the hash type, which may be any byte.</param>
    /// <exception cref="FormatException">The bytes are not that.</exception>
    public TransactionSignature(byte[] sigSigHash)
    {
        ArgumentNullException.ThrowIfNull(sigSigHash);
        if (sigSigHash.Length == 0) throw new FormatException("Invalid DER signature");
        Signature = new(sigSigHash.AsSpan(..^1));
        SigHash = (SigHash)sigSigHash[^1];
    }

    /// <param name="sig">Strict DER, without a hash type.</param>
    /// <exception cref="FormatException">The bytes are not that.</exception>
    public TransactionSignature(byte[] sig, SigHash sigHash) : this(new ECDSASignature(sig), sigHash)
    {
    }

    /// <summary>Well encoded, valid for nothing: r and s are zero.</summary>
    public static TransactionSignature Empty { get; } = new(new ECDSASignature(default(CurveSignature)), SigHash.All);

    public ECDSASignature Signature { get; }

    public SigHash SigHash { get; }

    /// <summary>Whether s is at most half the group order (BIP146).</summary>
    public bool IsLowS => Signature.IsLowS;

    /// <inheritdoc cref="IsValid(byte[], ScriptVerify, out ScriptError)"/>
    public static bool IsValid(byte[] sig, ScriptVerify scriptVerify = ScriptVerify.DerSig | ScriptVerify.StrictEnc) => IsValid(sig, scriptVerify, out _);

    /// <summary>Whether a script element is encoded as the flags demand: DER by any of the three, low S by LowS, a defined hash type by StrictEnc. An empty one always is.</summary>
    public static bool IsValid(byte[] sig, ScriptVerify scriptVerify, out ScriptError error)
    {
        ArgumentNullException.ThrowIfNull(sig);
        error = ScriptError.OK;
        if (sig.Length == 0) return true;
        if ((scriptVerify & (ScriptVerify.DerSig | ScriptVerify.LowS | ScriptVerify.StrictEnc)) != 0 && !ECDSASignature.IsValidDER(sig.AsSpan(..^1)))
            error = ScriptError.SigDer;
        else if ((scriptVerify & ScriptVerify.LowS) != 0 && CurveSignature.TryParseDer(sig.AsSpan(..^1), out var value) && !value.IsLowS)
            error = ScriptError.SigHighS;
        else if ((scriptVerify & ScriptVerify.StrictEnc) != 0 && ((SigHash)sig[^1] & ~SigHash.AnyoneCanPay) is not (SigHash.All or SigHash.None or SigHash.Single))
            error = ScriptError.SigHashType;
        return error == ScriptError.OK;
    }

    /// <summary>The form with low S.</summary>
    public TransactionSignature MakeCanonical() => IsLowS ? this : new(Signature.MakeCanonical(), SigHash);

    public byte[] ToBytes() => [.. Signature.ToDER(), (byte)SigHash];

    public override bool Equals(object obj) => obj is TransactionSignature other && Signature.Value == other.Signature.Value && SigHash == other.SigHash;

    public override int GetHashCode() => HashCode.Combine(Signature.Value, SigHash);

    public static bool operator ==(TransactionSignature a, TransactionSignature b) => Equals(a, b);

    public static bool operator !=(TransactionSignature a, TransactionSignature b) => !Equals(a, b);

    /// <summary>The bytes in hex.</summary>
    public override string ToString() => Encoders.Hex.EncodeData(ToBytes());
}
