using NBitcoin;

namespace BtcChannels.Benchmarks.Fuzzing;

/// <summary>How an output is spent, as bytes that can be mutated: scripts, locks, flags and amount.</summary>
internal sealed record SpendCase
{
    private const byte SecondInput = 0x10;
    private const byte SpendsSecond = 0x20;
    private const uint AllFlags = 0x1f_ffff;
    private const int MaxElements = 1_100;

    private static readonly uint256 s_txid = new((byte[])[.. Enumerable.Repeat((byte)0x5a, 32)]);
    private static readonly Script s_paid = new WitKeyId((byte[])[.. Enumerable.Repeat((byte)0x0b, 20)]).ScriptPubKey;

    /// <summary>Where <see cref="Script"/> stands.</summary>
    public enum Place
    {
        ScriptPubKey = 0,
        P2SH = 1,
        P2WSH = 2,
        P2WSHInP2SH = 3,
    }

    public Place In { get; init; }

    public bool HasSecondInput { get; init; }

    public bool SpendsTheSecond { get; init; }

    public ScriptVerify Flags { get; init; } = ScriptVerify.Standard;

    /// <summary>Of <see cref="Flags"/>, some.</summary>
    public uint FewerFlags { get; init; }

    public uint Version { get; init; } = 2;

    public uint LockTime { get; init; }

    public uint Sequence { get; init; } = 0xffff_ffff;

    public long Amount { get; init; } = 60_000;

    /// <summary>Without the pushes that <see cref="In"/> adds to it.</summary>
    public byte[] ScriptSig { get; init; } = [];

    public byte[] Script { get; init; } = [];

    /// <summary>Without the script that <see cref="In"/> adds to it.</summary>
    public IReadOnlyList<byte[]> Witness { get; init; } = [];

    public Script ScriptPubKey => In switch
    {
        Place.P2SH => new Script(Script).Hash.ScriptPubKey,
        Place.P2WSH => new Script(Script).WitHash.ScriptPubKey,
        Place.P2WSHInP2SH => new Script(Script).WitHash.ScriptPubKey.Hash.ScriptPubKey,
        _ => new Script(Script),
    };

    public TxOut Spent => new(Money.Satoshis(Amount), ScriptPubKey);

    public static SpendCase Read(byte[] bytes)
    {
        var reader = new ByteReader(bytes);
        var form = reader.Byte();
        var read = new SpendCase
        {
            In = (Place)(form & 3),
            HasSecondInput = (form & SecondInput) != 0,
            SpendsTheSecond = (form & SecondInput) != 0 && (form & SpendsSecond) != 0,
            Flags = (ScriptVerify)(reader.UInt() & AllFlags),
            FewerFlags = reader.UInt(),
            Version = reader.UInt(),
            LockTime = reader.UInt(),
            Sequence = reader.UInt(),
            Amount = reader.Long(),
            ScriptSig = reader.Part(),
            Script = reader.Part(),
        };
        var witness = new List<byte[]>();
        while (!reader.AtEnd && witness.Count < MaxElements) witness.Add(reader.Part());
        return read with { Witness = witness };
    }

    public byte[] Write() =>
    [
        (byte)((byte)In | (HasSecondInput ? SecondInput : 0) | (SpendsTheSecond ? SpendsSecond : 0)), .. ByteReader.Write((uint)Flags), .. ByteReader.Write(FewerFlags),
        .. ByteReader.Write(Version), .. ByteReader.Write(LockTime), .. ByteReader.Write(Sequence), .. ByteReader.Write(Amount),
        .. ByteReader.WritePart(ScriptSig), .. ByteReader.WritePart(Script), .. Witness.SelectMany(ByteReader.WritePart),
    ];

    /// <summary>The input that spends, in its transaction.</summary>
    public IndexedTxIn Build()
    {
        var transaction = Transaction.Create(Network.Main);
        transaction.Version = Version;
        transaction.LockTime = LockTime;
        for (var index = 0u; index < (HasSecondInput ? 2 : 1); index++) transaction.Inputs.Add(new TxIn(new OutPoint(s_txid, index)) { Sequence = Sequence });
        transaction.Outputs.Add(new TxOut(Money.Satoshis(50_000L), s_paid));
        var input = transaction.Inputs.AsIndexedInputs().ElementAt(SpendsTheSecond ? 1 : 0);
        input.ScriptSig = In switch
        {
            Place.P2SH => new Script([.. ScriptSig, .. Op.GetPushOp(Script).ToBytes()]),
            Place.P2WSHInP2SH => new Script([.. ScriptSig, .. Op.GetPushOp(new Script(Script).WitHash.ScriptPubKey.ToBytes()).ToBytes()]),
            _ => new Script(ScriptSig),
        };
        input.WitScript = new WitScript(In is Place.P2WSH or Place.P2WSHInP2SH ? [.. Witness, Script] : Witness);
        return input;
    }

    /// <summary>What a key of the script signs, and the type of it at the end.</summary>
    public byte[] Sign(Key key, SigHash type = SigHash.All, Script? scriptCode = null)
    {
        var version = In is Place.P2WSH or Place.P2WSHInP2SH || ScriptPubKey.IsScriptType(ScriptType.Witness) ? HashVersion.WitnessV0 : HashVersion.Original;
        var hash = Build().Transaction.GetSignatureHash(scriptCode ?? new Script(Script), SpendsTheSecond ? 1 : 0, type, Spent, version);
        return new TransactionSignature(key.Sign(hash), type).ToBytes();
    }
}
