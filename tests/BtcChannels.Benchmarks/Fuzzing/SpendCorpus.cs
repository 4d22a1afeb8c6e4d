using NBitcoin;
using static BtcChannels.Benchmarks.Fuzzing.SpendCase;

namespace BtcChannels.Benchmarks.Fuzzing;

/// <summary>Spends that are right: of channels, of the usual scripts, and of some that use many operations.</summary>
internal static class SpendCorpus
{
    private const uint Expiry = 1_700_000_000;

    private static readonly Key s_merchant = KeyOf(0x11);
    private static readonly Key s_customer = KeyOf(0x22);
    private static readonly Key s_third = KeyOf(0x33);

    private static readonly Script s_redeem = RedeemScript.Build(s_merchant.PubKey, s_customer.PubKey, new Expiry(Expiry));
    private static readonly Script s_multisig = new(
        OpcodeType.OP_2, Push(s_merchant.PubKey.ToBytes()), Push(s_customer.PubKey.ToBytes()), Push(s_third.PubKey.ToBytes()), OpcodeType.OP_3, OpcodeType.OP_CHECKMULTISIG);

    public static IReadOnlyList<SpendCase> All { get; } =
    [
        Close(Place.P2SH), Close(Place.P2WSH), Close(Place.P2WSHInP2SH), Refund(Place.P2SH), Refund(Place.P2WSH),
        Anyone(Place.P2SH), Anyone(Place.P2WSH), KeyHash(), WitnessKeyHash(), Multisig(Place.ScriptPubKey), Multisig(Place.P2SH), Multisig(Place.P2WSH),
        Single(), Separated(), Relative(), Costly(), .. Plain(),
    ];

    /// <summary>Those whose transaction is complete and would be relayed.</summary>
    public static IEnumerable<SpendCase> Relayable => All.Where(it => !it.HasSecondInput && it.Flags == ScriptVerify.Standard);

    private static SpendCase Close(Place place)
    {
        var it = new SpendCase { In = place, Script = s_redeem.ToBytes() };
        return Unlock(it, it.Sign(s_customer), it.Sign(s_merchant), [1]);
    }

    private static SpendCase Refund(Place place)
    {
        var it = new SpendCase { In = place, Script = s_redeem.ToBytes(), LockTime = Expiry, Sequence = 0xffff_fffe };
        return Unlock(it, it.Sign(s_customer), []);
    }

    // Without a signature, so that most of the transaction can be changed.
    private static SpendCase Anyone(Place place) => new() { In = place, Script = [(byte)OpcodeType.OP_1] };

    private static SpendCase KeyHash()
    {
        var it = new SpendCase { Script = s_customer.PubKey.Hash.ScriptPubKey.ToBytes() };
        return Unlock(it, it.Sign(s_customer), s_customer.PubKey.ToBytes());
    }

    private static SpendCase WitnessKeyHash()
    {
        var it = new SpendCase { Script = s_customer.PubKey.WitHash.ScriptPubKey.ToBytes() };
        return it with { Witness = [it.Sign(s_customer, scriptCode: s_customer.PubKey.Hash.ScriptPubKey), s_customer.PubKey.ToBytes()] };
    }

    private static SpendCase Multisig(Place place)
    {
        var it = new SpendCase { In = place, Script = s_multisig.ToBytes() };
        return Unlock(it, [], it.Sign(s_merchant), it.Sign(s_third));
    }

    // The second of two inputs and one output: what Single has nothing to sign for.
    private static SpendCase Single()
    {
        var it = new SpendCase { HasSecondInput = true, SpendsTheSecond = true, Script = s_customer.PubKey.Hash.ScriptPubKey.ToBytes() };
        return Unlock(it, it.Sign(s_customer, SigHash.Single | SigHash.AnyoneCanPay), s_customer.PubKey.ToBytes());
    }

    private static SpendCase Separated()
    {
        Op[] check = [Push(s_customer.PubKey.ToBytes()), OpcodeType.OP_CHECKSIG];
        var it = new SpendCase { In = Place.P2SH, Script = new Script([OpcodeType.OP_NOP, OpcodeType.OP_CODESEPARATOR, .. check]).ToBytes(), Flags = ScriptVerify.Consensus };
        return Unlock(it, it.Sign(s_customer, scriptCode: new Script(check)));
    }

    private static SpendCase Relative() => new()
    {
        Script = new Script(OpcodeType.OP_16, OpcodeType.OP_CHECKSEQUENCEVERIFY).ToBytes(),
        Sequence = 17,
        Flags = ScriptVerify.Consensus,
    };

    // As many operations and bytes as consensus allows, and about the most work that they can ask for.
    private static SpendCase Costly()
    {
        var checks = Enumerable.Repeat((Op[])[OpcodeType.OP_2DUP, OpcodeType.OP_CHECKSIGVERIFY], 99).SelectMany(ops => ops);
        var padding = Enumerable.Repeat(Push(new byte[520]), 18);
        var it = new SpendCase { Script = new Script([.. checks, OpcodeType.OP_2DROP, .. padding]).ToBytes(), ScriptSig = [], Flags = ScriptVerify.P2SH };
        it = it with { Script = [.. it.Script, (byte)OpcodeType.OP_1] };
        return Unlock(it, it.Sign(s_customer), s_customer.PubKey.ToBytes());
    }

    private static IEnumerable<SpendCase> Plain() =>
        ((string[])[
            "1 2 3 4 5 6 OP_2ROT OP_2SWAP OP_TUCK OP_3DUP OP_2OVER OP_IFDUP OP_DEPTH OP_SIZE OP_ADD OP_SUB OP_WITHIN OP_NIP OP_1",
            "1 OP_TOALTSTACK 0a OP_1 OP_PICK OP_2 OP_ROLL OP_MIN OP_MAX OP_BOOLAND OP_NEGATE OP_ABS OP_NOT OP_FROMALTSTACK",
            "OP_1 OP_IF 0102 OP_SHA1 OP_RIPEMD160 OP_SHA256 OP_HASH160 OP_HASH256 OP_ELSE OP_RETURN OP_ENDIF OP_SIZE OP_VERIFY",
        ]).Select(text => new SpendCase
        {
            ScriptSig = new Script("1 1 1 1 1 1").ToBytes(),
            Script = new Script(text).ToBytes(),
            Flags = ScriptVerify.Consensus,
        });

    private static SpendCase Unlock(SpendCase it, params byte[][] stack) => it.In is Place.P2WSH or Place.P2WSHInP2SH
        ? it with { Witness = stack }
        : it with { ScriptSig = new Script(stack.Select(Op.GetPushOp)).ToBytes() };

    private static Op Push(byte[] bytes) => Op.GetPushOp(bytes);

    private static Key KeyOf(byte filler) => new([.. Enumerable.Repeat(filler, 32)]);
}
