using NBitcoin;

namespace BtcChannels.RegtestTests.Judge;

/// <summary>Amounts, fees and output scripts, before they are signed.</summary>
internal static class OutputMutations
{
    private const long MaxMoney = 21_000_000 * Money.COIN;

    private const string Hash20 = "0101010101010101010101010101010101010101";
    private const string KeyOne = "210279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
    private const string LongKeyOne = "410479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";

    private static readonly (string Name, string Hex)[] s_forms =
    [
        ("P2PKH", $"76a914{Hash20}88ac"),
        ("P2SH", $"a914{Hash20}87"),
        ("P2WPKH", $"0014{Hash20}"),
        ("P2WSH", $"0020{Hash20}{Hash20[..24]}"),
        ("P2TR", $"5120{KeyOne[4..]}"),
        ("P2A", "51024e73"),
        ("version 1 of 2 bytes", "51024e74"),
        ("version 1 of 40 bytes", $"5128{Hash20}{Hash20}"),
        ("version 1 of 41 bytes", $"5129{Hash20}{Hash20}00"),
        ("version 16 of 2 bytes", "60020101"),
        ("version 16 of 1 byte", "600101"),
        ("version 0 of 2 bytes", "00020101"),
        ("version 0 of 21 bytes", $"0015{Hash20}00"),
        ("P2WPKH with a byte more", $"0014{Hash20}51"),
        ("P2WPKH with a longer push", $"004c14{Hash20}"),
        ("P2PK", $"{KeyOne}ac"),
        ("P2PK, uncompressed", $"{LongKeyOne}ac"),
        ("P2PK, hybrid", $"4106{LongKeyOne[4..]}ac"),
        ("P2PK of 33 other bytes", $"2109{KeyOne[4..]}ac"),
        ("P2PK of a point that is none", $"2102{new string('f', 64)}ac"),
        ("P2PK with a byte more", $"{KeyOne}ac61"),
        ("multisig 1 of 1", $"51{KeyOne}51ae"),
        ("multisig 2 of 3", $"52{KeyOne}{KeyOne}{KeyOne}53ae"),
        ("multisig 1 of 3, uncompressed", $"51{LongKeyOne}{LongKeyOne}{LongKeyOne}53ae"),
        ("multisig 1 of 4", $"51{KeyOne}{KeyOne}{KeyOne}{KeyOne}54ae"),
        ("multisig 2 of 1", $"52{KeyOne}51ae"),
        ("multisig 0 of 1", $"00{KeyOne}51ae"),
        ("multisig 1 of 2 with one key", $"51{KeyOne}52ae"),
        ("multisig with a pushed count", $"0101{KeyOne}51ae"),
        ("multisig without keys", "5151ae"),
        ("multisig that verifies", $"51{KeyOne}51af"),
        ("P2PKH with a pushed op", $"76a94c14{Hash20}88ac"),
        ("P2PKH of 21 bytes", $"76a915{Hash20}0188ac"),
        ("P2SH with OP_EQUALVERIFY", $"a914{Hash20}88"),
        ("P2SH with a longer push", $"a94c14{Hash20}87"),
        ("OP_RETURN", "6a"),
        ("OP_RETURN of numbers", "6a515260"),
        ("OP_RETURN of a reserved operation", "6a50"),
        ("OP_RETURN that dups", "6a76"),
        ("OP_RETURN cut off", "6a05aa"),
        ("OP_RETURN of 75 bytes", $"6a4b{new string('a', 150)}"),
        ("OP_RETURN of 80 bytes", $"6a4c50{new string('a', 160)}"),
        ("OP_RETURN of 81 bytes", $"6a4c51{new string('a', 162)}"),
        ("OP_RETURN of two pushes, 83 bytes", $"6a28{new string('a', 80)}28{new string('a', 80)}"),
        ("OP_RETURN of two pushes, 84 bytes", $"6a28{new string('a', 80)}29{new string('a', 82)}"),
        ("OP_RETURN of a longer push", "6a4d0100aa"),
        ("OP_1", "51"),
        ("OP_0", "00"),
        ("nothing", ""),
        ("OP_DUP", "76"),
        ("a channel's script", $"63{KeyOne}ad67022c01b17568{KeyOne}ac"),
        ("a push cut off", "4c"),
        ("a code that is none", "ff"),
        ("10,000 bytes", new string('0', 20_000)),
        ("10,001 bytes", new string('0', 20_002)),
    ];

    public static IEnumerable<Mutation> All(Funds funds)
    {
        foreach (var (name, hex) in s_forms)
        {
            var script = Script.FromHex(hex);
            yield return new($"pays to {name}", (draft, stream) => stream.Pick(draft.Outputs).ScriptPubKey = script);
            yield return new($"pays to {name} as well", (draft, stream) => draft.Outputs.Insert(stream.Below(draft.Outputs.Count + 1), new(Money.Satoshis(script.IsUnspendable ? 0L : 1_000L), script)));
            foreach (var difference in new[] { -1, 0, 1 })
            {
                yield return new($"pays {name} its dust threshold and {difference}", (draft, _) =>
                    draft.Outputs.Insert(0, new(Money.Satoshis(new TxOut(Money.Zero, script).GetDustThreshold().Satoshi + difference), script)));
            }
        }
        foreach (var mutation in Amounts().Concat(Fees(funds)).Concat(Sizes())) yield return mutation;
    }

    private static IEnumerable<Mutation> Amounts()
    {
        foreach (var value in new[] { 0, 1, 239, 240, 293, 294, 329, 330, 539, 540, 545, 546, 99_999, 1_000_000, MaxMoney, MaxMoney + 1, long.MaxValue, -1, -MaxMoney })
            yield return new($"an output of {value}", (draft, stream) => stream.Pick(draft.Outputs).Value = Money.Satoshis(value));
        yield return new("two outputs of all money", (draft, _) =>
        {
            draft.Outputs.Add(new(Money.Satoshis(MaxMoney), Script.FromHex($"0014{Hash20}")));
            draft.Outputs.Add(new(Money.Satoshis(MaxMoney), Script.FromHex($"0014{Hash20}")));
        });
        yield return new("two outputs of dust", (draft, _) =>
        {
            draft.Outputs.Add(new(Money.Satoshis(100L), Script.FromHex($"0014{Hash20}")));
            draft.Outputs.Add(new(Money.Satoshis(101L), Script.FromHex($"0014{Hash20}")));
        });
        yield return new("dust without a fee", (draft, _) =>
        {
            draft.Outputs.Add(new(Money.Satoshis(100L), Script.FromHex($"0014{Hash20}")));
            draft.Fee = 0;
        });
        yield return new("two outputs of data", (draft, stream) =>
        {
            for (var i = 0; i < 2; i++) draft.Outputs.Add(new(Money.Zero, new Script(OpcodeType.OP_RETURN, Op.GetPushOp(stream.Bytes(20)))));
        });
        yield return new("no output", (draft, _) => draft.OnceWritten(transaction => transaction.Outputs.Clear()));
        yield return new("no merchant's output", (draft, _) => draft.Outputs.RemoveRange(0, draft.Outputs.Count - 1));
    }

    private static IEnumerable<Mutation> Fees(Funds funds)
    {
        foreach (var difference in new[] { -2, -1, 0, 1 })
        {
            yield return new($"the least fee and {difference}", (draft, _) =>
                draft.FeeOfSize = size => (funds.RelayFee.FeePerK.Satoshi * size + 999) / 1_000 + difference);
            yield return new($"the highest fee and {difference}", (draft, stream) =>
            {
                draft.Inputs.Add(new(funds.Rich, funds.Rich.Script.Branches[0]));
                draft.FeeOfSize = size => 10_000L * size + difference;
            });
        }
        foreach (var fee in new[] { 0, 1, 10, 17, 18, 23, 24, 25, 29, 30, 31, 34, 35, 40, 59, 60, 100, 346, 20_000, 99_000, 99_706, 100_000, 100_001 })
            yield return new($"a fee of {fee}", (draft, _) => draft.Fee = fee);
        yield return new("outputs above inputs", (draft, stream) => draft.Fee = -1 - stream.Below(1_000));
    }

    private static IEnumerable<Mutation> Sizes()
    {
        // 60 bytes and the script, with one input that has no scriptSig.
        for (var length = 1; length <= 6; length++)
        {
            var script = new Script([(byte)OpcodeType.OP_RETURN, .. Enumerable.Repeat((byte)OpcodeType.OP_1, length - 1)]);
            yield return new($"nothing but data of {length} bytes", (draft, _) =>
            {
                draft.Outputs.Clear();
                draft.Outputs.Add(new(Money.Zero, script));
            });
        }
        yield return new("many outputs", (draft, stream) =>
        {
            for (var i = 20 + stream.Below(40); i > 0; i--) draft.Outputs.Insert(0, new(Money.Satoshis(600L), Script.FromHex($"a914{Hash20}87")));
        });
    }
}
