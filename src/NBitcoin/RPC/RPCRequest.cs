using System.Collections;
using System.Text;
using System.Text.Json;

namespace NBitcoin.RPC;

/// <summary>One command to a node.</summary>
public class RPCRequest
{
    public RPCRequest()
    {
    }

    /// <param name="parameters">
    /// In the command's order: null, strings, booleans, integers, decimals, <see cref="uint256"/>, and arrays and string-keyed dictionaries
    /// of these. Binary fractions are refused, since an amount must not pass through one.
    /// </param>
    public RPCRequest(string method, object[] parameters)
    {
        Method = method;
        Params = parameters;
    }

    public string JsonRpc { get; set; } = "1.0";

    public int Id { get; set; } = 1;

    public string Method { get; set; }

    public object[] Params { get; set; }

    /// <summary>Where set, takes the place of <see cref="Params"/>.</summary>
    public Dictionary<string, object> NamedParams { get; set; }

    /// <summary>Whether an error of the node is thrown, or returned as <see cref="RPCResponse.Error"/>.</summary>
    public bool ThrowIfRPCError { get; set; } = true;

    /// <exception cref="ArgumentException">A parameter is of a type that has no form in JSON here.</exception>
    public void WriteJSON(TextWriter writer) => writer.Write(Encoding.UTF8.GetString(ToUtf8()));

    internal byte[] ToUtf8()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("jsonrpc", JsonRpc);
            json.WriteNumber("id", Id);
            json.WriteString("method", Method);
            json.WritePropertyName("params");
            Write(json, NamedParams is null ? Params ?? [] : NamedParams);
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    private static void Write(Utf8JsonWriter json, object value)
    {
        switch (value)
        {
            case null: json.WriteNullValue(); break;
            case string text: json.WriteStringValue(text); break;
            case bool flag: json.WriteBooleanValue(flag); break;
            case int number: json.WriteNumberValue(number); break;
            case uint number: json.WriteNumberValue(number); break;
            case long number: json.WriteNumberValue(number); break;
            case ulong number: json.WriteNumberValue(number); break;
            case decimal number: json.WriteNumberValue(number); break;
            case uint256 hash: json.WriteStringValue(hash.ToString()); break;
            case IDictionary<string, object> members:
                json.WriteStartObject();
                foreach (var (name, member) in members)
                {
                    json.WritePropertyName(name);
                    Write(json, member);
                }
                json.WriteEndObject();
                break;
            case IEnumerable items:
                json.WriteStartArray();
                foreach (var item in items) Write(json, item);
                json.WriteEndArray();
                break;
            default: throw new ArgumentException($"A command's parameter cannot be a {value.GetType()}", nameof(value));
        }
    }
}
