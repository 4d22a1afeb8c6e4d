using System.Runtime.InteropServices;

namespace Secp256k1;

/// <summary>The functions of libsecp256k1 as its header declares them. 1 is success, 0 is failure.</summary>
internal static unsafe partial class Native
{
    public const string LibraryName = "secp256k1";

    public const uint ContextSignVerify = 0x0301;   // versions before 0.2 ask for the flags, later ones ignore them
    public const uint Compressed = 0x0102;
    public const uint Uncompressed = 0x0002;
    public const int PublicKeySize = 64;
    public const int SignatureSize = 64;

    public static readonly string[] Required =
    [
        "secp256k1_context_create", "secp256k1_context_randomize", "secp256k1_context_set_illegal_callback", "secp256k1_context_set_error_callback",
        "secp256k1_ec_seckey_verify", "secp256k1_ec_pubkey_create", "secp256k1_ec_pubkey_parse", "secp256k1_ec_pubkey_serialize",
        "secp256k1_ec_pubkey_tweak_add", "secp256k1_ecdsa_sign", "secp256k1_ecdsa_verify",
        "secp256k1_ecdsa_signature_parse_compact", "secp256k1_ecdsa_signature_serialize_compact",
    ];

    [LibraryImport(LibraryName, EntryPoint = "secp256k1_context_create")]
    public static partial nint ContextCreate(uint flags);

    [LibraryImport(LibraryName, EntryPoint = "secp256k1_context_randomize")]
    public static partial int ContextRandomize(nint context, byte* seed32);

    [LibraryImport(LibraryName, EntryPoint = "secp256k1_context_set_illegal_callback")]
    public static partial void SetIllegalCallback(nint context, delegate* unmanaged[Cdecl]<byte*, void*, void> callback, void* data);

    [LibraryImport(LibraryName, EntryPoint = "secp256k1_context_set_error_callback")]
    public static partial void SetErrorCallback(nint context, delegate* unmanaged[Cdecl]<byte*, void*, void> callback, void* data);

    [LibraryImport(LibraryName, EntryPoint = "secp256k1_ec_seckey_verify")]
    public static partial int SecretKeyVerify(nint context, byte* key32);

    [LibraryImport(LibraryName, EntryPoint = "secp256k1_ec_seckey_tweak_add")]
    public static partial int SecretKeyTweakAdd(nint context, byte* key32, byte* tweak32);

    [LibraryImport(LibraryName, EntryPoint = "secp256k1_ec_privkey_tweak_add")]
    public static partial int SecretKeyTweakAddByOldName(nint context, byte* key32, byte* tweak32);

    [LibraryImport(LibraryName, EntryPoint = "secp256k1_ec_pubkey_create")]
    public static partial int PublicKeyCreate(nint context, byte* key, byte* secret32);

    [LibraryImport(LibraryName, EntryPoint = "secp256k1_ec_pubkey_parse")]
    public static partial int PublicKeyParse(nint context, byte* key, byte* input, nuint inputLength);

    [LibraryImport(LibraryName, EntryPoint = "secp256k1_ec_pubkey_serialize")]
    public static partial int PublicKeySerialize(nint context, byte* output, nuint* outputLength, byte* key, uint flags);

    [LibraryImport(LibraryName, EntryPoint = "secp256k1_ec_pubkey_tweak_add")]
    public static partial int PublicKeyTweakAdd(nint context, byte* key, byte* tweak32);

    [LibraryImport(LibraryName, EntryPoint = "secp256k1_ecdsa_sign")]
    public static partial int Sign(nint context, byte* signature, byte* hash32, byte* secret32, void* nonceFunction, byte* extraEntropy32);

    [LibraryImport(LibraryName, EntryPoint = "secp256k1_ecdsa_verify")]
    public static partial int Verify(nint context, byte* signature, byte* hash32, byte* key);

    [LibraryImport(LibraryName, EntryPoint = "secp256k1_ecdsa_signature_parse_compact")]
    public static partial int SignatureParseCompact(nint context, byte* signature, byte* input64);

    [LibraryImport(LibraryName, EntryPoint = "secp256k1_ecdsa_signature_serialize_compact")]
    public static partial int SignatureSerializeCompact(nint context, byte* output64, byte* signature);
}
