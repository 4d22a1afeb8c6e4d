using System.Text.Json;
using NBitcoin;

namespace BtcChannels.Tests.Bitcoin;

public class TransactionTests
{
    static readonly Transaction Witness = Parse(Samples.WitnessTransaction);

    [Fact]
    public void A_witness_transaction_is_read_and_written_back()
    {
        Assert.Equal(Samples.WitnessTransaction, Witness.ToHex());
        Assert.True(Witness.HasWitness);
        Assert.Equal((0, 2), (Witness.Inputs[0].WitScript.PushCount, Witness.Inputs[1].WitScript.PushCount));
        Assert.Equal((1U, 17U), (Witness.Version, Witness.LockTime.Value));
        Assert.Equal((0xffffffeeU, 0xffffffffU), (Witness.Inputs[0].Sequence.Value, Witness.Inputs[1].Sequence.Value));
        Assert.Equal("8ac60eb9575db5b2d987e29f301b5b819ea83a5c6579d282d189cc04b8e151ef-1", Witness.Inputs[1].PrevOut.ToString());
        Assert.Equal(112_340_000 + 223_450_000, Witness.TotalOut.Satoshi);
    }

    [Fact]
    public void The_id_leaves_witnesses_out()
    {
        Assert.Equal("e8151a2af31c368a35053ddd4bdb285a8595c769a3ad83e0fa02314a602d4609", Witness.GetHash().ToString());
        Assert.Equal("c36c38370907df2324d9ce9d149d191192f338b37665a82e78e76a12c909b762", Witness.GetWitHash().ToString());
        Assert.Equal(Parse(Samples.UnsignedTransaction).GetHash(), Parse(Samples.UnsignedTransaction).GetWitHash());
    }

    [Fact]
    public void Witnesses_count_a_quarter()
    {
        Assert.Equal(343, Witness.GetSerializedSize());
        Assert.Equal(233, Witness.GetSerializedSize(TransactionOptions.None));
        Assert.Equal(261, Witness.GetVirtualSize());
    }

    [Fact]
    public void A_transaction_without_witnesses_has_the_old_form()
    {
        var transaction = Parse(Samples.UnsignedTransaction);
        Assert.False(transaction.HasWitness);
        Assert.Equal(Samples.UnsignedTransaction, transaction.ToHex());
        Assert.Equal(Samples.UnsignedTransaction.Length / 2, transaction.GetVirtualSize());
    }

    [Fact]
    public void A_new_one_has_version_1_and_final_inputs()
    {
        var transaction = Transaction.Create(Network.RegTest);
        transaction.Inputs.Add(OutPoint.Parse(new string('1', 64) + "-1"));
        transaction.Outputs.Add(Money.Satoshis(5L), Script.FromHex("51"));
        Assert.Equal(
            "01000000" + "01" + new string('1', 64) + "01000000" + "00" + "ffffffff" + "01" + "0500000000000000" + "0151" + "00000000",
            transaction.ToHex());
    }

    [Fact]
    public void A_copy_is_independent()
    {
        var copy = Witness.Clone();
        copy.Inputs[0].Sequence = 1;
        copy.Inputs[1].WitScript = WitScript.Empty;
        copy.Outputs[0].Value = Money.Zero;
        copy.LockTime = 3;
        Assert.Equal(Samples.WitnessTransaction, Witness.ToHex());
        Assert.NotEqual(Samples.WitnessTransaction, copy.ToHex());
    }

    [Fact]
    public void Bytes_after_the_transaction_are_ignored() =>
        Assert.Equal(Witness.GetHash(), Parse(Samples.WitnessTransaction + "00").GetHash());

    [Theory]
    [InlineData(Samples.WitnessTransaction)]
    [InlineData(Samples.UnsignedTransaction)]
    public void Cut_off_anywhere_it_is_refused(string hex)
    {
        for (var length = 0; length < hex.Length; length += 2)
        {
            Assert.False(Transaction.TryParse(hex[..length], Network.Main, out _));
            Assert.Throws<EndOfStreamException>(() => Parse(hex[..length]));
        }
    }

    [Fact]
    public void Whatever_byte_is_changed_it_is_read_or_refused()
    {
        var read = 0;
        for (var i = 0; i < Samples.WitnessTransaction.Length / 2; i++)
        {
            foreach (var value in (byte[])[0x00, 0x01, 0x7f, 0x80, 0xfc, 0xfd, 0xfe, 0xff])
            {
                var bytes = Convert.FromHexString(Samples.WitnessTransaction);
                bytes[i] = value;
                if (Transaction.TryParse(Convert.ToHexString(bytes), Network.Main, out _)) read++;
            }
        }
        Assert.InRange(read, 1_000, 343 * 8 - 1);
    }

    [Theory]
    [InlineData("0100000000010000000000")]
    [InlineData("010000000002")]
    [InlineData("zz")]
    [InlineData("010")]
    public void What_is_no_transaction_is_refused(string hex)
    {
        Assert.False(Transaction.TryParse(hex, Network.Main, out _));
        Assert.ThrowsAny<Exception>(() => Parse(hex));
    }

    [Theory]
    [InlineData("01000000" + "feffffff01")]
    [InlineData("01000000" + "0001" + "feffffff01")]
    [InlineData("01000000" + "01" + "0000000000000000000000000000000000000000000000000000000000000000" + "00000000" + "feffffff01")]
    public void Counts_and_lengths_are_not_believed(string hex)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(Transaction.TryParse(hex, Network.Main, out _));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void It_is_final_above_its_lock_height()
    {
        var refund = Parse(Samples.UnsignedTransaction);
        refund.LockTime = 500;
        Assert.False(refund.IsFinal(DateTimeOffset.UnixEpoch, 500));
        Assert.True(refund.IsFinal(DateTimeOffset.UnixEpoch, 501));
    }

    [Fact]
    public void It_is_final_above_its_lock_time()
    {
        var refund = Parse(Samples.UnsignedTransaction);
        refund.LockTime = 1_700_000_000;
        Assert.False(refund.IsFinal(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000), 1_000_000));
        Assert.True(refund.IsFinal(DateTimeOffset.FromUnixTimeSeconds(1_700_000_001), 1));
    }

    [Fact]
    public void Final_inputs_take_the_lock_away()
    {
        var close = Parse(Samples.UnsignedTransaction);
        close.LockTime = 1_700_000_000;
        foreach (var input in close.Inputs) input.Sequence = Sequence.Final;
        Assert.True(close.IsFinal(DateTimeOffset.UnixEpoch, 1));
    }

    [Fact]
    public void What_breaks_the_rules_of_consensus_is_named()
    {
        Assert.Equal(TransactionCheckResult.Success, Witness.Check());
        Assert.Equal(TransactionCheckResult.NoInput, Changed(tx => tx.Inputs.Clear()));
        Assert.Equal(TransactionCheckResult.NoOutput, Changed(tx => tx.Outputs.Clear()));
        Assert.Equal(TransactionCheckResult.NegativeOutput, Changed(tx => tx.Outputs[1].Value = Money.Satoshis(-1L)));
        Assert.Equal(TransactionCheckResult.OutputTooLarge, Changed(tx => tx.Outputs[1].Value = Money.Coins(21_000_000) + Money.Satoshis(1L)));
        Assert.Equal(TransactionCheckResult.OutputTotalTooLarge, Changed(tx => tx.Outputs[1].Value = Money.Coins(21_000_000)));
        Assert.Equal(TransactionCheckResult.DuplicateInputs, Changed(tx => tx.Inputs[1].PrevOut = tx.Inputs[0].PrevOut));
        Assert.Equal(TransactionCheckResult.NullInputPrevOut, Changed(tx => tx.Inputs[1].PrevOut = new OutPoint()));

        static TransactionCheckResult Changed(Action<Transaction> change)
        {
            var transaction = Witness.Clone();
            change(transaction);
            return transaction.Check();
        }
    }

    [Fact]
    public void Inputs_and_outputs_are_found()
    {
        var second = Witness.Inputs.FindIndexedInput(Witness.Inputs[1].PrevOut);
        Assert.Equal((1U, Witness), (second.Index, second.Transaction));
        Assert.Null(Witness.Inputs.FindIndexedInput(OutPoint.Zero));
        var script = Witness.Outputs[1].ScriptPubKey;
        Assert.Same(Witness.Outputs[1], Assert.Single(Witness.Outputs.To(script)));
        Assert.Equal(new OutPoint(Witness, 1), Witness.Outputs.AsCoins().Single(coin => coin.ScriptPubKey == script).Outpoint);
    }

    [SharedFact]
    public void Every_valid_transaction_of_the_consensus_vectors_is_read_checked_and_written_back()
    {
        var hexes = JsonDocument.Parse(File.ReadAllText(SharedFolder.File("vectors/tx_valid.json"))).RootElement
            .EnumerateArray().Where(item => item.GetArrayLength() == 3).Select(item => item[1].GetString()!).ToList();
        Assert.Equal(118, hexes.Count);
        Assert.All(hexes, hex =>
        {
            Assert.Equal(hex, Parse(hex).ToHex());
            Assert.Equal(TransactionCheckResult.Success, Parse(hex).Check());
            Assert.Equal(hex, Parse(hex).Clone().ToHex());
        });
    }

    static Transaction Parse(string hex) => Transaction.Parse(hex, Network.Main);
}
