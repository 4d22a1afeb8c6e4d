using NBitcoin;
using NBitcoin.Policy;

namespace BtcChannels.Tests.Bitcoin;

/// <summary>Transactions over which the policy and a node once disagreed: what each of them is refused for is what the node said.</summary>
public class JudgedTransactionTests
{
    public static TheoryData<string, string, string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string, string, string>();
            foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "NBitcoin", "judged-transactions.txt")).Where(line => !line.StartsWith('#')))
            {
                if (line.Split(" | ") is not [var name, var expected, _, var spent, var transaction]) throw new FormatException($"No case: {line}");
                cases.Add(name, expected, spent, transaction);
            }
            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void The_verdict_is_the_nodes(string name, string expected, string spent, string hex)
    {
        var transaction = Transaction.Parse(hex, Network.RegTest);
        var coins = transaction.Inputs.Zip(spent.Split(','), (input, output) => new Coin(input.PrevOut, TxOut.Parse(output))).ToArray();
        var policy = new StandardTransactionPolicy
        {
            MinRelayTxFee = new FeeRate(Money.Satoshis(100L)),
            ScriptVerify = ScriptVerify.Standard | ScriptVerify.WitnessPubkeyType | ScriptVerify.ConstScriptCode,
        };
        var first = policy.Check(transaction, coins).FirstOrDefault();
        var actual = first is ScriptPolicyError script ? script.ScriptError.ToString() : first?.GetType().Name ?? "OK";
        Assert.True(expected == actual, $"{name}: {actual}, {first}");
    }
}
