using System.Text.Json;
using BtcChannels.Regtest;
using NBitcoin;
using NBitcoin.RPC;

namespace BtcChannels.RegtestTests.Judge;

/// <summary>The coins that are judged over, all of one block, and the chain as it stands while they are.</summary>
internal sealed record Funds(IReadOnlyList<JudgeCoin> Channels, IReadOnlyList<JudgeCoin> Wallets, IReadOnlyList<JudgeCoin> Oddities, IReadOnlyList<JudgeCoin> ManyChecks, JudgeCoin Rich, JudgedChain Chain, FeeRate RelayFee)
{
    public const long ChannelValue = 100_000;
    private const long OtherValue = 150_000;
    private const long RichValue = 2 * Money.COIN;
    private const int BlocksAfter = 20;
    private const long Day = 86_400;

    // What all their scripts check costs more than the 16,000 that a transaction may.
    private const int ManyChecksCoins = 270;

    public static async Task<Funds> MineAsync(RegtestNode node, SeededStream stream)
    {
        var moment = await node.MedianTimeAsync() + Day;
        var scripts = new Scripts(stream);
        SpendScript[] channels = [.. ChannelScripts(scripts, (uint)moment)], wallets = [.. WalletScripts(scripts)], odd = [.. OddScripts(scripts)];
        SpendScript[] checks = [.. Enumerable.Range(0, ManyChecksCoins).Select(i => Scripts.Fixed("checks", Wrapping.P2sh, Checks(15, i)))];
        var rich = scripts.KeyHash("rich", Wrapping.P2wpkh);

        var wanted = Transaction.Create(Network.RegTest);
        foreach (var script in channels) wanted.Outputs.Add(Money.Satoshis(ChannelValue), script.ScriptPubKey);
        foreach (var script in wallets.Concat(odd)) wanted.Outputs.Add(Money.Satoshis(OtherValue), script.ScriptPubKey);
        foreach (var script in checks) wanted.Outputs.Add(Money.Satoshis(1_000L), script.ScriptPubKey);
        wanted.Outputs.Add(Money.Satoshis(RichValue), rich.ScriptPubKey);
        // The change is last: among the coins, where the wallet would put it, a mutation of an index could hit it, and it is not a coin of these.
        var funded = await node.Wallet.FundRawTransactionAsync(wanted, new FundRawTransactionOptions { ChangePosition = wanted.Outputs.Count });
        var signed = await node.Wallet.SignRawTransactionWithWalletAsync(new SignRawTransactionRequest { Transaction = funded.Transaction });
        Assert.True(signed.Complete);

        var before = await node.MedianTimeAsync();
        await node.MineExactlyAsync(signed.SignedTransaction);
        var height = await node.Rpc.GetBlockCountAsync();
        await node.MineAsync(BlocksAfter);
        await node.MineUntilMedianTimeAsync(moment);
        var chain = new JudgedChain(await node.Rpc.GetBlockCountAsync(), await node.MedianTimeAsync());

        JudgeCoin CoinOf(SpendScript script)
        {
            var index = signed.SignedTransaction.Outputs.FindIndex(output => output.ScriptPubKey == script.ScriptPubKey);
            return new(new OutPoint(signed.SignedTransaction, index), signed.SignedTransaction.Outputs[index], script, height, before);
        }
        using var info = JsonDocument.Parse((await node.Rpc.SendCommandAsync("getmempoolinfo")).ResultString);
        var relayFee = new FeeRate(Money.Coins(info.RootElement.GetProperty("minrelaytxfee").GetDecimal()));
        return new([.. channels.Select(CoinOf)], [.. wallets.Select(CoinOf)], [.. odd.Select(CoinOf)], [.. checks.Select(CoinOf)], CoinOf(rich), chain, relayFee);
    }

    // Of times and of heights, over and not, and those whose number needs an encoding of its own.
    private static IEnumerable<SpendScript> ChannelScripts(Scripts scripts, uint moment)
    {
        uint[] expiries = [moment - (uint)Day, moment - 1, moment, moment + 1, moment + (uint)Day, 1, 16, 17, 50, 100, 127, 128, 255, 256, 5_000, 499_999_999, 500_000_000, int.MaxValue, 0x80000000, uint.MaxValue];
        foreach (var expiry in expiries) yield return scripts.Channel($"channel {expiry}", expiry);
        yield return scripts.Channel("channel with a negative expiry", 0xe0000000, push: [0, 0, 0, 0xe0]);
        yield return scripts.Channel("channel with a padded expiry", 100, push: [100, 0]);
        yield return scripts.Channel("channel with an expiry of six bytes", 100, push: [100, 0, 0, 0, 0, 1]);
        foreach (var wrapping in new[] { Wrapping.P2wsh, Wrapping.P2shP2wsh })
        {
            foreach (var expiry in new[] { moment - 1, moment + 1, 100u, 5_000u })
            {
                yield return scripts.Channel($"{wrapping} channel {expiry}", expiry, wrapping);
                yield return scripts.Miniscript($"{wrapping} miniscript {expiry}", expiry, wrapping);
            }
        }
    }

    private static IEnumerable<SpendScript> WalletScripts(Scripts scripts)
    {
        for (var i = 0; i < 4; i++)
        {
            yield return scripts.KeyHash("P2WPKH", Wrapping.P2wpkh);
            yield return scripts.KeyHash("P2PKH", Wrapping.Bare);
        }
        yield return scripts.KeyHash("P2SH-P2WPKH", Wrapping.P2shP2wpkh);
        yield return scripts.KeyHash("P2PKH, uncompressed", Wrapping.Bare, compressed: false);
        yield return scripts.PayToKey("P2PK", Wrapping.Bare);
        yield return scripts.PayToKey("P2PK, uncompressed", Wrapping.Bare, compressed: false);
        yield return scripts.Multisig("P2SH multisig", Wrapping.P2sh, 2, 3);
        yield return scripts.Multisig("P2WSH multisig", Wrapping.P2wsh, 2, 3);
        yield return scripts.Multisig("bare multisig", Wrapping.Bare, 1, 2);
    }

    // What a channel never is, and a stranger's input beside a channel's may be.
    private static IEnumerable<SpendScript> OddScripts(Scripts scripts)
    {
        yield return scripts.KeyHash("P2WPKH, uncompressed", Wrapping.P2wpkh, compressed: false);
        yield return scripts.PayToKey("P2WSH of an uncompressed key", Wrapping.P2wsh, compressed: false);
        yield return scripts.PayToKey("P2PK, hybrid", Wrapping.Bare, key => [(byte)(6 | (key[^1] & 1)), .. key[1..]], compressed: false);
        yield return scripts.PayToKey("P2SH of a hybrid key", Wrapping.P2sh, key => [(byte)(6 | (key[^1] & 1)), .. key[1..]], compressed: false);
        yield return scripts.PayToKey("P2SH of a key of 32 bytes", Wrapping.P2sh, key => key[..32]);
        yield return scripts.PayToKey("P2SH of a key that is no point", Wrapping.P2sh, key => [2, .. Enumerable.Repeat((byte)0xff, 32)]);
        yield return scripts.Multisig("bare multisig of 4", Wrapping.Bare, 1, 4);
        yield return scripts.Multisig("P2SH multisig of 15", Wrapping.P2sh, 1, 15);
        yield return scripts.Multisig("P2WSH multisig of 16", Wrapping.P2wsh, 1, 16);
        yield return scripts.Multisig("P2SH multisig of none", Wrapping.P2sh, 0, 2);
        yield return scripts.Guarded("P2SH with a relative lock", Wrapping.P2sh, [Op.GetPushOp(20), OpcodeType.OP_CHECKSEQUENCEVERIFY, OpcodeType.OP_DROP]);
        yield return scripts.Guarded("P2WSH with a relative lock", Wrapping.P2wsh, [Op.GetPushOp(0x400005), OpcodeType.OP_CHECKSEQUENCEVERIFY, OpcodeType.OP_DROP]);
        yield return scripts.Guarded("P2SH with OP_CODESEPARATOR", Wrapping.P2sh, [OpcodeType.OP_CODESEPARATOR]);
        yield return scripts.Guarded("P2WSH with OP_NOP", Wrapping.P2wsh, [OpcodeType.OP_NOP]);
        yield return scripts.Guarded("P2SH with OP_NOP4", Wrapping.P2sh, [OpcodeType.OP_NOP4]);
        yield return scripts.Guarded("P2SH with OP_NOP10 not taken", Wrapping.P2sh, [OpcodeType.OP_0, OpcodeType.OP_IF, OpcodeType.OP_NOP10, OpcodeType.OP_ENDIF]);
        yield return scripts.Guarded("P2SH of a hash", Wrapping.P2sh, [OpcodeType.OP_SIZE, Op.GetPushOp(4), OpcodeType.OP_EQUALVERIFY, OpcodeType.OP_HASH160, Op.GetPushOp(new Script([1, 2, 3, 4]).Hash.ToBytes()), OpcodeType.OP_EQUALVERIFY], [1, 2, 3, 4]);
        yield return scripts.Guarded("P2WSH of a sum", Wrapping.P2wsh, [OpcodeType.OP_ADD, Op.GetPushOp(300), OpcodeType.OP_NUMEQUALVERIFY], [100], [200, 0]);
        yield return scripts.Guarded("P2WSH of another sum", Wrapping.P2wsh, [OpcodeType.OP_ADD, Op.GetPushOp(301), OpcodeType.OP_NUMEQUALVERIFY], [100], [200, 0]);
        yield return scripts.Guarded("P2SH of a multisig that fails", Wrapping.P2sh, [OpcodeType.OP_1, Op.GetPushOp(scripts.NewKey().PubKey.ToBytes()), OpcodeType.OP_1, OpcodeType.OP_CHECKMULTISIGVERIFY], [], []);
        yield return scripts.Guarded("P2SH of 21 keys", Wrapping.P2sh, [Op.GetPushOp(21), OpcodeType.OP_0, OpcodeType.OP_CHECKMULTISIG]);
        yield return scripts.Guarded("P2WSH of 21 keys", Wrapping.P2wsh, [Op.GetPushOp(21), OpcodeType.OP_CHECKMULTISIG]);
        yield return scripts.Guarded("P2WSH of 2 signatures of 1", Wrapping.P2wsh, [OpcodeType.OP_2, OpcodeType.OP_1, OpcodeType.OP_1, OpcodeType.OP_CHECKMULTISIG]);
        yield return scripts.Guarded("P2SH of a padded number", Wrapping.P2sh, [OpcodeType.OP_1ADD, OpcodeType.OP_DROP], [1, 0]);
        yield return scripts.Guarded("P2SH of a long number", Wrapping.P2sh, [OpcodeType.OP_1ADD, OpcodeType.OP_DROP], [1, 2, 3, 4, 5]);
        yield return scripts.Guarded("P2SH with a disabled operation", Wrapping.P2sh, [OpcodeType.OP_0, OpcodeType.OP_IF, OpcodeType.OP_CAT, OpcodeType.OP_ENDIF]);
        yield return scripts.Guarded("P2SH with a reserved operation", Wrapping.P2sh, [OpcodeType.OP_RESERVED]);
        yield return scripts.Guarded("P2SH with OP_RETURN", Wrapping.P2sh, [OpcodeType.OP_RETURN]);
        yield return scripts.Guarded("P2SH with an open OP_IF", Wrapping.P2sh, [OpcodeType.OP_1, OpcodeType.OP_IF]);
        yield return scripts.Guarded("P2SH with the alternate stack", Wrapping.P2sh, [OpcodeType.OP_FROMALTSTACK]);
        yield return scripts.Guarded("P2SH with OP_VERIFY", Wrapping.P2sh, [OpcodeType.OP_VERIFY], [0x80]);
        yield return scripts.Guarded("P2SH with 202 operations", Wrapping.P2sh, [.. Enumerable.Repeat<Op>(OpcodeType.OP_NOP, 201)]);
        yield return scripts.Guarded("P2SH with 201 operations", Wrapping.P2sh, [.. Enumerable.Repeat<Op>(OpcodeType.OP_NOP, 200)]);
        yield return scripts.Guarded("P2WSH of 3,600 bytes", Wrapping.P2wsh, Padding(3_600 - 35));
        yield return scripts.Guarded("P2WSH of 3,601 bytes", Wrapping.P2wsh, Padding(3_601 - 35));
        yield return scripts.Guarded("P2SH of 520 bytes", Wrapping.P2sh, Padding(520 - 35));
        yield return scripts.Guarded("P2SH of 521 bytes", Wrapping.P2sh, Padding(521 - 35));
        yield return Scripts.Fixed("bare OP_1", Wrapping.Bare, new Script(OpcodeType.OP_1));
        yield return Scripts.Fixed("no script", Wrapping.Bare, Script.Empty, [1]);
        yield return Scripts.Fixed("P2SH of OP_1", Wrapping.P2sh, new Script(OpcodeType.OP_1));
        yield return Scripts.Fixed("P2SH of nothing", Wrapping.P2sh, Script.Empty, [1]);
        yield return Scripts.Fixed("P2SH that drops two", Wrapping.P2sh, new Script(OpcodeType.OP_2DROP, OpcodeType.OP_1), [1], [2]);
        yield return Scripts.Fixed("P2WSH of OP_1", Wrapping.P2wsh, new Script(OpcodeType.OP_1));
        yield return Scripts.Fixed("P2SH of 15 checks", Wrapping.P2sh, Checks(15, 2_000));
        yield return Scripts.Fixed("P2SH of 16 checks", Wrapping.P2sh, Checks(16, 2_001));
        yield return Scripts.Fixed("P2WSH of 16 checks", Wrapping.P2wsh, Checks(16, 2_002));
        yield return Scripts.Fixed("version 0 of 3 bytes", Wrapping.Bare, Script.FromHex("0003010203"));
        yield return Scripts.Fixed("version 2", Wrapping.Bare, Script.FromHex("52020102"));
        yield return Scripts.Fixed("version 1 of 31 bytes", Wrapping.Bare, new Script((byte[])[0x51, 31, .. new byte[31]]));
        yield return Scripts.Fixed("P2SH of version 2", Wrapping.P2sh, Script.FromHex("52020103"));
        yield return Scripts.Fixed("anchor", Wrapping.Bare, Script.FromHex("51024e73"));
    }

    // Checks that are not run, with a number that makes the script another one.
    private static Script Checks(int checks, int number) => new(
        [Op.GetPushOp(1_000 + number), OpcodeType.OP_DROP, OpcodeType.OP_0, OpcodeType.OP_IF, .. Enumerable.Repeat<Op>(OpcodeType.OP_CHECKSIG, checks), OpcodeType.OP_ENDIF, OpcodeType.OP_1]);

    // Pushes that are dropped, of so many bytes in all, at least 3.
    private static Op[] Padding(int bytes)
    {
        var ops = new List<Op>();
        // A push of 256 to 520 bytes has 3 before it, and OP_DROP after.
        for (; bytes > 524; bytes -= 300) ops.AddRange(Op.GetPushOp(new byte[296]), OpcodeType.OP_DROP);
        ops.AddRange(Op.GetPushOp(new byte[bytes - (bytes >= 260 ? 4 : bytes >= 79 ? 3 : 2)]), OpcodeType.OP_DROP);
        return [.. ops];
    }
}
