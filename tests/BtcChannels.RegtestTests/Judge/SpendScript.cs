using NBitcoin;

namespace BtcChannels.RegtestTests.Judge;

/// <summary>How a scriptPubKey stands to the script that is run.</summary>
internal enum Wrapping
{
    Bare,
    P2sh,
    P2wsh,
    P2shP2wsh,
    P2wpkh,
    P2shP2wpkh,
}

/// <summary>One element that a spend gives: a signature of that key, or these bytes.</summary>
internal sealed record Slot(Key? Signer, byte[] Data, bool IsSelector = false)
{
    public static Slot Signature(Key key) => new(key, []);

    public static Slot Bytes(params byte[] data) => new(null, data);

    public static Slot Selector(params byte[] data) => new(null, data, true);
}

/// <summary>One way to spend.</summary>
/// <param name="Elements">Bottom first, without the script that a hash reveals.</param>
internal sealed record Branch(string Name, params Slot[] Elements);

/// <summary>A script that coins pay to, and the ways to spend it.</summary>
/// <param name="Code">What is run, and what signatures commit to.</param>
/// <param name="Expiry">The operand of its OP_CHECKLOCKTIMEVERIFY; 0 where it has none.</param>
internal sealed record SpendScript(string Name, Wrapping Wrapping, Script Code, uint Expiry, params Branch[] Branches)
{
    public Script ScriptPubKey => Wrapping switch
    {
        Wrapping.Bare => Code,
        Wrapping.P2sh => Code.PaymentScript,
        Wrapping.P2wsh => Code.WitHash.ScriptPubKey,
        Wrapping.P2wpkh => Program,
        _ => Program.PaymentScript,
    };

    public bool IsWitness => Wrapping >= Wrapping.P2wsh;

    /// <summary>What the last push of the scriptSig has to be; null of those that have none.</summary>
    public byte[]? Redeem => Wrapping switch
    {
        Wrapping.P2sh => Code.ToBytes(),
        Wrapping.P2shP2wsh or Wrapping.P2shP2wpkh => Program.ToBytes(),
        _ => null,
    };

    /// <summary>What the last element of the witness has to be; null of those that have none.</summary>
    public byte[]? WitnessScript => Wrapping is Wrapping.P2wsh or Wrapping.P2shP2wsh ? Code.ToBytes() : null;

    // The hash within the code of P2PKH stands after OP_DUP OP_HASH160 and its length.
    private Script Program => Wrapping is Wrapping.P2wpkh or Wrapping.P2shP2wpkh
        ? new WitKeyId(Code.ToBytes()[3..23]).ScriptPubKey
        : Code.WitHash.ScriptPubKey;
}

/// <summary>An output in a block.</summary>
/// <param name="Height">Of its block.</param>
/// <param name="MedianTimeBefore">The median time past of the block before that, from which BIP68 counts.</param>
internal sealed record JudgeCoin(OutPoint OutPoint, TxOut Output, SpendScript Script, int Height, long MedianTimeBefore)
{
    public Coin Coin => new(OutPoint, Output);
}
