using System.Globalization;
using System.Text.Json;
using NBitcoin;
using Xunit.Abstractions;

namespace BtcChannels.Tests.Bitcoin;

/// <summary>Bitcoin Core's script_tests.json and tx_valid.json.</summary>
public class ScriptVectorTests(ITestOutputHelper output)
{
    [SharedFact]
    public void Every_script_vector_has_its_verdict()
    {
        var vectors = Read("script_tests.json");
        var verdicts = vectors.Select(vector => (Vector: vector.ToString(), Expected: ExpectedError(vector), Actual: Verify(vector))).ToList();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"script_tests.json: {verdicts.Count} verified, {verdicts.Count(it => it.Expected == ScriptError.OK)} of them valid"));
        Assert.Equal(1193, verdicts.Count);
        Assert.Empty(verdicts.Where(it => it.Actual != it.Expected).Select(it => $"{it.Actual}: {it.Vector}"));
    }

    [SharedFact]
    public void Every_input_of_the_valid_transactions_is_valid()
    {
        var vectors = Read("tx_valid.json");
        var faults = new List<string>();
        var inputs = 0;
        foreach (var vector in vectors)
        {
            var transaction = Transaction.Parse(vector[1].GetString()!, Network.Main);
            if (transaction.Check() != TransactionCheckResult.Success) faults.Add($"{transaction.Check()}: {vector}");
            var spent = vector[0].EnumerateArray().ToDictionary(
                item => new OutPoint(uint256.Parse(item[0].GetString()!), unchecked((uint)item[1].GetInt32())),
                item => new TxOut(Money.Satoshis(item.GetArrayLength() > 3 ? item[3].GetInt64() : 0), ScriptAssembler.Assemble(item[2].GetString()!)));
            foreach (var input in transaction.Inputs.AsIndexedInputs())
            {
                inputs++;
                if (!input.VerifyScript(spent[input.PrevOut], ScriptAssembler.Flags(vector[2].GetString()!), out var error)) faults.Add($"{input.Index} {error}: {vector}");
            }
        }
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"tx_valid.json: {vectors.Count} transactions, {inputs} inputs"));
        Assert.Equal((118, 171), (vectors.Count, inputs));
        Assert.Empty(faults);
    }

    [SharedFact]
    public void A_valid_transaction_whose_signed_outputs_change_is_not_valid_any_more()
    {
        var changed = 0;
        foreach (var vector in Read("script_tests.json").Where(vector => ExpectedError(vector) == ScriptError.OK))
        {
            var spend = Spend(vector);
            spend.Transaction.Outputs[0].Value += Money.Satoshis(1L);
            if (spend.Verify(Flags(vector)) != ScriptError.OK) changed++;
        }
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"script_tests.json: {changed} depend on a signature"));
        // The others sign nothing of the outputs, or hold signatures that need not be valid.
        Assert.Equal(47, changed);
    }

    // What is one string is a comment.
    private static List<JsonElement> Read(string file) =>
        [.. JsonDocument.Parse(File.ReadAllText(SharedFolder.File($"vectors/{file}"))).RootElement.EnumerateArray().Where(item => item.GetArrayLength() > 1)];

    private static int FirstScript(JsonElement vector) => vector[0].ValueKind == JsonValueKind.Array ? 1 : 0;

    private static ScriptVerify Flags(JsonElement vector) => ScriptAssembler.Flags(vector[FirstScript(vector) + 2].GetString()!);

    private static ScriptError Verify(JsonElement vector) => Spend(vector).Verify(Flags(vector));

    private static ScriptSpend Spend(JsonElement vector)
    {
        var first = FirstScript(vector);
        var witness = first == 0 ? WitScript.Empty
            : new WitScript([.. vector[0].EnumerateArray().SkipLast(1).Select(item => Convert.FromHexString(item.GetString()!))]);
        var value = first == 0 ? Money.Zero : Money.Coins(vector[0].EnumerateArray().Last().GetDecimal());
        return ScriptSpend.Of(
            ScriptAssembler.Assemble(vector[first].GetString()!), ScriptAssembler.Assemble(vector[first + 1].GetString()!), witness, value.Satoshi);
    }

    private static ScriptError ExpectedError(JsonElement vector) => vector[FirstScript(vector) + 3].GetString()! switch
    {
        "WITNESS_PROGRAM_MISMATCH" => ScriptError.WitnessProgramMissmatch,
        "WITNESS_PROGRAM_WITNESS_EMPTY" => ScriptError.WitnessProgramEmpty,
        var name => Enum.Parse<ScriptError>(name.Replace("_", "", StringComparison.Ordinal), ignoreCase: true),
    };
}
