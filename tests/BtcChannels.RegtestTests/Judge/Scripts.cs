using NBitcoin;

namespace BtcChannels.RegtestTests.Judge;

/// <summary>What the coins of the judge pay to: channels of both kinds, the wallets that fund them, and scripts that channels never have.</summary>
internal sealed class Scripts(SeededStream stream)
{
    public Key NewKey() => new(stream.Bytes(32));

    /// <summary>A channel's deposit, 21's bytes.</summary>
    /// <param name="expiry">As the script has it; pushed as these bytes where they are given, which may be another number.</param>
    public SpendScript Channel(string name, uint expiry, Wrapping wrapping = Wrapping.P2sh, byte[]? push = null)
    {
        var (merchant, customer) = (NewKey(), NewKey());
        var script = push is null ? RedeemScript.Build(merchant.PubKey, customer.PubKey, new Expiry(expiry)) : new Script(
            OpcodeType.OP_IF, Op.GetPushOp(merchant.PubKey.ToBytes()), OpcodeType.OP_CHECKSIGVERIFY,
            OpcodeType.OP_ELSE, Op.GetPushOp(push), OpcodeType.OP_CHECKLOCKTIMEVERIFY, OpcodeType.OP_DROP, OpcodeType.OP_ENDIF,
            Op.GetPushOp(customer.PubKey.ToBytes()), OpcodeType.OP_CHECKSIG);
        return new(name, wrapping, script, expiry,
            new("close", Slot.Signature(customer), Slot.Signature(merchant), Slot.Selector(1)),
            new("refund", Slot.Signature(customer), Slot.Selector()),
            new("half", Slot.Signature(customer), Slot.Selector(1)));
    }

    /// <summary>A deposit by the miniscript <c>and_v(or_c(pk(M),v:after(T)),pk(C))</c>.</summary>
    public SpendScript Miniscript(string name, uint expiry, Wrapping wrapping)
    {
        var (merchant, customer) = (NewKey(), NewKey());
        var script = new Script(
            Op.GetPushOp(merchant.PubKey.ToBytes()), OpcodeType.OP_CHECKSIG, OpcodeType.OP_NOTIF,
            new Expiry(expiry).Push, OpcodeType.OP_CHECKLOCKTIMEVERIFY, OpcodeType.OP_VERIFY, OpcodeType.OP_ENDIF,
            Op.GetPushOp(customer.PubKey.ToBytes()), OpcodeType.OP_CHECKSIG);
        return new(name, wrapping, script, expiry,
            new("close", Slot.Signature(customer), Slot.Signature(merchant)),
            new("refund", Slot.Signature(customer), Slot.Bytes()),
            new("half", Slot.Signature(customer)));
    }

    public SpendScript KeyHash(string name, Wrapping wrapping, bool compressed = true)
    {
        var key = new Key(stream.Bytes(32), fCompressedIn: compressed);
        return new(name, wrapping, key.PubKey.Hash.ScriptPubKey, 0, new Branch("spend", Slot.Signature(key), Slot.Bytes(key.PubKey.ToBytes())));
    }

    public SpendScript PayToKey(string name, Wrapping wrapping, Func<byte[], byte[]>? written = null, bool compressed = true)
    {
        var key = new Key(stream.Bytes(32), fCompressedIn: compressed);
        var bytes = key.PubKey.ToBytes();
        return new(name, wrapping, new Script(Op.GetPushOp(written?.Invoke(bytes) ?? bytes), OpcodeType.OP_CHECKSIG), 0, new Branch("spend", Slot.Signature(key)));
    }

    public SpendScript Multisig(string name, Wrapping wrapping, int required, int keys)
    {
        Key[] all = [.. Enumerable.Range(0, keys).Select(_ => NewKey())];
        var script = new Script([Op.GetPushOp(required), .. all.Select(key => Op.GetPushOp(key.PubKey.ToBytes())), Op.GetPushOp(keys), OpcodeType.OP_CHECKMULTISIG]);
        Slot[] signatures = [.. all.Take(required).Select(Slot.Signature)];
        return new(name, wrapping, script, 0,
            new("spend", [Slot.Bytes(), .. signatures]),
            new("swapped", [Slot.Bytes(), .. signatures.Reverse()]),
            new("dummy", [Slot.Bytes(1), .. signatures]));
    }

    /// <summary>A key's script with operations before it, and elements on top of the signature.</summary>
    public SpendScript Guarded(string name, Wrapping wrapping, Op[] before, params byte[][] elements)
    {
        var key = NewKey();
        var script = new Script([.. before, Op.GetPushOp(key.PubKey.ToBytes()), OpcodeType.OP_CHECKSIG]);
        return new(name, wrapping, script, 0, new Branch("spend", [Slot.Signature(key), .. elements.Select(element => Slot.Bytes(element))]));
    }

    public static SpendScript Fixed(string name, Wrapping wrapping, Script script, params byte[][] elements) =>
        new(name, wrapping, script, 0, new Branch("open", [.. elements.Select(element => Slot.Bytes(element))]));
}
