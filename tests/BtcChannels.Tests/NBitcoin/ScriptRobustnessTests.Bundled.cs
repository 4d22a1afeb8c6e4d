using System.Globalization;
using NBitcoin;
using Xunit.Abstractions;

namespace BtcChannels.Tests.Bitcoin;

/// <summary>Scripts that anyone may send: whatever they are, there is a verdict.</summary>
public class ScriptRobustnessTests(ITestOutputHelper output)
{
    private const ulong Seed = 0x5eed_2024_0011_7e57;
    private const int Rounds = 50_000;

    private static readonly string[] s_templates =
    [
        "DUP HASH160 0x14 0x0101010101010101010101010101010101010101 EQUALVERIFY CHECKSIG",
        "IF 0x21 0x0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798 CHECKSIGVERIFY ELSE 1700000000 CHECKLOCKTIMEVERIFY DROP ENDIF "
            + "0x21 0x02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5 CHECKSIG",
        "2 0x21 0x0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798 0x21 0x02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5 2 CHECKMULTISIG",
        "0 0x09 0x300602010102010101 0x09 0x300602010102010101",
        "1 2 3 4 5 6 2ROT 2SWAP PICK ROLL TUCK 3DUP 2OVER IFDUP DEPTH SIZE ADD SUB WITHIN MIN MAX BOOLAND NEGATE ABS",
        "HASH160 0x14 0x0202020202020202020202020202020202020202 EQUAL",
        "0 0x20 0x0303030303030303030303030303030303030303030303030303030303030303",
        "1 TOALTSTACK 100 CHECKSEQUENCEVERIFY FROMALTSTACK CODESEPARATOR SHA1 SHA256 RIPEMD160 HASH256 0x4c02ffff 0x4d0100ff 0x4e01000000ff",
    ];

    [Fact]
    public void Every_mutated_script_has_a_verdict_and_nothing_is_thrown()
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {Seed:x16}, {Rounds} scripts"));
        var random = new SplitMix(Seed);
        var seen = new HashSet<ScriptError>();
        for (var round = 0; round < Rounds; round++)
        {
            var script = Mutated(random);
            var flags = (ScriptVerify)(random.Next() & 0x1fffff);
            var error = Spend(random, script).Verify(flags);
            Assert.True(Enum.IsDefined(error));
            seen.Add(error);
        }
        output.WriteLine($"verdicts: {string.Join(", ", seen.Order())}");
        // So many that the mutations got past the first checks.
        Assert.InRange(seen.Count, 25, 60);
    }

    private static ScriptSpend Spend(SplitMix random, byte[] script)
    {
        var other = new Script(Mutated(random));
        var spend = random.Below(4) switch
        {
            0 => ScriptSpend.Of(other, new Script(script), random.Below(4) == 0 ? new WitScript([[1]]) : null),
            1 when script.Length <= 520 => ScriptSpend.Of(other + ScriptAssembler.Push(script), new Script(script).PaymentScript),
            2 => ScriptSpend.OfWitness(new Script(script), [.. Enumerable.Range(0, random.Below(5)).Select(_ => random.Bytes(random.Below(80)))]),
            _ => ScriptSpend.Of(new Script(script), other),
        };
        return spend.Locked((uint)(random.Next() >> 32), (uint)(random.Next() >> 32), (uint)random.Below(4));
    }

    private static byte[] Mutated(SplitMix random)
    {
        if (random.Below(8) == 0) return random.Bytes(random.Below(300));
        var bytes = ScriptAssembler.Assemble(s_templates[random.Below(s_templates.Length)]).ToBytes().ToList();
        for (var changes = random.Below(6); changes > 0; changes--)
        {
            var at = random.Below(bytes.Count + 1);
            switch (random.Below(5))
            {
                case 0 when at < bytes.Count: bytes[at] = (byte)random.Below(256); break;
                case 1 when at < bytes.Count: bytes.RemoveAt(at); break;
                case 2: bytes.Insert(at, (byte)random.Below(256)); break;
                case 3: bytes.InsertRange(at, ScriptAssembler.Assemble(s_templates[random.Below(s_templates.Length)]).ToBytes()); break;
                default: bytes.RemoveRange(at, bytes.Count - at); break;
            }
        }
        return [.. bytes];
    }

    /// <summary>SplitMix64: the same stream everywhere from the same seed.</summary>
    private sealed class SplitMix(ulong seed)
    {
        private ulong _state = seed;

        public ulong Next()
        {
            unchecked
            {
                _state += 0x9e3779b97f4a7c15;
                var mixed = (_state ^ (_state >> 30)) * 0xbf58476d1ce4e5b9;
                mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
                return mixed ^ (mixed >> 31);
            }
        }

        public int Below(int bound) => (int)(Next() % (ulong)bound);

        public byte[] Bytes(int count) => [.. Enumerable.Range(0, count).Select(_ => (byte)(Next() & 0xff))];
    }
}
