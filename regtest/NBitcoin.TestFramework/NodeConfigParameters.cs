using System.Text;

namespace NBitcoin.Tests;

/// <summary>The lines of a node's bitcoin.conf: option without its dash, and value.</summary>
public class NodeConfigParameters : Dictionary<string, string>
{
    /// <param name="overrides">Whether an option that is here already takes the other's value.</param>
    public void Import(NodeConfigParameters configParameters, bool overrides)
    {
        foreach (var (name, value) in configParameters)
        {
            if (overrides || !ContainsKey(name)) this[name] = value;
        }
    }

    public override string ToString()
    {
        var lines = new StringBuilder();
        foreach (var (name, value) in this) lines.Append(name).Append('=').Append(value).Append('\n');
        return lines.ToString();
    }
}
